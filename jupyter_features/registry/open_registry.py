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
        `sqlite:///relative/path`, `sqlite:////absolute/path`, `postgresql://user@host/database`, or `https://host` of a
        registry service; `http://` only for this machine.
    folder
        Where relative paths start.
    subject
        Who asks. Who can open a database directly holds all of its data; there, ownership is kept, and roles are as given.
        A service takes no word for it: there the token tells, see `find_token`.

    Raises
    ------
    ConfigurationError
        If the URL is of another kind, or the credentials file cannot be used.
    """
    if url.startswith(("https://", "http://")):
        from jupyter_features.registry.credentials import find_token
        from jupyter_features.registry.http_registry import HttpRegistry, check_url

        return HttpRegistry(url, token=find_token(check_url(url)))
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
        f"The registry {_without_secrets(url)!r} is of no kind that is known.",
        hint="Use sqlite:///folder/file.db, postgresql://user@host/database, or https://host.",
    )


def _without_secrets(url: str) -> str:
    """Show the scheme alone: where a password stands in a URL of an unknown kind, nobody can tell."""
    scheme, separator, _ = url.partition("://")
    return f"{scheme}{separator}..." if separator else url.partition("?")[0].rpartition("@")[2]
