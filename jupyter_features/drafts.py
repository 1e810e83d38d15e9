"""Drafts: what this project has declared and not yet published, shared by its notebooks and its terminal."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec import Struct

from jupyter_features.definitions.entity import Entity
from jupyter_features.definitions.feature_view import CompiledView
from jupyter_features.definitions.source import Source
from jupyter_features.errors import ConfigurationError

_T = TypeVar("_T")
_SCHEMA = "CREATE TABLE IF NOT EXISTS drafts (kind TEXT, name TEXT, body BLOB, PRIMARY KEY (kind, name))"
_SAVE = "INSERT INTO drafts VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET body = excluded.body"


class FeatureTests(Struct, frozen=True):
    """The tests of one view, as written; the newest text replaces the one before."""

    view: str
    texts: tuple[str, ...]


class Planned(Struct, frozen=True):
    """What somebody was shown of a draft: on which version it would follow in an environment. None means on none."""

    view: str
    fingerprint: str
    environment: str
    base: int | None


class Drafts:
    """Entities, sources, views and tests by name.

    Data frame sources, and everything when the folder is read-only, live in this session only; all else is in one
    small file.

    Parameters
    ----------
    path
        The file; its folder is made by the first save.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._session: dict[tuple[str, str], object] = {}
        self.is_saved = True

    def save_entity(self, entity: Entity) -> None:
        """Keep an entity, replacing one of the same name."""
        self._save("entity", entity.name, entity)

    def save_source(self, source: Source) -> None:
        """Keep a source; a data frame for this session only."""
        self._save("source", source.name, source, session_only=source.format == "dataframe")

    def save_view(self, view: CompiledView) -> None:
        """Keep a view; one over a data frame for this session only."""
        self._save("view", view.name, view, session_only=any(source.format == "dataframe" for source in view.sources))

    def save_tests(self, tests: FeatureTests) -> None:
        """Keep the tests of a view."""
        self._save("tests", tests.view, tests)

    def save_planned(self, planned: Planned) -> None:
        """Keep what was shown of a draft; the newest replaces the one before."""
        self._save("planned", planned.view, planned)

    def planned(self, view: str) -> Planned | None:
        """What was shown last of a draft; None if nothing."""
        return self._load("planned", Planned).get(view)

    def entities(self) -> dict[str, Entity]:
        """All declared entities by name."""
        return self._load("entity", Entity)

    def sources(self) -> dict[str, Source]:
        """All declared sources by name."""
        return self._load("source", Source)

    def views(self) -> dict[str, CompiledView]:
        """All defined views by name."""
        return self._load("view", CompiledView)

    def tests(self, view: str) -> tuple[str, ...]:
        """The tests of a view, as written."""
        found = self._load("tests", FeatureTests).get(view)
        return found.texts if found else ()

    def _save(self, kind: str, name: str, value: Struct, *, session_only: bool = False) -> None:
        self._session.pop((kind, name), None)
        if session_only:
            self._session[kind, name] = value
            return
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self._path, timeout=10)) as connection, connection:
                connection.execute(_SCHEMA)
                connection.execute(_SAVE, (kind, name, msgspec.json.encode(value)))
        except (OSError, sqlite3.OperationalError):
            # A person may explore where she may not write; `is_saved` lets the card say so.
            self.is_saved = False
            self._session[kind, name] = value

    def _load(self, kind: str, type_: type[_T]) -> dict[str, _T]:
        try:
            stored = {name: msgspec.json.decode(body, type=type_) for name, body in self._rows(kind)}
        except msgspec.DecodeError as error:
            raise self._damaged(error) from error
        session = {name: value for (found, name), value in self._session.items() if found == kind and isinstance(value, type_)}
        return stored | session

    def _rows(self, kind: str) -> list[tuple[str, bytes]]:
        if not self._path.is_file():
            return []
        try:
            with self._reading() as connection:
                return connection.execute("SELECT name, body FROM drafts WHERE kind = ? ORDER BY name", (kind,)).fetchall()
        except sqlite3.DatabaseError as error:
            raise self._damaged(error) from error

    def _damaged(self, error: Exception) -> ConfigurationError:
        where = f"{self._path.parent.name}/{self._path.name}"
        return ConfigurationError(
            f"The drafts in {where} cannot be read: {error}.", hint="Move the file away; run the cells again to make new drafts."
        )

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(f"file:{self._path}?mode=ro", uri=True, timeout=10)) as connection:
            yield connection
