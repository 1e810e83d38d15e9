from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from jupyter_features.definitions.feature_view import CompiledView
from jupyter_features.errors import ReadOnlyError, RegistryError, RegistryVersionError
from jupyter_features.registry import database, sqlite
from jupyter_features.registry.questions import GetRevision, GetVersion, ListNames
from jupyter_features.registry.registry import Registry
from jupyter_features.registry.schema import metadata
from jupyter_features.registry.sqlite import SqliteDatabase

from .shelf import is_ours, open_sqlite

ViewMaker = Callable[..., CompiledView]
Publisher = Callable[..., tuple[int, bool]]


def execute(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(statement)


def test_migrations_make_the_declared_tables(path: Path) -> None:
    with SqliteDatabase(path).writing() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_name": is_ours})
        assert compare_metadata(context, metadata) == []
        assert context.get_current_revision() == database.REVISIONS[-1]


def test_file_is_in_wal_mode(registry: Registry, path: Path, make_view: ViewMaker, publish: Publisher) -> None:
    publish(registry, make_view())

    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_newer_schema_is_refused_for_reads_and_writes(registry: Registry, path: Path, make_view: ViewMaker, publish: Publisher) -> None:
    publish(registry, make_view())
    execute(path, "UPDATE alembic_version SET version_num = '0099'")

    with pytest.raises(RegistryVersionError, match=r"has the schema 0099; this package knows up to 0003.\n.*[Uu]pgrade"):
        registry.send(ListNames())
    with pytest.raises(RegistryVersionError):
        publish(registry, make_view(fingerprint="f2"))


def test_file_that_is_no_database_is_refused_and_left_alone(
    registry: Registry, path: Path, make_view: ViewMaker, publish: Publisher
) -> None:
    path.parent.mkdir()
    path.write_text("customer_id,spend\n" * 100)

    with pytest.raises(RegistryError, match="is damaged or is not a registry"):
        registry.send(ListNames())
    with pytest.raises(RegistryError, match="is damaged or is not a registry"):
        publish(registry, make_view())
    assert path.read_text() == "customer_id,spend\n" * 100


def test_database_of_something_else_is_refused_and_left_alone(
    registry: Registry, path: Path, make_view: ViewMaker, publish: Publisher
) -> None:
    path.parent.mkdir()
    execute(path, "CREATE TABLE recipes (name TEXT)")
    content = path.read_bytes()

    with pytest.raises(RegistryError, match="is a SQLite database, but not a registry"):
        registry.send(GetRevision())
    with pytest.raises(RegistryError, match="is a SQLite database, but not a registry"):
        publish(registry, make_view())
    assert path.read_bytes() == content


def test_folder_in_place_of_the_file_is_refused(tmp_path: Path, make_view: ViewMaker, publish: Publisher) -> None:
    registry = open_sqlite(tmp_path)

    with pytest.raises(RegistryError, match="unable to open"):
        registry.send(ListNames())
    with pytest.raises(RegistryError, match="unable to open"):
        publish(registry, make_view())


def test_file_in_place_of_the_folder_is_refused(path: Path, make_view: ViewMaker, publish: Publisher) -> None:
    path.parent.write_text("not a folder")

    assert open_sqlite(path).send(ListNames()) == ()
    with pytest.raises(RegistryError, match="cannot be created"):
        publish(open_sqlite(path), make_view())


def test_empty_file_is_an_empty_registry(registry: Registry, path: Path, make_view: ViewMaker, publish: Publisher) -> None:
    path.parent.mkdir()
    path.touch()

    assert registry.send(ListNames()) == ()
    assert publish(registry, make_view()) == (1, True)


@pytest.mark.parametrize("folder", ["with space", "per%20cent", "what?mode=memory", "#1", "ünïcode", "semi;colon"])
def test_any_folder_name_works(tmp_path: Path, folder: str, make_view: ViewMaker, publish: Publisher) -> None:
    registry = open_sqlite(tmp_path / folder / "registry.db")

    publish(registry, make_view())

    assert registry.send(ListNames()) == ("customer_spend",)
    assert (tmp_path / folder / "registry.db").exists()


def test_locked_registry_is_waited_for_then_refused(
    registry: Registry, path: Path, make_view: ViewMaker, publish: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(registry, make_view())
    monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0.05)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")

        with pytest.raises(RegistryError, match="was locked by another process"):
            publish(registry, make_view(fingerprint="f2"))
        assert registry.send(GetRevision()) == 1  # readers never wait


def test_damaged_definition_is_named(registry: Registry, path: Path, make_view: ViewMaker, publish: Publisher) -> None:
    publish(registry, make_view())
    execute(path, "UPDATE feature_view_versions SET definition = '{}'")

    with pytest.raises(RegistryError, match="customer_spend@1 cannot be read"):
        registry.send(GetVersion(name="customer_spend", environment="dev"))


def test_interrupted_write_leaves_nothing(path: Path, make_view: ViewMaker, publish: Publisher) -> None:
    publish(open_sqlite(path), make_view())

    def interrupted_write() -> None:
        with SqliteDatabase(path).writing() as connection:
            connection.exec_driver_sql("DELETE FROM environment_pointers")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted_write()

    assert open_sqlite(path).send(GetVersion(name="customer_spend", environment="dev")).version.version == 1


def test_deleted_file_is_an_empty_registry_again(registry: Registry, path: Path, make_view: ViewMaker, publish: Publisher) -> None:
    publish(registry, make_view())
    path.unlink()

    assert registry.send(ListNames()) == ()
    assert publish(registry, make_view()) == (1, True)


def test_read_only_error_is_a_permission_error() -> None:
    assert issubclass(ReadOnlyError, PermissionError)
