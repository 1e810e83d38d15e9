from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from jupyter_features.errors import OnlineStoreError
from jupyter_features.online import sqlite_file
from jupyter_features.online.sqlite import SqliteOnlineStore
from jupyter_features.online.vectors import Vectors, Written

MONDAY, TUESDAY = datetime(1998, 6, 1, tzinfo=UTC), datetime(1998, 6, 2, tzinfo=UTC)

Starter = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start(path: Path) -> Iterator[Starter]:
    """Give a function that starts `writer.py` in a process of its own; those still alive at the end are killed."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    started: list[subprocess.Popen[str]] = []

    def start_writer(what: str, prefix: Sequence[str] = ()) -> subprocess.Popen[str]:
        command = [*prefix, sys.executable, str(Path(__file__).with_name("writer.py")), str(path), what]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment)
        started.append(process)
        return process

    yield start_writer
    for process in started:
        with process:
            process.kill()


def write(path: Path, as_of: datetime = MONDAY, values: Sequence[int] = (10,)) -> Written:
    with closing(SqliteOnlineStore(path)) as store:
        return store.write(
            view="spend", version=1, as_of=as_of, dtypes=["BIGINT"], rows=[((key,), (value,)) for key, value in enumerate(values, 1)]
        )


def read(path: Path, *keys: int) -> Vectors:
    with closing(SqliteOnlineStore(path)) as store:
        return store.read(view="spend", version=1, dtypes=["BIGINT"], keys=[(key,) for key in keys])


def execute(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(statement)


def test_ctrl_c_in_another_process_leaves_the_store_as_it_was(path: Path, start: Starter) -> None:
    write(path)
    process = start("endless")
    assert process.stdout is not None
    assert process.stdout.readline() == "drawing\n"

    process.send_signal(signal.SIGINT)

    assert process.communicate(timeout=60)[0] == "interrupted\n1998-06-01 00:00:00+00:00\n"
    assert read(path, 1, 2) == Vectors(MONDAY, ((10,), None))
    assert write(path, TUESDAY, [11]) == Written(changed=1)


def test_killed_process_leaves_the_store_as_it_was(path: Path, start: Starter) -> None:
    write(path)
    process = start("endless")
    assert process.stdout is not None
    process.stdout.readline()

    process.kill()
    process.communicate()

    assert read(path, 1, 2) == Vectors(MONDAY, ((10,), None))
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_processes_that_create_the_store_at_once_all_write(path: Path, start: Starter) -> None:
    processes = [start("one") for _ in range(3)]

    assert [process.communicate(timeout=60)[0] for process in processes] == ["1998-06-02 00:00:00+00:00\n"] * 3
    assert read(path, 1) == Vectors(TUESDAY, ((1,),))


def test_drawing_rows_does_not_keep_others_from_writing(path: Path, start: Starter) -> None:
    process = start("endless")
    assert process.stdout is not None
    process.stdout.readline()

    assert write(path) == Written(changed=1)


def test_newer_schema_is_refused_for_reads_and_writes(path: Path) -> None:
    write(path)
    execute(path, "PRAGMA user_version = 99")

    with pytest.raises(OnlineStoreError, match=r"has the schema 99; this package knows up to 1.\n.*[Uu]pgrade"):
        read(path, 1)
    with pytest.raises(OnlineStoreError, match="has the schema 99"):
        write(path, TUESDAY)


def test_file_that_is_no_database_is_refused_and_left_alone(path: Path) -> None:
    path.parent.mkdir()
    path.write_text("customer_id,spend\n" * 100)

    for use in (read, write):
        with pytest.raises(OnlineStoreError, match="is damaged or is not an online store"):
            use(path)
    assert path.read_text() == "customer_id,spend\n" * 100


def test_database_of_something_else_is_refused_and_left_alone(path: Path) -> None:
    path.parent.mkdir()
    execute(path, "CREATE TABLE recipes (name TEXT)")
    content = path.read_bytes()

    for use in (read, write):
        with pytest.raises(OnlineStoreError, match="is a SQLite database, but not an online store"):
            use(path)
    assert path.read_bytes() == content


def test_folder_in_place_of_the_file_is_refused(tmp_path: Path) -> None:
    for use in (read, write):
        with pytest.raises(OnlineStoreError, match="unable to open"):
            use(tmp_path)


def test_file_in_place_of_the_folder_is_refused(path: Path) -> None:
    path.parent.write_text("not a folder")

    assert read(path, 1) == Vectors(None, (None,))
    with pytest.raises(OnlineStoreError, match="cannot be created"):
        write(path)


@pytest.mark.parametrize("folder", ["with space", "per%20cent", "what?mode=memory", "#1", "ünïcode"])
def test_any_folder_name_works(tmp_path: Path, folder: str) -> None:
    path = tmp_path / folder / "online.db"

    write(path)

    assert read(path, 1) == Vectors(MONDAY, ((10,),))
    assert path.exists()


def test_locked_store_is_waited_for_then_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(path)
    monkeypatch.setattr(sqlite_file, "BUSY_SECONDS", 0.05)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")

        with pytest.raises(OnlineStoreError, match="was locked by another process"):
            write(path, TUESDAY)
        assert read(path, 1) == Vectors(MONDAY, ((10,),))  # readers never wait


@pytest.mark.parametrize("kept", ["folder", "file"])
def test_writing_without_permission_is_refused_and_reading_works(
    path: Path, start: Starter, without_override: list[str], kept: str
) -> None:
    write(path)
    guarded, mode = (path.parent, 0o555) if kept == "folder" else (path, 0o444)
    guarded.chmod(mode)
    try:
        output, _ = start("one", without_override).communicate(timeout=60)
    finally:
        guarded.chmod(0o755)

    assert output.startswith("ReadOnlyError The online store ")
    assert output.endswith("\n1998-06-01 00:00:00+00:00\n")


def test_creating_a_store_in_a_read_only_folder_is_refused(path: Path, start: Starter, without_override: list[str]) -> None:
    path.parent.parent.chmod(0o555)
    try:
        output, _ = start("one", without_override).communicate(timeout=60)
    finally:
        path.parent.parent.chmod(0o755)

    assert output.startswith("ReadOnlyError The online store ")
    assert output.endswith("\nNone\n")
