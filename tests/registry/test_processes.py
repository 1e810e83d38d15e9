"""What other processes can do to a registry: publish at once, be killed, lack permissions."""

from __future__ import annotations

import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from jupyter_features.definitions.feature_view import CompiledView
from jupyter_features.registry.questions import GetRevision, GetVersion, ListEvents, ListNames, ListVersions

from .shelf import open_sqlite

ViewMaker = Callable[..., CompiledView]
Publisher = Callable[..., tuple[int, bool]]
Starter = Callable[..., "subprocess.Popen[str]"]


def numbers(process: subprocess.Popen[str]) -> list[int]:
    output, _ = process.communicate(timeout=60)
    return [int(line) for line in output.splitlines()]


def check_whole(path: Path) -> int:
    """Check what must hold after any crash; give the number of versions."""
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    registry = open_sqlite(path)
    versions = [version.version for version in registry.send(ListVersions(name="customer_spend"))]
    assert versions == list(range(len(versions), 0, -1))
    published = [event for event in registry.send(ListEvents()) if event.action == "version_published"]
    assert [event.version for event in published] == versions[::-1]
    assert registry.send(GetRevision()) == len(versions)
    assert registry.send(GetVersion(name="customer_spend", environment="dev")).version.version == len(versions)
    return len(versions)


def test_processes_that_publish_at_once_from_nothing_lose_no_version(path: Path, start: Starter) -> None:
    processes = [start(label, "15") for label in "abc"]

    given = [numbers(process) for process in processes]

    assert sorted(number for numbers_given in given for number in numbers_given) == list(range(1, 46))
    assert check_whole(path) == 45
    fingerprints = {version.view.fingerprint for version in open_sqlite(path).send(ListVersions(name="customer_spend"))}
    assert fingerprints == {f"{label}-{number}" for label in "abc" for number in range(15)}


@pytest.mark.parametrize("after", [1, 4, 9])
def test_process_killed_while_publishing_leaves_the_registry_whole(path: Path, start: Starter, after: int) -> None:
    process = start("a", "100000")
    assert process.stdout is not None
    confirmed = [int(process.stdout.readline()) for _ in range(after)]

    process.kill()
    process.communicate()

    # What was confirmed is there; the one in flight may be, too.
    assert confirmed == list(range(1, after + 1))
    before = check_whole(path)
    assert before >= after
    assert numbers(start("b", "1")) == [before + 1]


def test_process_killed_while_creating_the_file_leaves_an_empty_or_a_whole_registry(path: Path, start: Starter) -> None:
    process = start("a", "1")
    while not path.exists() and process.poll() is None:
        pass

    process.kill()
    process.communicate()

    assert open_sqlite(path).send(ListNames()) in ((), ("customer_spend",))
    before = len(open_sqlite(path).send(ListVersions(name="customer_spend")))
    assert numbers(start("b", "1")) == [before + 1]


@pytest.mark.parametrize("kept", ["folder", "file"])
def test_publishing_without_permission_is_refused_and_reading_works(
    path: Path, make_view: ViewMaker, publish: Publisher, start: Starter, without_override: list[str], kept: str
) -> None:
    publish(open_sqlite(path), make_view())
    guarded, mode = (path.parent, 0o555) if kept == "folder" else (path, 0o444)
    guarded.chmod(mode)
    try:
        output, _ = start("a", "1", prefix=without_override).communicate(timeout=60)
    finally:
        guarded.chmod(0o755)

    assert output.startswith("ReadOnlyError The registry ")
    assert output.endswith("('customer_spend',)\n")


def test_creating_a_registry_in_a_read_only_folder_is_refused(path: Path, start: Starter, without_override: list[str]) -> None:
    path.parent.parent.joinpath("view.json").touch()
    path.parent.parent.chmod(0o555)
    try:
        output, _ = start("a", "1", prefix=without_override).communicate(timeout=60)
    finally:
        path.parent.parent.chmod(0o755)

    assert output.startswith("ReadOnlyError The registry ")
    assert output.endswith("()\n")


def test_reading_a_folder_one_may_not_enter_is_refused(
    path: Path, make_view: ViewMaker, publish: Publisher, start: Starter, without_override: list[str]
) -> None:
    publish(open_sqlite(path), make_view())
    path.parent.chmod(0o000)
    try:
        output, _ = start("a", "1", prefix=without_override).communicate(timeout=60)
    finally:
        path.parent.chmod(0o755)

    assert "ReadOnlyError: JF006: The registry " in output
