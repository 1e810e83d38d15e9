"""From a URL to a registry."""

from __future__ import annotations

from pathlib import Path

from jupyter_features.clock import Clock, system_clock
from jupyter_features.definitions.subject import Subject
from jupyter_features.errors import ConfigurationError
from jupyter_features.registry.database import Database
from jupyter_features.registry.registry import Registry
from jupyter_features.registry.sql_registry import SqlRegistry


def open_registry(url: str, *, folder: Path, subject: Subject, clock: Clock = system_clock) -> Registry:
    """Open the registry that a URL names; nothing is reached before the first request.

    Parameters
    ----------
    url
        `sqlite:///relative/path`, `sqlite:////absolute/path`, or `postgresql://user@host/database`.
    folder
        Where relative paths start.
    subject
        Who asks. Who can open a database directly holds all of its data; there, ownership is kept, and roles are as given.

    Raises
    ------
    ConfigurationError
        If the URL is of another kind.
    """
    return SqlRegistry(open_database(url, folder=folder), subject=subject, clock=clock)


def open_database(url: str, *, folder: Path) -> Database:
    """Open the database behind a URL.

    Raises
    ------
    ConfigurationError
        If it is not the URL of a database that can hold a registry.
    """
    scheme, separator, path = url.partition(":///")
    if scheme == "sqlite" and separator and path:
        from jupyter_features.registry.sqlite import SqliteDatabase

        return SqliteDatabase(folder / path)
    if url.startswith(("postgresql://", "postgres://")):
        from jupyter_features.registry.postgres import PostgresDatabase

        return PostgresDatabase(url.replace("postgres://", "postgresql://", 1))
    raise ConfigurationError(
        f"The registry {_without_password(url)!r} is of no kind that is known.",
        hint="Use sqlite:///folder/file.db, postgresql://user@host/database, or https://host.",
    )


def _without_password(url: str) -> str:
    scheme, separator, rest = url.partition("://")
    return f"{scheme}{separator}{rest.rpartition('@')[2]}"
