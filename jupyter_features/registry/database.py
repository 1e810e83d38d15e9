"""What the registry needs of a database, and how its schema's revision is known."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol

from sqlalchemy import Connection

from jupyter_features.errors import RegistryVersionError

REVISIONS = ("0001", "0002", "0003")  # every schema this package knows, oldest first
OUR_TABLE = "feature_view_versions"


class Database(Protocol):
    """One registry's database.

    Every method may raise `RegistryVersionError` (a newer version of this package wrote it) and `RegistryError` (it is
    something else, is damaged, cannot be reached, or stays locked). An older schema is brought up to date by the first use.
    """

    @property
    def label(self) -> str:
        """What people know it by; never with a password."""
        ...

    def reading(self) -> AbstractContextManager[Connection | None]:
        """Open one snapshot; None when nothing was ever published."""
        ...

    def writing(self, *, wait_seconds: float | None = None) -> AbstractContextManager[Connection]:
        """Open a write transaction: it creates what is missing, commits at the end, and rolls back on any exception.

        Other writers are waited for, by default for some seconds; `wait_seconds` is at least a millisecond.
        """
        ...

    def problems(self) -> tuple[str, ...]:
        """Say in sentences what is wrong with the stored data; empty if it is whole."""
        ...

    def close(self) -> None:
        """Let go of what is open; the next call opens it again."""
        ...


def known_revision(connection: Connection, label: str) -> str:
    """Read the schema's revision.

    Raises
    ------
    RegistryVersionError
        If this package does not know it.
    """
    found = str(connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar_one())
    if found not in REVISIONS:
        raise RegistryVersionError(
            f"The registry {label} has the schema {found}; this package knows up to {REVISIONS[-1]}.",
            hint="A newer version wrote it. Upgrade: pip install --upgrade jupyter_features.",
        )
    return found


def upgrade_schema(connection: Connection) -> None:
    """Bring the database to the newest schema inside the caller's transaction."""
    from jupyter_features.registry.upgrade import upgrade

    upgrade(connection)
