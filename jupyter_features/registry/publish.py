"""Publish a compiled view: one transaction from the next version number to the environment's pointer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import msgspec
from sqlalchemy import Connection, Table, select

from jupyter_features.definitions.entity import GLOBAL, Entity
from jupyter_features.definitions.feature_view import CompiledView, FeatureViewVersion
from jupyter_features.definitions.source import Source
from jupyter_features.errors import ConflictError
from jupyter_features.registry.event import Action
from jupyter_features.registry.metadata import differences, edited_metadata, metadata_of, newest_metadata
from jupyter_features.registry.schema import entities, events, metadata_edits, pointers, revisions, sources
from jupyter_features.registry.versions import insert_version, pointers_of, versions_of


@dataclass(frozen=True)
class Publication:
    """What is to be published, by whom, where and when (aware UTC)."""

    view: CompiledView
    environment: str
    author: str
    at: datetime
    checks: tuple[str, ...]
    tests: int


def publish(connection: Connection, publication: Publication) -> tuple[FeatureViewVersion, bool]:
    """Store what is new of a publication; see `Registry.publish`."""
    revision = connection.execute(select(revisions.c.revision).with_for_update()).scalar_one()
    before = _last_event(connection)
    # An on-demand view declares neither; the versions of its inputs brought theirs along.
    if not publication.view.definition.is_on_demand:
        _register_entity(connection, publication)
        for source in publication.view.sources:
            _register_source(connection, publication, source)
    version, created = _store_version(connection, publication)
    if not created:
        _edit_metadata(connection, publication, version)
    _move_pointer(connection, publication, version)
    if _last_event(connection) != before:
        connection.execute(revisions.update().values(revision=revision + 1))
    return version, created


def _register_entity(connection: Connection, publication: Publication) -> None:
    entity = publication.view.entity
    if entity == GLOBAL:
        return
    known = _declared(connection, entities, entity.name)
    if known is not None:
        _check_join_keys(msgspec.json.decode(known, type=Entity), entity)
    if _declare(connection, entities, entity, known):
        _log(connection, publication, "entity_registered", entity.name, detail=_key_text(entity))


def _check_join_keys(known: Entity, new: Entity) -> None:
    if known.join_keys != new.join_keys:
        raise ConflictError(
            f"Entity {new.name!r} is registered with the join keys {_key_text(known)}, and this view has {_key_text(new)}.",
            hint=f"Declare it as registered, or give your entity another name than {new.name!r}.",
        )


def _key_text(entity: Entity) -> str:
    return ", ".join(f"{key.name}:{key.dtype}" for key in entity.join_keys)


def _register_source(connection: Connection, publication: Publication, source: Source) -> None:
    if _declare(connection, sources, source, _declared(connection, sources, source.name)):
        _log(connection, publication, "source_registered", source.name, detail=source.location)


def _declared(connection: Connection, table: Table, name: str) -> str | None:
    return connection.execute(select(table.c.definition).where(table.c.name == name)).scalar()


def _declare(connection: Connection, table: Table, declaration: Entity | Source, known: str | None) -> bool:
    """Store a declaration; tell whether it differs from the known one."""
    definition = msgspec.json.encode(declaration).decode()
    if known is None:
        connection.execute(table.insert().values(name=declaration.name, definition=definition))
    elif known != definition:
        connection.execute(table.update().where(table.c.name == declaration.name).values(definition=definition))
    return known != definition


def _store_version(connection: Connection, publication: Publication) -> tuple[FeatureViewVersion, bool]:
    known = versions_of(connection, publication.view.name)
    for version in known:
        if version.view.fingerprint == publication.view.fingerprint:
            return version, False
    version = FeatureViewVersion(
        view=publication.view,
        version=known[0].version + 1 if known else 1,
        author=publication.author,
        published_at=publication.at,
        checks=publication.checks,
        tests=publication.tests,
    )
    insert_version(connection, version)
    _log(connection, publication, "version_published", version.name, version.version, publication.view.fingerprint)
    return version, True


def _edit_metadata(connection: Connection, publication: Publication, version: FeatureViewVersion) -> None:
    current = newest_metadata(edited_metadata(connection, version.name), version)
    new = metadata_of(publication.view.definition)
    if changed := differences(current, new):
        event_id = _log(connection, publication, "metadata_edited", version.name, version.version, changed)
        content = msgspec.json.encode(new).decode()
        connection.execute(metadata_edits.insert().values(event_id=event_id, name=version.name, version=version.version, content=content))


def _move_pointer(connection: Connection, publication: Publication, version: FeatureViewVersion) -> None:
    environment = publication.environment
    old = pointers_of(connection, version.name).get(environment)
    if old == version.version:
        return
    if old is None:
        connection.execute(pointers.insert().values(environment=environment, name=version.name, version=version.version))
    else:
        here = (pointers.c.environment == environment) & (pointers.c.name == version.name)
        connection.execute(pointers.update().where(here).values(version=version.version))
    moved = f"{environment}: {'nothing' if old is None else old} -> {version.version}"
    _log(connection, publication, "pointer_moved", version.name, version.version, moved)


def _log(connection: Connection, publication: Publication, action: Action, name: str, version: int | None = None, detail: str = "") -> int:
    row = {"at": publication.at, "author": publication.author, "action": action, "name": name, "version": version, "detail": detail}
    inserted = connection.execute(events.insert().values(row).returning(events.c.id))
    return int(inserted.scalar_one())


def _last_event(connection: Connection) -> int | None:
    return connection.execute(select(events.c.id).order_by(events.c.id.desc()).limit(1)).scalar()
