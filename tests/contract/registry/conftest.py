"""Every kind of registry, empty, at NOW."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from jupyter_features.registry.postgres import PostgresDatabase
from jupyter_features.registry.registry import Registry
from jupyter_features.registry.sqlite import SqliteDatabase

from ...loopback import Loopback
from ...postgres import PostgresServer
from ...registry.conftest import make_view_fixture, publish  # noqa: F401  # fixtures
from .doors import Door, HttpDoor

KINDS = ("sqlite", "postgresql", "http")


def make_door(kind: str, request: pytest.FixtureRequest, path: Path, *, is_written: bool) -> Door:
    if kind == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgres")
        return Door(PostgresDatabase(server.new_registry_url() if is_written else server.new_url()))
    if is_written:
        with SqliteDatabase(path).writing():
            pass
    database = SqliteDatabase(path)
    if kind == "sqlite":
        return Door(database)
    loopback: Loopback = request.getfixturevalue("loopback")
    return HttpDoor(database, loopback)


@pytest.fixture(params=KINDS)
def door(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Door]:
    """A registry that has its tables and nothing in them."""
    opened = make_door(request.param, request, tmp_path / "registry.db", is_written=True)
    yield opened
    opened.close()


@pytest.fixture(params=KINDS)
def unwritten_door(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Door]:
    """A registry that was never written to."""
    opened = make_door(request.param, request, tmp_path / "registry.db", is_written=False)
    yield opened
    opened.close()


@pytest.fixture
def registry(door: Door) -> Registry:
    """The registry as ada sees it, who may do everything that a role allows."""
    return door.open()
