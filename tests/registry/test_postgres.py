"""What belongs to PostgreSQL alone: how it is reached, who may write, and writers that meet."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from jupyter_features.definitions.consumer import Use
from jupyter_features.definitions.subject import ROLES, Subject
from jupyter_features.errors import ConfigurationError, PublishConflictError, ReadOnlyError, RegistryError
from jupyter_features.registry import postgres as postgres_module
from jupyter_features.registry.changes import ChangeTeam, Publish, RecordUses
from jupyter_features.registry.open_registry import open_registry
from jupyter_features.registry.postgres import PostgresDatabase
from jupyter_features.registry.questions import GetRevision, ListNames, ListVersions
from jupyter_features.registry.schema import metadata
from jupyter_features.registry.sql_registry import SqlRegistry

from ..postgres import PostgresServer
from .shelf import is_ours, make_view, passed

ADA = Subject(name="ada", roles=ROLES)


@pytest.fixture
def url(postgres: PostgresServer) -> str:
    return postgres.new_url()


@pytest.fixture
def database(url: str) -> Iterator[PostgresDatabase]:
    opened = PostgresDatabase(url)
    yield opened
    opened.close()


def test_migrations_make_the_declared_tables(database: PostgresDatabase):
    with database.writing() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_name": is_ours})
        assert compare_metadata(context, metadata) == []
    assert database.problems() == ()


def test_registry_opens_by_its_url_and_shows_no_password(url: str):
    registry = open_registry(url.replace("postgres:@", "postgres:hunter2@"), folder=Path(), subject=ADA)

    assert registry.send(ListNames()) == ()
    assert "hunter2" not in registry.label
    assert "***" not in registry.label
    assert registry.label.startswith("postgresql://postgres@/postgres")
    registry.close()


@pytest.mark.parametrize(
    ("given", "label"),
    [
        ("postgresql://u@h/db?password=hunter2&sslpassword=hunter2&sslmode=require", "postgresql://u@h/db?sslmode=require"),
        ("postgresql://u:hunter2@h/db?oauth_client_secret=hunter2", "postgresql://u@h/db"),
    ],
)
def test_no_password_of_a_url_is_shown_wherever_it_stands(given: str, label: str):
    assert PostgresDatabase(given).label == label


@pytest.mark.parametrize("given", ["mysql://h/db?password=hunter2", "mysql://u:hun?ter2@h/db", "postgres+x://u:hunter2@h/db?p=a@hunter2"])
def test_no_password_of_an_unknown_url_is_shown(given: str):
    with pytest.raises(ConfigurationError, match="of no kind that is known") as caught:
        open_registry(given, folder=Path(), subject=ADA)
    assert "ter2" not in str(caught.value)


def test_database_of_something_else_is_refused(database: PostgresDatabase, url: str):
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE alembic_version (version_num TEXT)")

    with pytest.raises(RegistryError, match="has migrations of something else"):
        SqlRegistry(database, subject=ADA).send(ListNames())


def test_server_that_is_not_there_is_named_without_the_password():
    database = PostgresDatabase("postgresql://ada:hunter2@127.0.0.1:9/features")

    with pytest.raises(RegistryError, match=r"The registry postgresql://ada@127.0.0.1:9/features cannot be reached") as caught:
        SqlRegistry(database, subject=ADA).send(ListNames())
    assert "hunter2" not in caught.value.report()


@pytest.mark.parametrize("url", ["postgresql://ada:secret@host:port/x", "postgresql://[::1/x"])
def test_url_that_cannot_be_read_is_refused_and_not_repeated(url: str):
    with pytest.raises((ConfigurationError, ValueError)) as caught:
        PostgresDatabase(url)
    assert "secret" not in str(caught.value)


def test_who_may_only_read_reads(postgres: PostgresServer, url: str, database: PostgresDatabase):
    SqlRegistry(database, subject=ADA).send(ChangeTeam(name="growth"))
    with psycopg.connect(url, autocommit=True) as connection:
        schema = connection.execute("SELECT current_schema()").fetchone()
        assert schema is not None
        connection.execute(f"CREATE ROLE reader_{schema[0]} LOGIN")  # type: ignore[call-overload]
        connection.execute(f"GRANT USAGE ON SCHEMA {schema[0]} TO reader_{schema[0]}")  # type: ignore[call-overload]
        connection.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA {schema[0]} TO reader_{schema[0]}")  # type: ignore[call-overload]
    reader = PostgresDatabase(url.replace("postgres:@", f"reader_{schema[0]}:@"))
    registry = SqlRegistry(reader, subject=ADA)

    assert registry.send(GetRevision()) == 1
    with pytest.raises(ReadOnlyError, match="refuses this: permission denied"):
        registry.send(ChangeTeam(name="retention"))
    reader.close()


def test_writer_that_waits_too_long_is_told(database: PostgresDatabase, url: str, monkeypatch: pytest.MonkeyPatch):
    registry = SqlRegistry(database, subject=ADA)
    registry.send(ChangeTeam(name="growth"))
    monkeypatch.setattr(postgres_module, "LOCK_SECONDS", "0.05")
    with psycopg.connect(url) as other:
        other.execute("SELECT * FROM revisions FOR UPDATE")

        with pytest.raises(RegistryError, match="was locked by another writer"):
            registry.send(ChangeTeam(name="retention"))
        assert registry.send(GetRevision()) == 1  # readers never wait


def test_reads_are_reported_while_somebody_writes(database: PostgresDatabase, url: str, monkeypatch: pytest.MonkeyPatch):
    registry, view = SqlRegistry(database, subject=ADA), make_view()
    registry.send(Publish(view=view, environment="dev", evidence=passed(view)))
    monkeypatch.setattr(postgres_module, "LOCK_SECONDS", "0.05")
    with psycopg.connect(url) as other:
        other.execute("SELECT * FROM revisions FOR UPDATE")

        assert registry.send(RecordUses(uses=(Use(name="customer_spend", version=1, kind="online"),))) == 1


def test_first_writers_that_meet_make_the_tables_once_and_lose_no_version(url: str):
    databases = [PostgresDatabase(url) for _ in range(4)]
    done: list[int] = []

    def publish(label: int) -> None:
        registry = SqlRegistry(databases[label], subject=ADA)
        for number in range(5):
            _publish_over_anything(registry, f"{label}-{number}")
        done.append(label)

    threads = [threading.Thread(target=publish, args=(label,)) for label in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(done) == [0, 1, 2, 3]
    versions = SqlRegistry(databases[0], subject=ADA).send(ListVersions(name="customer_spend"))
    assert [each.version for each in versions] == list(range(20, 0, -1))
    assert {each.view.fingerprint for each in versions} == {f"{label}-{number}" for label in range(4) for number in range(5)}
    for database in databases:
        database.close()


def _publish_over_anything(registry: SqlRegistry, fingerprint: str) -> None:
    view = make_view(fingerprint=fingerprint)
    while True:
        known = registry.send(ListVersions(name=view.name))
        base = known[0].version if known else None
        try:
            registry.send(Publish(view=view, environment="dev", evidence=passed(view), base=base))
        except PublishConflictError:
            continue
        return
