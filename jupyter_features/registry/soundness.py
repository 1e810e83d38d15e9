"""Is the registry whole? What must hold of the stored data, whatever happened to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
from sqlalchemy import Column, Connection, Table, func, inspect, select, text

from jupyter_features.analysis.compatibility import Compatibility
from jupyter_features.definitions.entity import GLOBAL, Entity
from jupyter_features.definitions.evidence import Evidence
from jupyter_features.definitions.feature_service import FeatureService, Model
from jupyter_features.definitions.listing import ViewSummary
from jupyter_features.definitions.probe_signature import ProbeSignature
from jupyter_features.definitions.source import Source
from jupyter_features.errors import RegistryError
from jupyter_features.registry.metadata import Metadata
from jupyter_features.registry.schema import (
    entities,
    events,
    feature_views,
    metadata,
    metadata_edits,
    models,
    pointers,
    revisions,
    search_documents,
    search_words,
    services,
    sources,
    team_members,
    versions,
    yanks,
)
from jupyter_features.registry.search_index import FIELDS
from jupyter_features.registry.served import served_now
from jupyter_features.registry.versions import published_names, versions_of
from jupyter_features.registry.words import Words

_MOST_TOLD = 20


def problems(connection: Connection) -> tuple[str, ...]:
    """Say in sentences what is wrong, at most twenty and that there are more; empty if the registry is whole.

    Every table is there, version numbers count from 1 without gaps, each version reads and has its event and its document, each
    view has its life and its team, what views declare is registered, every stored text reads, search knows every word, each
    environment serves what the log says, and none serves a version that is yanked.
    """
    found: list[str] = []
    for look in (_of_tables, _of_revision, _of_views, _of_declarations, _of_texts, _of_events, _of_documents, _of_words, _of_pointers):
        found += _looked(connection, look)
    return (*found[:_MOST_TOLD], *([f"and {len(found) - _MOST_TOLD} more"] if len(found) > _MOST_TOLD else []))


def _looked(connection: Connection, look: Callable[[Connection], Iterator[str]]) -> list[str]:
    """Look at one thing; one that cannot be looked at is a problem, and stops no other."""
    savepoint = connection.begin_nested()
    try:
        return list(look(connection))
    except Exception as error:  # noqa: BLE001  # whatever damaged data makes of our code is what this is for
        what = look.__name__.removeprefix("_of_").replace("_", " ")
        return [f"the {what} cannot be examined: {str(error).partition(chr(10))[0]}"]
    finally:
        savepoint.rollback()


def _of_tables(connection: Connection) -> Iterator[str]:
    there = set(inspect(connection).get_table_names())
    for name in sorted({*metadata.tables, "search_index"} - there):
        yield f"the table {name} is missing"


def _of_revision(connection: Connection) -> Iterator[str]:
    count = connection.execute(select(func.count()).select_from(revisions)).scalar_one()
    if count != 1:
        yield f"there are {count} revisions, not one"


def _of_views(connection: Connection) -> Iterator[str]:
    owners = {row.name: row.owner for row in connection.execute(select(feature_views.c.name, feature_views.c.owner))}
    peopled = set(connection.execute(select(team_members.c.team)).scalars())
    for name in published_names(connection):
        if name not in owners:
            yield f"{name} has no owner"
        elif owners[name] not in peopled:
            yield f"{name} belongs to {owners[name]!r}, a team without members"
        try:
            found = versions_of(connection, name)
        except RegistryError as error:
            yield error.message
            continue
        numbers = [version.version for version in found]
        if numbers != list(range(len(numbers), 0, -1)):
            yield f"the versions of {name} are {', '.join(map(str, reversed(numbers)))}"


def _of_declarations(connection: Connection) -> Iterator[str]:
    known = {table.name: set(connection.execute(select(table.c.name)).scalars()) for table in (entities, sources)}
    for row in connection.execute(select(versions.c.name, versions.c.version, versions.c.fingerprint, versions.c.definition)):
        try:
            view = msgspec.json.decode(row.definition, type=_Declaring)
        except msgspec.DecodeError:
            continue  # told of the views
        reference = f"{row.name}@{row.version}"
        if view.fingerprint != row.fingerprint:
            yield f"{reference} has the fingerprint {row.fingerprint}, and its definition has {view.fingerprint}"
        if view.definition.get("inputs") or view.definition.get("request"):
            continue
        if view.entity.name != GLOBAL.name and view.entity.name not in known["entities"]:
            yield f"entity {view.entity.name} of {reference} is not registered"
        for source in view.sources:
            if source.name not in known["sources"]:
                yield f"source {source.name} of {reference} is not registered"


class _Declaring(msgspec.Struct):
    """What of a stored view says what it declares."""

    definition: dict[str, Any]
    entity: Entity
    sources: tuple[Source, ...]
    fingerprint: str


_TEXTS: tuple[tuple[Table, Column[str], Any], ...] = (
    (versions, versions.c.evidence, Evidence),
    (versions, versions.c.signature, ProbeSignature),
    (versions, versions.c.compatibility, Compatibility),
    (versions, versions.c.checks, tuple[str, ...]),
    (entities, entities.c.definition, Entity),
    (sources, sources.c.definition, Source),
    (services, services.c.content, FeatureService),
    (models, models.c.content, Model),
    (metadata_edits, metadata_edits.c.content, Metadata),
    (search_documents, search_documents.c.summary, ViewSummary),
    (search_documents, search_documents.c.words, Words),
)
"""Every column that holds JSON, and what it is; definitions of versions are read with their views."""


def _of_texts(connection: Connection) -> Iterator[str]:
    for table, column, kind in _TEXTS:
        number = [table.c.version] if "version" in table.c else []
        for row in connection.execute(select(table.c.name, column.label("content"), *number)):
            try:
                if row.content is not None:
                    msgspec.json.decode(row.content, type=kind)
            except (msgspec.DecodeError, UnicodeDecodeError, ValueError) as error:
                reference = f"{row.name}@{row.version}" if number else row.name
                yield f"{column.name} of {reference} in {table.name} cannot be read: {error}"


def _of_events(connection: Connection) -> Iterator[str]:
    logged = select(events.c.name, events.c.version, func.count().label("times")).where(events.c.action == "version_published")
    counts = {(row.name, row.version): row.times for row in connection.execute(logged.group_by(events.c.name, events.c.version))}
    known = {(row.name, row.version) for row in connection.execute(select(versions.c.name, versions.c.version))}
    for name, version in sorted(known | set(counts)):
        times = counts.get((name, version), 0)
        if times != 1 or (name, version) not in known:
            yield f"{name}@{version} was published {times} times according to the log"


def _of_documents(connection: Connection) -> Iterator[str]:
    indexed = {(row.name, row.version): row.id for row in connection.execute(select(search_documents))}
    # The index is of the database's own kind; all of them number their rows as the documents.
    number = "rowid" if connection.dialect.name == "sqlite" else "id"
    found = set(connection.execute(text(f"SELECT {number} FROM search_index")).scalars())  # noqa: S608 (names of ours)
    for row in connection.execute(select(versions.c.name, versions.c.version).order_by(versions.c.name, versions.c.version)):
        if indexed.get((row.name, row.version)) not in found:
            yield f"search does not know {row.name}@{row.version}"


def _of_words(connection: Connection) -> Iterator[str]:
    known = set(connection.execute(select(search_words.c.word)).scalars())
    wanted: Counter[str] = Counter()
    for content in connection.execute(select(search_documents.c.words)).scalars():
        words = msgspec.json.decode(content, type=Words)
        wanted.update(word for field in FIELDS for word in getattr(words, field) if word not in known)
    if wanted:
        yield f"search does not know {len(wanted):,} words, such as {wanted.most_common(1)[0][0]!r}"


def _of_pointers(connection: Connection) -> Iterator[str]:
    same = (yanks.c.name == pointers.c.name) & (yanks.c.version == pointers.c.version)
    for row in connection.execute(select(pointers).join(yanks, same)):
        yield f"{row.environment} serves {row.name}@{row.version}, which is yanked"
    moves = select(events.c.name, events.c.detail).where(events.c.action == "pointer_moved").order_by(events.c.id)
    logged = served_now((row.name, row.detail) for row in connection.execute(moves))
    serving = {(row.environment, row.name): row.version for row in connection.execute(select(pointers))}
    for environment, name in sorted(logged.keys() | serving.keys()):
        now, said = serving.get((environment, name)), logged.get((environment, name))
        if now != said:
            yield f"{environment} serves {_version(name, now)}, and according to the log {_version(name, said)}"


def _version(name: str, number: int | None) -> str:
    return f"nothing of {name}" if number is None else f"{name}@{number}"
