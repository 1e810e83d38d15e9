"""Publish a compiled view: one transaction from the next version number to the environment's pointer."""

from __future__ import annotations

import msgspec
from sqlalchemy import Table, select

from jupyter_features.analysis.compatibility import compatibility
from jupyter_features.analysis.signature_check import signature_fault
from jupyter_features.analysis.view_check import view_fault
from jupyter_features.definitions.entity import GLOBAL, Entity
from jupyter_features.definitions.feature_view import FeatureViewVersion
from jupyter_features.definitions.names import check_name
from jupyter_features.definitions.source import Source
from jupyter_features.errors import ConflictError, DuplicateError, PublishConflictError, PublishError
from jupyter_features.registry.bounds import LARGEST
from jupyter_features.registry.changes import Publication, Publish
from jupyter_features.registry.context import Change
from jupyter_features.registry.differences import definition_difference
from jupyter_features.registry.metadata import differences, edited_metadata, keep_metadata, metadata_of, newest_metadata
from jupyter_features.registry.pointers import check_move, check_servable, move
from jupyter_features.registry.schema import entities, feature_views, sources, versions
from jupyter_features.registry.search_index import index_version, index_view
from jupyter_features.registry.teams import check_handed_to, join_or_refuse, members_of
from jupyter_features.registry.versions import find_version, insert_version, keep_evidence, pointers_of, same_and_newest, test_texts_of

_OF_NO_ACCOUNT = ("description", "columns")


def check_ready(request: Publish) -> None:
    """Check what needs no database, so that nobody waits meanwhile.

    Raises
    ------
    PublishError
        If owner or description are missing, a source is a DataFrame, the signature cannot be this view's, or the evidence does not
        speak for this definition.
    """
    check_name("an environment", request.environment)
    definition = request.view.definition
    missing = [name for name in ("owner", "description") if not getattr(definition, name).strip()]
    frames = [source.name for source in request.view.sources if source.format == "dataframe"]
    refusal = (
        f"it has no {missing[0]}"
        if missing
        else f"source {frames[0]!r} is a DataFrame, which others cannot read"
        if frames
        else view_fault(request.view)
        or (signature_fault(request.view, request.signature) if request.signature else "")
        or request.evidence.refusal(request.view)
    )
    if refusal:
        raise PublishError(f"{definition.name!r} cannot be published: {refusal}.", hint=f"See %feature plan {definition.name}.")


def publish(change: Change, request: Publish) -> Publication:
    """See `Publish`; `check_ready` comes first.

    Raises
    ------
    PublishError
        If an input is not published.
    NotOwnerError
        If the view, its entity or a source that it would change belongs to another team.
    ConflictError
        If the entity is registered with other join keys, or (`PublishConflictError`) somebody published since the plan.
    DuplicateError
        If the definition exists under another name, and no reason is given.
    AcknowledgementError
        If the change breaks consumers that are not named.
    """
    _check_inputs(change, request)
    is_handed_over = _own(change, request)
    # An on-demand view declares neither; the versions of its inputs brought theirs along.
    if not request.view.definition.is_on_demand:
        _register_entity(change, request)
        for source in request.view.sources:
            _register_source(change, request, source)
    version, is_new = _store_version(change, request)
    check_servable(change.connection, version.name, version.version)
    _check_base(change, request, version)
    if not is_new:
        _edit_metadata(change, request, version)
        version = _renew_evidence(change, request, version)
    if is_handed_over and is_new:
        change.log("metadata_edited", version.name, version.version, f"owner, now {version.view.definition.owner}")
    if is_handed_over:
        index_view(change.connection, version.name)
    elif change.logged:
        index_version(change.connection, version)
    check_move(change, version.name, request.environment, version.version, request.acknowledged)
    move(change, version.name, request.environment, version.version)
    return Publication(version=version, is_new=is_new)


def _check_inputs(change: Change, request: Publish) -> None:
    for each in request.view.inputs:
        is_number = each.version is not None and 1 <= each.version <= LARGEST
        found = find_version(change.connection, each.view.name, each.version or 0) if is_number else None
        if found is None or found.view != each.view:
            raise PublishError(
                f"{request.view.name!r} cannot be published: it reads {each.label}, and no such version is published.",
                hint=f"Publish {each.view.name} first, then define this view anew.",
            )


def _own(change: Change, request: Publish) -> bool:
    """Let members of the owner go on; tell whether they hand the view to another team, which must exist."""
    name, owner = request.view.name, request.view.definition.owner
    here = feature_views.c.name == name
    known = change.connection.execute(select(feature_views.c.owner).where(here)).scalar()
    if known is not None:
        join_or_refuse(change, known, "feature view", name)
    if known is not None and known != owner:
        check_handed_to(change, owner, known, name)
    if known != owner:
        join_or_refuse(change, owner, "feature view", name)
    if known is None:
        change.connection.execute(feature_views.insert().values(name=name, owner=owner, state="published", reason="", replacement=""))
    elif known != owner:
        change.connection.execute(feature_views.update().where(here).values(owner=owner))
    return known not in (None, owner)


def _register_entity(change: Change, request: Publish) -> None:
    entity = request.view.entity
    if entity == GLOBAL:
        return
    known, owner = _declared(change, entities, entity.name)
    if known is not None:
        _check_join_keys(msgspec.json.decode(known, type=Entity), entity)
    if _declare(change, entities, entity, known, owner, request):
        change.log("entity_registered", entity.name, detail=_key_text(entity))


def _check_join_keys(known: Entity, new: Entity) -> None:
    if known.join_keys != new.join_keys:
        raise ConflictError(
            f"Entity {new.name!r} is registered with the join keys {_key_text(known)}, and this view has {_key_text(new)}.",
            hint=f"Declare it as registered, or give your entity another name than {new.name!r}.",
        )


def _key_text(entity: Entity) -> str:
    return ", ".join(f"{key.name}:{key.dtype}" for key in entity.join_keys)


def _register_source(change: Change, request: Publish, source: Source) -> None:
    known, owner = _declared(change, sources, source.name)
    if _declare(change, sources, source, known, owner, request):
        change.log("source_registered", source.name, detail=source.location)


def _declared(change: Change, table: Table, name: str) -> tuple[str | None, str]:
    row = change.connection.execute(select(table.c.definition, table.c.owner).where(table.c.name == name)).one_or_none()
    return (None, "") if row is None else (row.definition, row.owner)


def _declare(change: Change, table: Table, declaration: Entity | Source, known: str | None, owner: str, request: Publish) -> bool:
    """Store a declaration; tell whether it was stored.

    Only its owner may change one. What somebody else words otherwise, or sees more columns in, stays as it is registered.
    """
    definition = msgspec.json.encode(declaration).decode()
    if known is None:
        own = request.view.definition.owner
        change.connection.execute(table.insert().values(name=declaration.name, definition=definition, owner=own))
        return True
    if known == definition:
        return False
    if owner and change.subject.name not in members_of(change.connection, owner) and _is_like(declaration, known):
        return False
    if owner:
        join_or_refuse(change, owner, "source" if isinstance(declaration, Source) else "entity", declaration.name)
    change.connection.execute(table.update().where(table.c.name == declaration.name).values(definition=definition))
    return True


def _is_like(declaration: Entity | Source, known: str) -> bool:
    """Tell whether a declaration says of rows what a registered one says; words and columns have no part in it."""
    registered = msgspec.json.decode(known, type=type(declaration))
    parts = [part for part in declaration.__struct_fields__ if part not in _OF_NO_ACCOUNT]
    return all(getattr(registered, part) == getattr(declaration, part) for part in parts)


def _store_version(change: Change, request: Publish) -> tuple[FeatureViewVersion, bool]:
    same, newest = same_and_newest(change.connection, request.view.name, request.view.fingerprint)
    if same is not None:
        return same, False
    _check_duplicate(change, request)
    version = FeatureViewVersion(
        view=request.view,
        version=newest.version + 1 if newest else 1,
        author=change.subject.name,
        published_at=change.at,
        checks=request.evidence.passed_names,
        tests=request.evidence.tests,
    )
    change_of = compatibility(newest.view, request.view) if newest else None
    insert_version(
        change.connection,
        version,
        evidence=request.evidence,
        signature=request.signature,
        compatibility=change_of,
        duplicate_reason=request.duplicate_reason,
    )
    change.log("version_published", version.name, version.version, request.view.fingerprint)
    return version, True


def _renew_evidence(change: Change, request: Publish, version: FeatureViewVersion) -> FeatureViewVersion:
    """Keep the record of other feature tests of the same definition; who brings one has a part in it, and cannot certify it."""
    if not request.evidence.texts or request.evidence.texts == test_texts_of(change.connection, version):
        return version
    change.log("version_tested", version.name, version.version, f"{request.evidence.tests} tests, {request.evidence.values} values")
    return keep_evidence(change.connection, version, request.evidence)


def _check_duplicate(change: Change, request: Publish) -> None:
    same = (versions.c.fingerprint == request.view.fingerprint) & (versions.c.name != request.view.name)
    query = select(versions.c.name, versions.c.version, feature_views.c.owner).join(feature_views, feature_views.c.name == versions.c.name)
    found = change.connection.execute(query.where(same, feature_views.c.state != "retired").order_by(versions.c.name)).first()
    if found is not None and not request.duplicate_reason.strip():
        raise DuplicateError(
            f"{request.view.name!r} is defined exactly as {found.name}@{found.version} of {found.owner!r}.",
            hint=f"Use {found.name!r}, or say why another is needed: --reason '...'.",
        )


def _check_base(change: Change, request: Publish, version: FeatureViewVersion) -> None:
    """Refuse to publish over what was published since the plan; the same definition again is no conflict."""
    serving = pointers_of(change.connection, version.name).get(request.environment)
    if serving in (request.base, version.version):
        return
    theirs = find_version(change.connection, version.name, serving) if serving is not None else None
    base = find_version(change.connection, version.name, request.base) if request.base is not None else None
    label = base.reference if base else "nothing"
    now = f"{theirs.reference} by {theirs.author!r}" if theirs else "nothing"
    raise PublishConflictError(
        f"{request.environment} serves {now}, and this was planned when it served {label}.",
        hint="Nothing was published. Look at both changes, then plan again.\n"
        f"Theirs, {label} -> {theirs.reference if theirs else 'nothing'}:\n{definition_difference(base, theirs.view if theirs else None)}\n"
        f"Yours, {label} -> this:\n{definition_difference(base, request.view)}",
    )


def _edit_metadata(change: Change, request: Publish, version: FeatureViewVersion) -> None:
    current = newest_metadata(edited_metadata(change.connection, version.name), version)
    new = metadata_of(request.view.definition)
    if changed := differences(current, new):
        event_id = change.log("metadata_edited", version.name, version.version, changed)
        keep_metadata(change.connection, event_id, version, new)
