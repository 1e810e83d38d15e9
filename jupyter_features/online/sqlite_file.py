"""The online store's file: how it is opened, created, versioned, and how its failures are worded."""

from __future__ import annotations

import errno
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jupyter_features.errors import JupyterFeaturesError, OnlineStoreError, ReadOnlyError

SCHEMA = 1
BUSY_SECONDS = 10.0
NO_FILE = (0, 0, 0)

_NOT_ALLOWED = (errno.EACCES, errno.EPERM, errno.EROFS)

_TABLES = (
    """
    CREATE TABLE materialized (
        id INTEGER PRIMARY KEY, view TEXT NOT NULL, version INTEGER NOT NULL, as_of INTEGER NOT NULL, UNIQUE (view, version)
    )
    """,
    # A NULL value is an emptied entity; as_of is the instant of the write that last changed the value.
    """
    CREATE TABLE vectors (
        materialized_id INTEGER NOT NULL, entity TEXT NOT NULL, value BLOB, as_of INTEGER NOT NULL, PRIMARY KEY (materialized_id, entity)
    ) WITHOUT ROWID
    """,
)


class SqliteFile:
    """A path, or memory when it is None, and the connections to it."""

    def __init__(self, path: Path | None) -> None:
        self.path = path

    def open_for_reading(self) -> sqlite3.Connection | None:
        """Open what is there; None if nothing was ever written."""
        if self.path is None:
            return self._create(self._connect("file::memory:"))
        if self.identity() == NO_FILE:
            return None
        connection = self._connect(f"{self.path.absolute().as_uri()}?{self._read_mode()}")
        readable = False
        try:
            readable = self._check_schema(connection)
        finally:
            if not readable:
                connection.close()
        return connection if readable else None

    def open_for_writing(self) -> sqlite3.Connection:
        """Open the file, created with its folder if missing."""
        assert self.path is not None  # memory is written through the connection that reads it
        self._ensure_file(self.path)
        connection = self._connect(f"{self.path.absolute().as_uri()}?mode=rw")
        try:
            self._check_schema(connection)  # refuses the file of somebody else before anything in it is changed
            self._switch_to_wal(connection)
            # What a power cut may take is a whole transaction with its watermark: the next run does it again.
            connection.execute("PRAGMA synchronous = NORMAL")
            return self._create(connection)
        except BaseException:
            connection.close()
            raise

    @contextmanager
    def translating(self) -> Iterator[None]:
        """Turn SQLite's errors into sentences."""
        try:
            yield
        except sqlite3.Error as error:
            raise self._failure(error) from error

    def identity(self) -> tuple[int, int, int]:
        """Tell which file this is and when its main part last changed; zeros for none and for memory.

        A connection that was opened under another identity may look at a file that was deleted or replaced.
        """
        try:
            status = self.path.stat() if self.path else None
        except (FileNotFoundError, NotADirectoryError):
            status = None
        except OSError as error:
            raise self._read_only() from error
        return (status.st_dev, status.st_ino, status.st_mtime_ns) if status else NO_FILE

    def _connect(self, uri: str) -> sqlite3.Connection:
        return sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)

    def _read_mode(self) -> str:
        assert self.path is not None
        # WAL readers need to write beside the file; where nobody on this side can and nobody is writing, read it as it is.
        frozen = not os.access(self.path.parent, os.W_OK) and not self.path.with_name(self.path.name + "-wal").exists()
        return "mode=ro&immutable=1" if frozen else "mode=rw"

    def _ensure_file(self, path: Path) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
        except OSError as error:
            if error.errno in _NOT_ALLOWED:
                raise self._read_only() from error
            raise OnlineStoreError(
                f"The online store {path} cannot be created: {error.strerror}.", hint="Choose another place in the settings."
            ) from error
        if not os.access(path, os.W_OK) or not os.access(path.parent, os.W_OK):
            raise self._read_only()

    def _switch_to_wal(self, connection: sqlite3.Connection) -> None:
        # SQLite refuses this switch at once, without waiting, while another process has the file open.
        deadline = time.monotonic() + BUSY_SECONDS
        while True:
            try:
                connection.execute("PRAGMA journal_mode = WAL")
            except sqlite3.OperationalError as error:
                if _code(error) != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                    raise
            else:
                return
            time.sleep(0.01)  # SQLite does not wait for this lock by itself, whatever its busy timeout

    def _create(self, connection: sqlite3.Connection) -> sqlite3.Connection:
        if self._check_schema(connection):
            return connection
        connection.execute("BEGIN IMMEDIATE")
        if not self._check_schema(connection):  # nobody else has made the tables in the meantime
            for table in _TABLES:
                connection.execute(table)
            connection.execute(f"PRAGMA user_version = {SCHEMA}")
        connection.execute("COMMIT")
        return connection

    def _check_schema(self, connection: sqlite3.Connection) -> bool:
        """Tell whether the tables are there.

        Raises
        ------
        OnlineStoreError
            If they are of a newer package, or of something else.
        """
        found = int(connection.execute("PRAGMA user_version").fetchone()[0])
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if tables and "vectors" not in tables:
            raise OnlineStoreError(f"The file {self.path} is a SQLite database, but not an online store.", hint="Choose another file.")
        if found > SCHEMA:
            raise OnlineStoreError(
                f"The online store {self.path} has the schema {found}; this package knows up to {SCHEMA}.",
                hint="A newer version wrote it. Upgrade: pip install --upgrade jupyter_features.",
            )
        return bool(tables)

    def _failure(self, error: sqlite3.Error) -> JupyterFeaturesError:
        code = _code(error)
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return OnlineStoreError(
                f"The online store {self.path} was locked by another process for {BUSY_SECONDS:.0f} seconds.",
                hint="Nothing was changed. Try again when that process is done.",
            )
        if code in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
            return OnlineStoreError(
                f"The file {self.path} is damaged or is not an online store: {error}.",
                hint="Delete it and materialize again, or choose another file in the settings.",
            )
        if code == sqlite3.SQLITE_READONLY or (code == sqlite3.SQLITE_CANTOPEN and self.path and not os.access(self.path, os.R_OK)):
            return self._read_only()
        return OnlineStoreError(f"The online store {self.path} failed: {error}.")

    def _read_only(self) -> ReadOnlyError:
        return ReadOnlyError(
            f"The online store {self.path} cannot be opened for this: you lack the permission for the file or its folder.",
            hint="Ask its owner, or name another online store in the settings.",
        )


def _code(error: sqlite3.Error) -> int:
    # The low byte is the primary code; the rest tells variants apart.
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF
