"""A registry that an earlier package has filled is brought up to date by its first use, and loses nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection

from jupyter_features.definitions.subject import ROLES, Subject
from jupyter_features.errors import NotOwnerError, RegistryVersionError
from jupyter_features.registry.changes import Deprecate, Rollback
from jupyter_features.registry.database import REVISIONS, Database
from jupyter_features.registry.postgres import PostgresDatabase
from jupyter_features.registry.questions import (
    GetDetail,
    GetEntity,
    GetRevision,
    GetVersion,
    ListConsumers,
    ListEvents,
    ListNames,
    ListTeams,
    SearchViews,
)
from jupyter_features.registry.schema import metadata
from jupyter_features.registry.sql_registry import SqlRegistry
from jupyter_features.registry.sqlite import SqliteDatabase
from jupyter_features.registry.upgrade import _config

from .shelf import is_ours

ROWS = (Path(__file__).parents[1] / "fixtures" / "registry" / "schema_0001.sql").read_text("utf-8")


def fill_0001(connection: Connection) -> None:
    """Make the first schema and its rows, as the first package left them."""
    command.upgrade(_config(connection), "0001")
    for statement in ROWS.splitlines():
        if not statement.startswith("--"):
            connection.exec_driver_sql(statement.replace("%", "%%") if connection.dialect.name == "postgresql" else statement)
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SELECT setval(pg_get_serial_sequence('events', 'id'), (SELECT max(id) FROM events))")


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database with the rows of schema 0001."""
    opened: SqliteDatabase | PostgresDatabase
    if request.param == "sqlite":
        opened = SqliteDatabase(tmp_path / "registry.db")
        opened.path.touch()
        with opened._connect(wait_seconds=10) as connection, connection.begin():
            fill_0001(connection)
    else:
        opened = PostgresDatabase(request.getfixturevalue("postgres").new_url())
        with opened._connected("READ COMMITTED") as connection:
            fill_0001(connection)
    yield opened
    opened.close()


def as_subject(database: Database, name: str) -> SqlRegistry:
    return SqlRegistry(database, subject=Subject(name=name, roles=ROLES))


def test_a_question_brings_the_schema_up_to_date(database: Database):
    assert as_subject(database, "ada").send(ListNames()) == ("customer_spend", "everybody", "spend_share")

    with database.writing() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_name": is_ours})
        assert context.get_current_revision() == REVISIONS[-1]
        assert compare_metadata(context, metadata) == []
    assert database.problems() == ()


def test_what_was_published_and_served_is_as_it_was(database: Database):
    registry = as_subject(database, "ada")

    assert registry.send(GetRevision()) == 6
    assert [(event.id, event.author) for event in registry.send(ListEvents())] == [(n, "ada" if n <= 5 else "bob") for n in range(1, 14)]
    assert registry.send(GetVersion(name="customer_spend", environment="prod")).version.version == 1
    dev = registry.send(GetVersion(name="customer_spend", environment="dev"))
    assert (dev.version.version, dev.version.author, dev.standing.state) == (2, "bob", "published")
    assert dev.version.view.fingerprint == "abe0ad7db6b58f511a86ee02a1ba55b5"
    assert registry.send(GetDetail(name="customer_spend")).description == "It's \"quoted\" \\ 'text' é <script>."
    assert {line.name for line in registry.send(SearchViews()).views} == {"customer_spend", "everybody", "spend_share"}
    assert registry.send(GetEntity(name="customer")) is not None


def test_views_are_found_by_source_whatever_the_schema_was(database: Database):
    registry = as_subject(database, "ada")
    before = {line.name for line in registry.send(SearchViews()).views}

    # As a package left it that knew the second schema: all but the newest table is full.
    with database.writing() as connection:
        command.downgrade(_config(connection), "0002")

    found = registry.send(SearchViews(source="purchases.amount")).views
    assert {line.name for line in found} == {"customer_spend", "spend_share"}
    assert {line.name for line in registry.send(SearchViews()).views} == before
    assert database.problems() == ()


def test_owners_become_teams_of_those_who_have_published_for_them(database: Database):
    teams = {team.name: team.members for team in as_subject(database, "ada").send(ListTeams())}

    assert teams == {"retention": ("ada", "bob"), "risk": ("bob",), "shop": ("bob",)}


def test_owned_objects_are_protected_from_then_on(database: Database):
    with pytest.raises(NotOwnerError, match="belongs to 'risk'"):
        as_subject(database, "ada").send(Deprecate(name="spend_share", reason="mine is better"))
    assert as_subject(database, "bob").send(Deprecate(name="spend_share", reason="old")).state == "deprecated"


def test_readers_and_moves_of_the_first_schema_count(database: Database):
    registry = as_subject(database, "bob")

    assert [each.name for each in registry.send(ListConsumers(name="customer_spend"))] == ["spend_share@1"]
    assert registry.send(Rollback(name="customer_spend", environment="dev")).after == 1
    assert registry.send(GetRevision()) == 7


def test_a_newer_schema_is_refused_and_left_alone(database: Database):
    registry = as_subject(database, "ada")
    registry.send(ListNames())
    with database.writing() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0099'")

    for request in (ListNames(), Deprecate(name="customer_spend", reason="old")):
        with pytest.raises(RegistryVersionError, match=f"has the schema 0099; this package knows up to {REVISIONS[-1]}"):
            registry.send(request)
