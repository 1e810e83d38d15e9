"""Feature services and models: immutable versions of what each model consumes."""

from __future__ import annotations

from typing import TypeVar

import msgspec
from sqlalchemy import Connection, select
from sqlalchemy import Table as SqlTable

from jupyter_features.definitions.feature_service import FeatureService, Model
from jupyter_features.definitions.names import check_name
from jupyter_features.definitions.reference import FeatureReference, parse_reference
from jupyter_features.definitions.team import check_team
from jupyter_features.errors import InvalidArgumentError, NotFoundError
from jupyter_features.registry.changes import SaveModel, SaveService
from jupyter_features.registry.context import Change
from jupyter_features.registry.find import find
from jupyter_features.registry.pointers import check_whole
from jupyter_features.registry.schema import models, service_views, services
from jupyter_features.registry.teams import join_or_refuse

Kept = TypeVar("Kept", FeatureService, Model)


def save_service(change: Change, request: SaveService) -> FeatureService:
    """See `SaveService`.

    Raises
    ------
    NotFoundError
        If a view, version or feature does not exist.
    InvalidArgumentError
        If there is no feature, a reference means a draft or names a key that its view does not have, or two features would
        have one name.
    LifecycleError
        If a version is yanked.
    """
    check_name("a feature service", request.name)
    known = newest(change.connection, services, request.name, FeatureService)
    _own(change, known, request.owner, "feature service", request.name)
    pinned, names = [], list[str]()
    for text in request.features:
        reference, outputs = _pin(change.connection, text, request.environment)
        pinned.append(reference)
        names += outputs
    if double := next((name for name in names if names.count(name) > 1), None):
        raise InvalidArgumentError(f"Two features would be named {double!r}.", hint=f"Name one: '...:{double} as other_name'.")
    service = FeatureService(
        name=request.name,
        version=known.version + 1 if known else 1,
        features=tuple(str(each) for each in pinned),
        owner=request.owner,
        description=request.description,
        author=change.subject.name,
        created_at=change.at,
    )
    if known and (known.features, known.owner, known.description) == (service.features, service.owner, service.description):
        return known
    _insert(change, services, service)
    reads = sorted({(each.view, each.version) for each in pinned})
    row = {"service": service.name, "service_version": service.version}
    change.connection.execute(service_views.insert(), [{**row, "name": name, "version": version} for name, version in reads])
    change.log("service_saved", service.name, service.version, ", ".join(service.features))
    return service


def save_model(change: Change, request: SaveModel) -> Model:
    """See `SaveModel`.

    Raises
    ------
    NotFoundError
        If the feature service does not exist.
    """
    check_name("a model", request.name)
    known = newest(change.connection, models, request.name, Model)
    _own(change, known, request.owner, "model", request.name)
    reference = parse_reference(request.service)
    if str(msgspec.structs.replace(reference, version=None)) != reference.view:
        raise InvalidArgumentError(f"{request.service!r} is no feature service.", hint=f"Write {reference.view}, or {reference.view}@1.")
    service = get_kept(change.connection, services, reference.view, _number(reference), FeatureService, "feature service")
    model = Model(
        name=request.name,
        version=known.version + 1 if known else 1,
        service=service.reference,
        owner=request.owner,
        description=request.description,
        author=change.subject.name,
        created_at=change.at,
    )
    if known and (known.service, known.owner, known.description) == (model.service, model.owner, model.description):
        return known
    _insert(change, models, model, service=service.name, service_version=service.version)
    change.log("model_saved", model.name, model.version, f"consumes {model.service}")
    return model


def get_kept(connection: Connection | None, table: SqlTable, name: str, version: int | None, kind: type[Kept], noun: str) -> Kept:
    """Find a version, by default the newest.

    Raises
    ------
    NotFoundError
        If there is none.
    """
    found = None if connection is None else _versions(connection, table, name, kind)
    chosen = [each for each in found or () if version in (None, each.version)]
    if not chosen:
        names = () if connection is None else tuple(each.name for each in newest_of_all(connection, table, kind))
        known = f"Known versions: {', '.join(str(each.version) for each in found)}." if found else ""
        raise NotFoundError(noun, f"{name}@{version}" if found else name, () if found else names, hint=known)
    return chosen[0]


def newest(connection: Connection, table: SqlTable, name: str, kind: type[Kept]) -> Kept | None:
    """Read the newest version; None for an unknown name."""
    return next(iter(_versions(connection, table, name, kind)), None)


def newest_of_all(connection: Connection, table: SqlTable, kind: type[Kept]) -> tuple[Kept, ...]:
    """Read the newest version of each name, by name."""
    rows = connection.execute(select(table.c.content).order_by(table.c.name, table.c.version)).scalars()
    found = (msgspec.json.decode(content, type=kind) for content in rows)
    return tuple({each.name: each for each in found}.values())


def _versions(connection: Connection, table: SqlTable, name: str, kind: type[Kept]) -> list[Kept]:
    query = select(table.c.content).where(table.c.name == name).order_by(table.c.version.desc())
    return [msgspec.json.decode(content, type=kind) for content in connection.execute(query).scalars()]


def _own(change: Change, known: FeatureService | Model | None, owner: str, noun: str, name: str) -> None:
    check_team("an owner", owner)
    if known is not None:
        join_or_refuse(change, known.owner, noun, name)
    if known is None or known.owner != owner:
        join_or_refuse(change, owner, noun, name)


def _pin(connection: Connection, text: str, environment: str) -> tuple[FeatureReference, list[str]]:
    """Pin a reference to a version that may be served; give it, and the names of its outputs."""
    reference = parse_reference(text)
    if reference.version == "draft":
        raise InvalidArgumentError(f"{text!r} is a draft.", hint=f"Publish it: %feature publish {reference.view}.")
    found = find(connection, reference.view, _number(reference), environment)
    outputs = [name for _, name in found.view.outputs(reference)]
    known = found.view.entity.key_names
    if unknown := next((key for key, _ in reference.keys if key not in known), None):
        raise InvalidArgumentError(f"{unknown!r} is no join key of {reference.view!r}.", hint=f"It has {', '.join(known) or 'none'}.")
    check_whole(connection, found.name, found.version)
    return msgspec.structs.replace(reference, version=found.version), outputs


def _number(reference: FeatureReference) -> int | None:
    return reference.version if isinstance(reference.version, int) else None


def _insert(change: Change, table: SqlTable, kept: FeatureService | Model, **columns: object) -> None:
    content = msgspec.json.encode(kept).decode()
    change.connection.execute(table.insert().values(name=kept.name, version=kept.version, content=content, **columns))
