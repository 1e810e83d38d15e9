"""Bring a database to the newest schema; the one module that needs Alembic."""

from __future__ import annotations

from pathlib import Path
from threading import Lock

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from jupyter_features.registry.search_index import index_everything

_MIGRATIONS = Path(__file__).parent / "migrations"
# Alembic hands the environment to env.py through a module global, so two threads must take turns.
_TURN = Lock()


def upgrade(connection: Connection) -> None:
    """Run the missing migrations inside the caller's transaction: all of them, or none if it rolls back."""
    with _TURN:
        command.upgrade(_config(connection), "head")
    index_everything(connection)


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
