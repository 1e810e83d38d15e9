"""The registry in a PostgreSQL database: how it is reached and locked, and how its failures are worded."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from sqlalchemy import URL, Connection, Engine, create_engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from jupyter_features.errors import ConfigurationError, JupyterFeaturesError, ReadOnlyError, RegistryError
from jupyter_features.registry.database import OUR_TABLE, REVISIONS, known_revision, upgrade_schema

LOCK_SECONDS = 10
_OLDEST = 15
# Any number, the same for everybody: who creates or upgrades the schema holds this lock.
_UPGRADE_LOCK = 7_218_544_301
# In the name of a part of the query, such as `sslpassword`.
_SECRET = ("password", "secret")
_LOCKED, _FORBIDDEN, _READ_ONLY = "55P03", "42501", "25006"


class PostgresDatabase:
    """A PostgreSQL database, version 15 or newer; a `Database`. Connections are pooled and tested before each use.

    Parameters
    ----------
    url
        Such as `postgresql://user:password@host:5432/features`.

    Raises
    ------
    ConfigurationError
        If the URL cannot be read, or the package for PostgreSQL is not installed.
    """

    def __init__(self, url: str) -> None:
        self._url = _with_driver(url)
        self._engine: Engine | None = None
        self._is_made = False  # once seen, the tables need not be looked for before every question

    @property
    def label(self) -> str:
        """What people know it by: the URL without its password, wherever that stands."""
        secret = [name for name in self._url.query if any(word in name.lower() for word in _SECRET)]
        shown = self._url.set(drivername="postgresql").difference_update_query(secret)
        return shown._replace(password=None).render_as_string()

    @contextmanager
    def reading(self) -> Iterator[Connection | None]:
        """Open one snapshot; see `Database`."""
        with self._translating(), self._connected("REPEATABLE READ") as connection:
            found = self._schema_revision(connection)
            if found is None or found == REVISIONS[-1]:
                yield connection if found else None
                return
        with self.writing():  # brings it up to date; reading the old shape would need old code
            pass
        with self.reading() as connection_now:
            yield connection_now

    @contextmanager
    def writing(self, *, wait_seconds: float | None = None) -> Iterator[Connection]:
        """Open a write transaction; see `Database`. The schema is created if missing, the database itself is not."""
        # Not a snapshot: a writer that has waited for the lock must see what was committed meanwhile.
        with self._translating(), self._connected("READ COMMITTED") as connection:
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{wait_seconds or LOCK_SECONDS}s'")
            if self._schema_revision(connection) != REVISIONS[-1]:
                self._upgrade(connection)
            yield connection

    def problems(self) -> tuple[str, ...]:
        """Check what the server cannot: that it is new enough. Constraints keep the rest."""
        with self._translating(), self._connected("READ COMMITTED") as connection:
            number = int(connection.exec_driver_sql("SHOW server_version_num").scalar_one()) // 10_000
        return () if number >= _OLDEST else (f"PostgreSQL {number} is older than {_OLDEST}, the oldest that is tested",)

    def close(self) -> None:
        """Close the pool; the next call opens it again."""
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None
            self._is_made = False

    @contextmanager
    def _connected(self, isolation: Literal["READ COMMITTED", "REPEATABLE READ"]) -> Iterator[Connection]:
        if self._engine is None:
            self._engine = create_engine(
                self._url,
                pool_pre_ping=True,
                pool_size=5,
                max_overflow=20,
                connect_args={"options": f"{_options(self._url)} -c timezone=UTC".lstrip(), "connect_timeout": 10},
            )
        with self._engine.connect().execution_options(isolation_level=isolation) as connection, connection.begin():
            yield connection

    def _schema_revision(self, connection: Connection) -> str | None:
        if not self._is_made:
            tables = connection.exec_driver_sql("SELECT to_regclass('alembic_version'), to_regclass(%s)", (OUR_TABLE,)).one()
            if tables[0] is None:
                return None
            if tables[1] is None:
                raise RegistryError(
                    f"The database {self.label} has migrations of something else, and is not a registry.",
                    hint="Give the registry a database, or a schema in the search path, of its own.",
                )
            self._is_made = True
        return known_revision(connection, self.label)

    def _upgrade(self, connection: Connection) -> None:
        # Two first writers take turns; the second finds the work done.
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(%s)", (_UPGRADE_LOCK,))
        if self._schema_revision(connection) != REVISIONS[-1]:
            upgrade_schema(connection)

    @contextmanager
    def _translating(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            raise self._failure(error) from error
        except PoolTimeoutError as error:
            raise RegistryError(
                f"The registry {self.label} is busy: all of its connections are in use.", hint="Nothing was changed. Try again."
            ) from error

    def _failure(self, error: DBAPIError) -> JupyterFeaturesError:
        code = getattr(error.orig, "sqlstate", None)
        said = str(error.orig).strip().splitlines()[0] if str(error.orig).strip() else "no reason given"
        if code == _LOCKED:
            return RegistryError(
                f"The registry {self.label} was locked by another writer for {LOCK_SECONDS} seconds.",
                hint="Nothing was changed. Try again when that writer is done.",
            )
        if code in (_FORBIDDEN, _READ_ONLY):
            return ReadOnlyError(f"The registry {self.label} refuses this: {said}.", hint="Ask its administrator for the permission.")
        if error.connection_invalidated or code is None:
            return RegistryError(
                f"The registry {self.label} cannot be reached: {said}.", hint="Nothing was changed. Is the server running? Try again then."
            )
        return RegistryError(f"The registry {self.label} failed: {said}.", hint="Nothing was changed.")


def _options(url: URL) -> str:
    """Read what the URL itself says, such as a search path: connect arguments would hide it."""
    given = url.query.get("options", "")
    return given if isinstance(given, str) else " ".join(given)


def _with_driver(url: str) -> URL:
    try:
        import psycopg  # noqa: F401  # tells whether the extra is there

        return make_url(url).set(drivername="postgresql+psycopg")
    except ArgumentError as error:
        raise ConfigurationError(
            "The registry's URL cannot be read.", hint="Write it like postgresql://user@host:5432/features."
        ) from error
    except ImportError as error:
        raise ConfigurationError(
            "A registry in PostgreSQL needs a package that is not installed.", hint="pip install 'jupyter_features[postgresql]'"
        ) from error
