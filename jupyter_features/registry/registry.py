"""The registry: publish, look up, list and search feature views."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
from sqlalchemy import Connection, select

from jupyter_features.clock import Clock, system_clock, to_utc
from jupyter_features.definitions.entity import Entity
from jupyter_features.definitions.feature_view import CompiledView, FeatureViewVersion
from jupyter_features.definitions.listing import ViewDetail, ViewSummary
from jupyter_features.definitions.source import Source
from jupyter_features.errors import NotFoundError
from jupyter_features.registry.database import Database
from jupyter_features.registry.detail import view_detail
from jupyter_features.registry.event import Event
from jupyter_features.registry.metadata import edited_metadata, newest_metadata
from jupyter_features.registry.publish import Publication, publish
from jupyter_features.registry.schema import entities, events, revisions, sources
from jupyter_features.registry.search import search, summarize
from jupyter_features.registry.versions import pointers_of, published_names, served_versions, versions_of


class Registry:
    """Published feature views in one SQLite file.

    Nothing is opened or created before it is needed, and a missing file reads as an empty registry. Every method may raise
    `RegistryVersionError` (a newer package wrote the file), `RegistryError` (the file is damaged, is something else, or
    stays locked for 10 seconds) and `ReadOnlyError` (permissions).

    Parameters
    ----------
    path
        The file; its folder is created by the first publish.
    clock
        Gives the time of publication.
    """

    def __init__(self, path: Path, *, clock: Clock = system_clock) -> None:
        self.path = path
        self._clock = clock
        self._database = Database(path)

    def revision(self) -> int:
        """Count the changes so far; cheap, made to be polled. 0 when nothing was ever published."""
        with self._database.reading() as connection:
            return 0 if connection is None else connection.execute(select(revisions.c.revision)).scalar_one()

    def publish(
        self, view: CompiledView, *, environment: str, author: str, checks: Sequence[str], tests: int
    ) -> tuple[FeatureViewVersion, bool]:
        """Make a view the one that an environment serves.

        One transaction: it stores the next version, or finds the one with the same fingerprint; moves the environment's
        pointer to it; registers the entity and the sources; appends an event for each change. Owner, description and
        tags that differ from those of the found version become its newest metadata. When nothing differs, nothing is
        written and the revision stays.

        Parameters
        ----------
        checks
            Names of the checks that passed.
        tests
            Number of feature tests that passed.

        Returns
        -------
        version, created
            `created` is False if the fingerprint was published before.

        Raises
        ------
        ConflictError
            If the entity is registered with other join keys; nothing is written.
        """
        with self._database.writing() as connection:
            at = to_utc(self._clock())
            return publish(connection, Publication(view, environment, author, at, tuple(checks), tests))

    def get(self, name: str, *, version: int | None = None, environment: str) -> FeatureViewVersion:
        """Find a version: the given one, which need not be served anywhere, or the one that the environment serves.

        Raises
        ------
        NotFoundError
            If the name or the version is unknown, or the environment does not serve the view.
        """
        with self._database.reading() as connection:
            return _find(connection, name, version, environment)

    def versions(self, name: str) -> tuple[FeatureViewVersion, ...]:
        """List all versions of a view, newest first; empty for an unknown name."""
        with self._database.reading() as connection:
            return () if connection is None else versions_of(connection, name)

    def summaries(
        self, *, environment: str, query: str = "", entity: str | None = None, owner: str | None = None, tag: str | None = None
    ) -> tuple[ViewSummary, ...]:
        """List what an environment serves, best match first, then by name.

        Parameters
        ----------
        query
            Every word must occur in the name, owner, tags, description, feature names, source columns or SQL.
        entity, owner, tag
            Exact filters; None means no filter.
        """
        with self._database.reading() as connection:
            if connection is None:
                return ()
            edited = edited_metadata(connection)
            found = [(version, newest_metadata(edited, version)) for version in served_versions(connection, environment)]
        lines = (summarize(version, metadata) for version, metadata in search(found, query))
        return tuple(
            line for line in lines if entity in (None, line.entity) and owner in (None, line.owner) and (tag is None or tag in line.tags)
        )

    def detail(self, name: str, *, version: int | None, environment: str, snippet: Callable[[FeatureViewVersion], str]) -> ViewDetail:
        """Tell all that is known of a version, found as `get` finds it.

        Parameters
        ----------
        snippet
            Writes the cell that reads the version's features.
        """
        with self._database.reading() as connection:
            found = _find(connection, name, version, environment)
            assert connection is not None  # else nothing is found
            return view_detail(
                found,
                metadata=newest_metadata(edited_metadata(connection, name), found),
                history=versions_of(connection, name),
                serving=pointers_of(connection, name),
                snippet=snippet(found),
            )

    def entity(self, name: str) -> Entity | None:
        """Find a registered entity; None if no published view has it."""
        with self._database.reading() as connection:
            definition = connection and connection.execute(select(entities.c.definition).where(entities.c.name == name)).scalar()
            return msgspec.json.decode(definition, type=Entity) if definition else None

    def source(self, name: str) -> Source | None:
        """Find a source as it was last registered; None if no published view reads it."""
        with self._database.reading() as connection:
            definition = connection and connection.execute(select(sources.c.definition).where(sources.c.name == name)).scalar()
            return msgspec.json.decode(definition, type=Source) if definition else None

    def names(self) -> tuple[str, ...]:
        """List the names of all published views of all environments, sorted."""
        with self._database.reading() as connection:
            return () if connection is None else published_names(connection)

    def events(self, after: int = 0) -> tuple[Event, ...]:
        """List the events with a greater id than `after`, oldest first."""
        with self._database.reading() as connection:
            if connection is None:
                return ()
            rows = connection.execute(select(events).where(events.c.id > after).order_by(events.c.id))
            return tuple(Event(**row._mapping) for row in rows)

    def close(self) -> None:
        """Let go of everything that is open."""
        self._database.close()


def _find(connection: Connection | None, name: str, version: int | None, environment: str) -> FeatureViewVersion:
    known = () if connection is None else versions_of(connection, name)
    if connection is None or not known:
        names = () if connection is None else published_names(connection)
        raise NotFoundError("published feature view", name, names, hint="" if names else "Nothing is published yet.")
    serving = pointers_of(connection, name)
    if version is None and environment not in serving:
        raise NotFoundError(f"feature view in environment {environment!r}", name, hint=_elsewhere(name, serving, known[0].version))
    wanted = serving[environment] if version is None else version
    for candidate in known:
        if candidate.version == wanted:
            return candidate
    numbers = ", ".join(str(candidate.version) for candidate in known)
    raise NotFoundError("version", f"{name}@{wanted}", hint=f"Known versions of {name!r}: {numbers}.")


def _elsewhere(name: str, serving: dict[str, int], newest: int) -> str:
    places = ", ".join(f"{environment} ({name}@{version})" for environment, version in serving.items())
    return f"It is published in {places}. Publish it here too, or pin a version such as {name}@{newest}."
