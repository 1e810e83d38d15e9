"""The registry in a SQLite file: how it is opened and locked, and how its failures are worded."""

from __future__ import annotations

import errno
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, NullPool, create_engine, event
from sqlalchemy.exc import DBAPIError

from jupyter_features.errors import JupyterFeaturesError, ReadOnlyError, RegistryError
from jupyter_features.registry.database import OUR_TABLE, REVISIONS, known_revision, upgrade_schema

BUSY_SECONDS = 10.0

_NOT_ALLOWED = (errno.EACCES, errno.EPERM, errno.EROFS)


class SqliteDatabase:
    """A SQLite file in WAL mode, opened anew for every transaction; a `Database`.

    A connection costs a fraction of a millisecond and none stays open: the file may be moved, replaced or
    deleted between two calls, and the object may be used from any thread and after a fork.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._engine: Engine | None = None

    @property
    def label(self) -> str:
        """What people know it by: the file."""
        return str(self.path)

    @contextmanager
    def reading(self) -> Iterator[Connection | None]:
        """Open one snapshot; see `Database`. Raises `ReadOnlyError` if permissions forbid to open the file."""
        if not self._exists():
            yield None
            return
        with self._translating(), self._connect() as connection, connection.begin():
            found = self._schema_revision(connection)
            if found is None or found == REVISIONS[-1]:
                yield connection if found else None
                return
        if self._is_frozen():
            raise self._read_only()
        with self.writing():  # brings it up to date; reading the old shape would need old code
            pass
        with self.reading() as connection_now:
            yield connection_now

    @contextmanager
    def writing(self, *, wait_seconds: float | None = None) -> Iterator[Connection]:
        """Open the one write transaction; see `Database`. The file and its folder are created if missing."""
        with self._translating():
            self._ensure_file()
            with self._connect(wait_seconds=wait_seconds or BUSY_SECONDS) as connection, connection.begin():
                if self._schema_revision(connection) != REVISIONS[-1]:
                    upgrade_schema(connection)
                yield connection

    def problems(self) -> tuple[str, ...]:
        """Ask SQLite whether the file is whole; one sentence for each thing that is not."""
        with self.reading() as connection:
            if connection is None:
                return ()
            damage = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA integrity_check(5)") if row[0] != "ok"]
            orphans = [f"a row of {row[0]} points to nothing in {row[2]}" for row in connection.exec_driver_sql("PRAGMA foreign_key_check")]
            return (*damage, *dict.fromkeys(orphans))

    def close(self) -> None:
        """Let go of the engine; the next call opens it again."""
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None

    def _connect(self, *, wait_seconds: float | None = None) -> Connection:
        """Connect to read, or to write once other writers are done."""
        if self._engine is None:
            engine = create_engine("sqlite://", creator=self._open, poolclass=NullPool)
            event.listen(engine, "begin", _begin)
            self._engine = engine  # last, so that no other thread takes it without its listener
        return self._engine.connect().execution_options(wait_seconds=wait_seconds)

    def _exists(self) -> bool:
        try:
            return self.path.exists()
        except PermissionError as error:
            raise self._read_only() from error

    def _open(self) -> sqlite3.Connection:
        mode = "mode=ro&immutable=1" if self._is_frozen() else "mode=rw"
        uri = f"{self.path.absolute().as_uri()}?{mode}"
        connection = sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        connection.execute("PRAGMA foreign_keys = ON")
        return connection

    def _is_frozen(self) -> bool:
        # WAL readers need to write beside the file; where nobody on this side can and nobody is writing, read it as it is.
        return not os.access(self.path.parent, os.W_OK) and not self.path.with_name(self.path.name + "-wal").exists()

    def _ensure_file(self) -> None:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.path.touch()
        except OSError as error:
            if error.errno in _NOT_ALLOWED:
                raise self._read_only() from error
            raise RegistryError(
                f"The registry {self.path} cannot be created: {error.strerror}.", hint="Choose another place in the settings."
            ) from error
        if not os.access(self.path, os.W_OK) or not os.access(self.path.parent, os.W_OK):
            raise self._read_only()
        with self._translating(), self._connect() as connection, connection.begin():
            self._schema_revision(connection)  # refuses the file of somebody else before anything in it is changed
        self._switch_to_wal()

    def _switch_to_wal(self) -> None:
        # SQLite refuses this switch at once, without waiting, while another process has the file open.
        deadline = time.monotonic() + BUSY_SECONDS
        while True:
            try:
                with closing(self._open()) as connection:
                    connection.execute("PRAGMA journal_mode = WAL")
            except sqlite3.Error as error:
                if _code(error) != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                    raise self._failure(error) from error
            else:
                return
            time.sleep(0.01)  # SQLite does not wait for this lock by itself, whatever its busy timeout

    def _schema_revision(self, connection: Connection) -> str | None:
        tables = {row[0] for row in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if not tables:
            return None
        if OUR_TABLE not in tables:
            raise RegistryError(
                f"The file {self.path} is a SQLite database, but not a registry.", hint="Choose another file in the settings."
            )
        return known_revision(connection, self.label)

    @contextmanager
    def _translating(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            raise self._failure(error.orig) from error

    def _failure(self, error: BaseException | None) -> JupyterFeaturesError:
        code = _code(error)
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return RegistryError(
                f"The registry {self.path} was locked by another process for {BUSY_SECONDS:.0f} seconds.",
                hint="Nothing was changed. Try again when that process is done.",
            )
        if code in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
            return RegistryError(
                f"The file {self.path} is damaged or is not a registry: {error}.",
                hint="Restore it from a backup, or choose another file in the settings.",
            )
        if code == sqlite3.SQLITE_READONLY or (code == sqlite3.SQLITE_CANTOPEN and not os.access(self.path, os.R_OK)):
            return self._read_only()
        return RegistryError(f"The registry {self.path} failed: {error}.")

    def _read_only(self) -> ReadOnlyError:
        return ReadOnlyError(
            f"The registry {self.path} cannot be opened for this: you lack the permission for the file or its folder.",
            hint="Ask its owner, or name another registry in the settings.",
        )


def _begin(connection: Connection) -> None:
    wait_seconds = connection.get_execution_options()["wait_seconds"]
    if wait_seconds is None:
        connection.exec_driver_sql("BEGIN")
        return
    connection.exec_driver_sql(f"PRAGMA busy_timeout = {wait_seconds * 1_000:.0f}")
    # IMMEDIATE takes the write lock at the start, so what a writer reads cannot change before it commits.
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _code(error: BaseException | None) -> int:
    # The low byte is the primary code; the rest tells variants apart.
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF
