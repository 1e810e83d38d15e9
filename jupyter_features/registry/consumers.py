"""Who reads a feature view: declared by services, models and on-demand views, or learned from reads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    Executable,
    ScalarSelect,
    Table,
    and_,
    case,
    exists,
    func,
    or_,
    select,
    union,
)
from sqlalchemy.dialects import postgresql, sqlite

from jupyter_features.definitions.consumer import Consumer, to_acknowledge
from jupyter_features.definitions.feature_service import FeatureService, Model
from jupyter_features.errors import AcknowledgementError, InvalidArgumentError, did_you_mean
from jupyter_features.registry.bounds import LARGEST
from jupyter_features.registry.changes import RecordUses
from jupyter_features.registry.context import Change
from jupyter_features.registry.schema import feature_views, models, pointers, service_views, services, uses, versions, view_inputs
from jupyter_features.registry.teams import members_of

# Who has not read for so long is not asked before a change.
LATELY = timedelta(days=90)


def consumers(connection: Connection, name: str, now: datetime) -> tuple[Consumer, ...]:
    """List who reads a view: declared ones first, then those seen reading by `now` (aware UTC), the newest first.

    Of models, the newest version counts; of feature services the newest, and those that such a model consumes; of on-demand
    views those that an environment serves, and the newest. Nobody is asked for what was replaced long ago.
    """
    return (*_services(connection, name), *_models(connection, name), *_views(connection, name), *_readers(connection, name, now))


def check_acknowledged(change: Change, name: str, version: int | None, what: str, acknowledged: tuple[str, ...]) -> None:
    """Refuse a breaking change that does not name every consumer outside the owner's team, and keep who was named.

    Parameters
    ----------
    version
        Of the view, which takes the place of another; None if it ends.

    Raises
    ------
    AcknowledgementError
        If one is not named.
    InvalidArgumentError
        If a name is none of a consumer: who was to be told has not been.
    """
    owner = change.connection.execute(select(feature_views.c.owner).where(feature_views.c.name == name)).scalar() or ""
    own = {owner, *members_of(change.connection, owner)}
    found = consumers(change.connection, name, change.at)
    missing = [each for each in to_acknowledge(found, own) if each not in acknowledged]
    if missing:
        raise AcknowledgementError(what, missing)
    known = list(dict.fromkeys(each.name for each in found))
    for each in acknowledged:
        if each not in known:
            hint = did_you_mean(each, known) or (f"They are {', '.join(known)}." if known else "Nobody reads it: leave --ack out.")
            raise InvalidArgumentError(f"{each!r} does not read {name!r}.", hint=hint)
    if acknowledged:
        change.log("consumers_told", name, version, ", ".join(acknowledged))


def record_uses(change: Change, request: RecordUses) -> int:
    """See `RecordUses`; reads are no events, and leave the revision as it is."""
    sound = [use for use in request.uses if use.reads >= 1 and 1 <= use.version <= LARGEST]
    known = _published(change.connection, {use.name for use in sound})
    kept = [use for use in sound if (use.name, use.version) in known]
    added = Counter[tuple[str, int, str]]()
    for use in kept:
        added[use.name, use.version, use.kind] += min(use.reads, LARGEST)
    # In one order, so that two reporters do not wait for each other.
    rows = [
        {"name": name, "version": version, "reader": change.subject.name, "kind": kind, "reads": min(reads, LARGEST), "last_at": change.at}
        for (name, version, kind), reads in sorted(added.items())
    ]
    if rows:
        change.connection.execute(_adding(change.connection.dialect.name), rows)
    return len(kept)


def _published(connection: Connection, names: Collection[str]) -> set[tuple[str, int]]:
    query = select(versions.c.name, versions.c.version).where(versions.c.name.in_(names))
    return {(row.name, row.version) for row in connection.execute(query)}


def _adding(dialect: str) -> Executable:
    """Insert lines of use, or add to those that are there."""
    insert: sqlite.Insert | postgresql.Insert = sqlite.insert(uses) if dialect == "sqlite" else postgresql.insert(uses)
    new = insert.excluded
    room = case((uses.c.reads > LARGEST - new.reads, LARGEST), else_=uses.c.reads + new.reads)
    return insert.on_conflict_do_update(index_elements=uses.primary_key, set_={"reads": room, "last_at": new.last_at})


def reads_by_view(connection: Connection, now: datetime) -> dict[str, int] | None:
    """Count the readers of each view lately; None if no read was ever reported."""
    query = select(uses.c.name, func.count(uses.c.reader.distinct()).label("readers")).where(uses.c.last_at > now - LATELY)
    found = {row.name: int(row.readers) for row in connection.execute(query.group_by(uses.c.name))}
    return found or None


def _services(connection: Connection, name: str) -> list[Consumer]:
    same = (services.c.name == service_views.c.service) & (services.c.version == service_views.c.service_version)
    query = select(services.c.content, service_views.c.version).join(service_views, same).where(service_views.c.name == name)
    found = []
    for row in connection.execute(query.where(_is_live_service()).order_by(services.c.name, services.c.version)):
        service = msgspec.json.decode(row.content, type=FeatureService)
        found.append(Consumer(kind="service", name=service.reference, owner=service.owner, version=row.version, is_pinned=True))
    return found


def consumer_names(connection: Connection) -> tuple[str, ...]:
    """List the names of feature services, models and on-demand views that read anything, sorted."""
    readers = select(view_inputs.c.reader).join(feature_views, feature_views.c.name == view_inputs.c.reader).where(_is_live_reader())
    every = union(select(services.c.name), select(models.c.name), readers)
    return tuple(sorted(connection.execute(every).scalars()))


def read_by(consumer: str) -> CompoundSelect[tuple[str]]:
    """Choose the names of the views that a feature service, model or on-demand view reads."""
    of_service = (services.c.name == service_views.c.service) & (services.c.version == service_views.c.service_version)
    of_model = (models.c.service == service_views.c.service) & (models.c.service_version == service_views.c.service_version)
    readers = select(view_inputs.c.name).join(feature_views, feature_views.c.name == view_inputs.c.reader)
    return union(
        select(service_views.c.name).join(services, of_service).where(services.c.name == consumer, _is_live_service()),
        select(service_views.c.name).join(models, of_model).where(models.c.name == consumer, models.c.version == _newest(models)),
        readers.where(view_inputs.c.reader == consumer, _is_live_reader()),
    )


def _is_live_service() -> ColumnElement[bool]:
    consumed = exists().where(
        models.c.service == services.c.name, models.c.service_version == services.c.version, models.c.version == _newest(models)
    )
    return or_(services.c.version == _newest(services), consumed)


def _is_live_reader() -> ColumnElement[bool]:
    """Whether an on-demand view is served, or is the newest of its name; needs `feature_views` of the reader."""
    newest = select(func.max(versions.c.version)).where(versions.c.name == view_inputs.c.reader).scalar_subquery()
    served = exists().where(pointers.c.name == view_inputs.c.reader, pointers.c.version == view_inputs.c.reader_version)
    return or_(and_(view_inputs.c.reader_version == newest, feature_views.c.state != "retired"), served)


def _newest(table: Table) -> ScalarSelect[int]:
    """Give the newest version of the name that a row has."""
    other = table.alias()
    return select(func.max(other.c.version)).where(other.c.name == table.c.name).scalar_subquery()


def _models(connection: Connection, name: str) -> list[Consumer]:
    same = (models.c.service == service_views.c.service) & (models.c.service_version == service_views.c.service_version)
    query = select(models.c.content, service_views.c.version).join(service_views, same).where(service_views.c.name == name)
    found = []
    for row in connection.execute(query.where(models.c.version == _newest(models)).order_by(models.c.name, models.c.version)):
        model = msgspec.json.decode(row.content, type=Model)
        found.append(Consumer(kind="model", name=model.reference, owner=model.owner, version=row.version, is_pinned=True))
    return found


def _views(connection: Connection, name: str) -> list[Consumer]:
    query = select(view_inputs, feature_views.c.owner).join(feature_views, feature_views.c.name == view_inputs.c.reader)
    query = query.where(view_inputs.c.name == name, _is_live_reader())
    rows = connection.execute(query.order_by(view_inputs.c.reader, view_inputs.c.reader_version))
    return [
        Consumer(kind="view", name=f"{row.reader}@{row.reader_version}", owner=row.owner, version=row.version, is_pinned=True)
        for row in rows
    ]


def _readers(connection: Connection, name: str, now: datetime) -> list[Consumer]:
    query = select(uses).where(uses.c.name == name, uses.c.last_at > now - LATELY).order_by(uses.c.last_at.desc(), uses.c.reader)
    return [
        Consumer(kind=row.kind, name=row.reader, owner=row.reader, version=row.version, is_pinned=False, last_at=row.last_at)
        for row in connection.execute(query)
    ]
