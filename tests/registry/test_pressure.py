"""Many at once, and killed: a short form of `python benchmarks/pressure.py`."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from jupyter_features.definitions.subject import ROLES, Subject
from jupyter_features.registry.open_registry import open_registry
from jupyter_features.registry.questions import GetRevision
from jupyter_features.registry.registry import Registry

from ..postgres import PostgresServer
from .pressure import check_nothing_lost, check_whole, kill_at_random, press
from .shelf import make_view


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A registry that was never written to, of each kind that stores."""
    if request.param == "sqlite":
        return f"sqlite:////{tmp_path.relative_to('/')}/registry.db"
    return request.getfixturevalue("postgres").new_url()


@pytest.fixture
def view_file(tmp_path: Path) -> Path:
    """A compiled view that processes can read."""
    path = tmp_path / "view.json"
    path.write_bytes(msgspec.json.encode(make_view()))
    return path


def test_processes_at_once_lose_nothing_and_readers_never_go_back(url: str, view_file: Path) -> None:
    answers = press(url, view_file, processes=3, seconds=3)

    registry = open_registry(url, folder=Path.cwd(), subject=Subject(name="ada", roles=ROLES))
    assert check_whole(registry) > 0
    check_nothing_lost(registry, answers)
    assert [each.troubles for each in answers] == [()] * 3
    registry.close()


def test_a_registry_is_whole_whenever_its_publisher_is_killed(url: str, view_file: Path) -> None:
    assert kill_at_random(url, view_file, kills=5) >= 5


def test_a_database_that_restarts_in_the_middle_is_found_again(postgres: PostgresServer, view_file: Path) -> None:
    url = postgres.new_url()
    registry = open_registry(url, folder=Path.cwd(), subject=Subject(name="ada", roles=ROLES))
    before = press(url, view_file, processes=1, seconds=1)
    assert check_whole(registry) == len(before[0].versions)

    answers = press(url, view_file, processes=2, seconds=5, meanwhile=lambda: restart_when_busy(registry, postgres))

    # The pooled connection of this process broke, too.
    assert check_whole(registry) > len(before[0].versions)
    check_nothing_lost(registry, [*before, *answers])
    assert all("cannot be reached" in trouble or "failed" in trouble for answer in answers for trouble in answer.troubles)
    registry.close()


def restart_when_busy(registry: Registry, postgres: PostgresServer) -> None:
    """Restart once the processes have written something."""
    begun = registry.send(GetRevision())
    while registry.send(GetRevision()) < begun + 3:
        pass
    postgres.restart()
