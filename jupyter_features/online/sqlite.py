"""The online store in one SQLite file, or in memory."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import RLock

import msgspec

from jupyter_features.clock import to_utc
from jupyter_features.errors import OnlineStoreError
from jupyter_features.online.keys import entity_text
from jupyter_features.online.packing import Packer
from jupyter_features.online.sqlite_file import NO_FILE, SqliteFile
from jupyter_features.online.vectors import Vectors, Written

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

_WATERMARK = "SELECT id, as_of FROM materialized WHERE view = ? AND version = ?"
_MOVE_WATERMARK = """
INSERT INTO materialized (view, version, as_of) VALUES (?, ?, ?)
ON CONFLICT (view, version) DO UPDATE SET as_of = excluded.as_of RETURNING id
"""
_CHANGE = """
INSERT INTO vectors (materialized_id, entity, value, as_of)
SELECT ?1, incoming.entity, incoming.value, ?2
FROM incoming LEFT JOIN vectors AS stored ON stored.materialized_id = ?1 AND stored.entity = incoming.entity
WHERE stored.value IS NOT incoming.value
ON CONFLICT (materialized_id, entity) DO UPDATE SET value = excluded.value, as_of = excluded.as_of
"""
_EMPTY = """
UPDATE vectors SET value = NULL, as_of = ?2
WHERE materialized_id = ?1 AND value IS NOT NULL AND entity NOT IN (SELECT entity FROM incoming)
"""
_READ = "SELECT entity, value FROM vectors WHERE materialized_id = ? AND entity IN (SELECT value FROM json_each(?))"

Row = tuple[tuple[object, ...], tuple[object, ...]]


class SqliteOnlineStore:
    """The newest values of every materialized version.

    Safe to share between threads. Every method may raise `OnlineStoreError` (the file is damaged, is something else, was written
    by a newer package, or stays locked for 10 seconds) and `ReadOnlyError` (permissions).

    Parameters
    ----------
    path
        The file; the first write creates it, and a missing one reads as an empty store. None keeps all in memory.
    """

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self._file = SqliteFile(path)
        # One connection serves all reads: opening one costs more than the read.
        self._shared: sqlite3.Connection | None = None
        self._identity = NO_FILE
        self._lock = RLock()

    def write(self, *, view: str, version: int, as_of: datetime, dtypes: Sequence[str], rows: Iterable[Row]) -> Written:
        """Make the store hold exactly these rows for a version.

        One transaction: rows that differ from the stored ones are rewritten, entities that are stored and not given are emptied,
        and the watermark moves to `as_of`. Any exception, also from `rows`, and Ctrl-C leave the store as it was. Only the
        comparison holds the write lock; while `rows` are drawn, others may write.

        Parameters
        ----------
        as_of
            The instant that the values are of; naive means UTC. If the store is at a later one already, nothing is written.
        dtypes
            Types of the features, see `Packer`.
        rows
            (join key values, feature values) of every entity that has a row at `as_of`, each once. A row with a NULL key is left out:
            nobody can ask for it.

        Raises
        ------
        OnlineStoreError
            If two rows have the same key or a value does not fit its type.
        """
        instant = _to_microseconds(as_of)
        with self._writing() as connection:
            stored = connection.execute(_WATERMARK, (view, version)).fetchone()
            if stored and stored[1] > instant:
                return Written(superseded=True)
            given = _load(connection, Packer(dtypes), rows, f"{view}@{version}")
            connection.execute("BEGIN IMMEDIATE")
            return _apply(connection, view, version, instant, given)

    def read(self, *, view: str, version: int, dtypes: Sequence[str], keys: Sequence[tuple[object, ...]]) -> Vectors:
        """Look up entities, all of one instant.

        Parameters
        ----------
        dtypes
            The types that the version was written with.
        keys
            Join key values in the entity's order; a NULL finds nothing.
        """
        texts = [entity_text(key) for key in keys]
        wanted = msgspec.json.encode([text for text in texts if text is not None]).decode()
        with self._reading() as connection:
            found = connection and connection.execute(_WATERMARK, (view, version)).fetchone()
            if not connection or not found:
                return Vectors(None, (None,) * len(texts))
            packed = dict(connection.execute(_READ, (found[0], wanted)).fetchall())
        unpack = Packer(dtypes).unpack
        values = {text: unpack(value) for text, value in packed.items() if value is not None}
        return Vectors(_to_instant(found[1]), tuple(None if text is None else values.get(text) for text in texts))

    def watermark(self, view: str, version: int) -> datetime | None:
        """Tell the instant (aware UTC) that a version's values are of; None if it was never materialized."""
        with self._reading() as connection:
            found = connection and connection.execute(_WATERMARK, (view, version)).fetchone()
            return _to_instant(found[1]) if found else None

    def close(self) -> None:
        """Close the file; the next call opens it again. A store in memory is gone."""
        with self._lock:
            if self._shared is not None:
                self._shared.close()
                self._shared = None

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection | None]:
        with self._lock, self._file.translating():
            connection = self._open_shared()
            if connection is None:
                yield None
                return
            try:
                connection.execute("BEGIN")
                yield connection
            finally:
                if connection.in_transaction:
                    connection.execute("COMMIT")

    def _open_shared(self) -> sqlite3.Connection | None:
        identity = self._file.identity()
        if identity != self._identity:
            self.close()
            self._identity = identity
        if self._shared is None:
            self._shared = self._file.open_for_reading()
        return self._shared

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """Give a connection with an empty table `incoming`; what is begun on it is committed at the end or rolled back."""
        with self._file.translating():
            if self.path is None:
                with self._lock:
                    connection = self._open_shared()
                    assert connection is not None  # memory is always there
                    with _transaction(connection):
                        yield connection
            else:
                with closing(self._file.open_for_writing()) as connection, _transaction(connection):
                    yield connection


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    try:
        connection.execute("CREATE TEMP TABLE incoming (entity TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID")
        yield
        if connection.in_transaction:
            connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        connection.execute("DROP TABLE IF EXISTS temp.incoming")


def _load(connection: sqlite3.Connection, packer: Packer, rows: Iterable[Row], reference: str) -> int:
    """Put packed rows into `incoming`, a table of this connection, and count them."""
    keyed = ((entity_text(key), values) for key, values in rows)
    packed = ((entity, packer.pack(values)) for entity, values in keyed if entity is not None)
    connection.execute("BEGIN")
    try:
        connection.executemany("INSERT INTO incoming VALUES (?, ?)", packed)
    except sqlite3.IntegrityError as error:
        raise OnlineStoreError(
            f"The rows of {reference} have one entity twice; nothing was written.", hint="Group the query by the join keys."
        ) from error
    connection.execute("COMMIT")
    return int(connection.execute("SELECT COUNT(*) FROM incoming").fetchone()[0])


def _apply(connection: sqlite3.Connection, view: str, version: int, instant: int, given: int) -> Written:
    stored = connection.execute(_WATERMARK, (view, version)).fetchone()
    if stored and stored[1] > instant:  # a later writer came first while the rows were drawn
        return Written(superseded=True)
    materialized_id = connection.execute(_MOVE_WATERMARK, (view, version, instant)).fetchone()[0]
    changed = connection.execute(_CHANGE, (materialized_id, instant)).rowcount
    emptied = connection.execute(_EMPTY, (materialized_id, instant)).rowcount
    return Written(changed=changed, emptied=emptied, unchanged=given - changed)


def _to_microseconds(instant: datetime) -> int:
    return (to_utc(instant) - _EPOCH) // _MICROSECOND


def _to_instant(microseconds: int) -> datetime:
    return _EPOCH + microseconds * _MICROSECOND
