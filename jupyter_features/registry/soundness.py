"""Is the registry whole? What must hold of the stored data, whatever happened to it."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, func, select

from jupyter_features.errors import RegistryError
from jupyter_features.registry.schema import events, feature_views, pointers, search_documents, versions, yanks
from jupyter_features.registry.versions import published_names, versions_of

_MOST_TOLD = 20


def problems(connection: Connection) -> tuple[str, ...]:
    """Say in sentences what is wrong, at most twenty; empty if the registry is whole.

    Version numbers count from 1 without gaps, each version reads and has its event and its document, each view has its life,
    and no environment serves a version that is yanked.
    """
    found = []
    for each in (_of_views, _of_events, _of_documents, _of_pointers):
        for problem in each(connection):
            found.append(problem)
            if len(found) == _MOST_TOLD:
                return tuple(found)
    return tuple(found)


def _of_views(connection: Connection) -> Iterator[str]:
    lives = set(connection.execute(select(feature_views.c.name)).scalars())
    for name in published_names(connection):
        if name not in lives:
            yield f"{name} has no owner"
        try:
            numbers = [version.version for version in versions_of(connection, name)]
        except RegistryError as error:
            yield error.message
            continue
        if numbers != list(range(len(numbers), 0, -1)):
            yield f"the versions of {name} are {', '.join(map(str, reversed(numbers)))}"


def _of_events(connection: Connection) -> Iterator[str]:
    logged = select(events.c.name, events.c.version, func.count().label("times")).where(events.c.action == "version_published")
    counts = {(row.name, row.version): row.times for row in connection.execute(logged.group_by(events.c.name, events.c.version))}
    known = {(row.name, row.version) for row in connection.execute(select(versions.c.name, versions.c.version))}
    for name, version in sorted(known | set(counts)):
        times = counts.get((name, version), 0)
        if times != 1 or (name, version) not in known:
            yield f"{name}@{version} was published {times} times according to the log"


def _of_documents(connection: Connection) -> Iterator[str]:
    indexed = {(row.name, row.version) for row in connection.execute(select(search_documents.c.name, search_documents.c.version))}
    for row in connection.execute(select(versions.c.name, versions.c.version).order_by(versions.c.name, versions.c.version)):
        if (row.name, row.version) not in indexed:
            yield f"search does not know {row.name}@{row.version}"


def _of_pointers(connection: Connection) -> Iterator[str]:
    same = (yanks.c.name == pointers.c.name) & (yanks.c.version == pointers.c.version)
    for row in connection.execute(select(pointers).join(yanks, same)):
        yield f"{row.environment} serves {row.name}@{row.version}, which is yanked"
