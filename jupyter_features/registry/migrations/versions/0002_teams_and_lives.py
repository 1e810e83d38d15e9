"""Give views owners and a life: teams, standing, services, models, consumers, accounts and evidence.

Revision ID: 0002
"""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    _add_columns()
    _create_teams()
    _create_lives()
    _create_consumers()
    _create_accounts()
    _create_search()
    _fill()


def downgrade() -> None:
    for table in _TABLES:
        op.drop_table(table)
    op.drop_index("ix_feature_view_versions_fingerprint", "feature_view_versions")
    for table, columns in _ADDED.items():
        for column in columns:
            op.drop_column(table, column)


_TABLES = (
    *("search_index", "search_grams", "search_words", "search_tags", "search_documents"),
    *("tokens", "uses", "feature_view_inputs", "models", "feature_service_views", "feature_services"),
    *("certifications", "yanks", "feature_views", "team_members", "teams"),
)
_ADDED = {
    "entities": ("owner",),
    "sources": ("owner",),
    "feature_view_versions": ("evidence", "signature", "compatibility", "duplicate_reason"),
}


def _add_columns() -> None:
    for table in ("entities", "sources"):
        op.add_column(table, sa.Column("owner", sa.Text, nullable=False, server_default=""))
    for name in ("evidence", "signature", "compatibility"):
        op.add_column("feature_view_versions", sa.Column(name, sa.Text, nullable=True))
    op.add_column("feature_view_versions", sa.Column("duplicate_reason", sa.Text, nullable=False, server_default=""))
    op.create_index("ix_feature_view_versions_fingerprint", "feature_view_versions", ["fingerprint"])


def _create_teams() -> None:
    op.create_table("teams", sa.Column("name", sa.Text, nullable=False), sa.PrimaryKeyConstraint("name", name="pk_teams"))
    op.create_table(
        "team_members",
        sa.Column("team", sa.Text, nullable=False),
        sa.Column("member", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("team", "member", name="pk_team_members"),
        sa.ForeignKeyConstraint(["team"], ["teams.name"], name="fk_team_members_teams"),
    )


def _create_lives() -> None:
    op.create_table(
        "feature_views",
        sa.Column("name", sa.String(63), nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("state", sa.String(63), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("replacement", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_feature_views"),
    )
    op.create_table(
        "yanks",
        *_version_columns(),
        sa.Column("reason", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("name", "version", name="pk_yanks"),
        _version_exists("yanks"),
    )
    op.create_table(
        "certifications",
        sa.Column("event_id", sa.Integer, autoincrement=False, nullable=False),
        *_version_columns(),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("evidence", sa.Text, nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("event_id", name="pk_certifications"),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name="fk_certifications_events"),
        _version_exists("certifications"),
    )
    op.create_index("ix_certifications_name", "certifications", ["name"])


def _create_consumers() -> None:
    op.create_table(
        "feature_services",
        *_version_columns(),
        sa.Column("content", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("name", "version", name="pk_feature_services"),
    )
    op.create_table(
        "feature_service_views",
        sa.Column("service", sa.String(63), nullable=False),
        sa.Column("service_version", sa.Integer, autoincrement=False, nullable=False),
        *_version_columns(),
        sa.PrimaryKeyConstraint("service", "service_version", "name", "version", name="pk_feature_service_views"),
        _service_exists("feature_service_views"),
        _version_exists("feature_service_views"),
    )
    op.create_index("ix_feature_service_views_name", "feature_service_views", ["name"])
    op.create_table(
        "models",
        *_version_columns(),
        sa.Column("service", sa.String(63), nullable=False),
        sa.Column("service_version", sa.Integer, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("name", "version", name="pk_models"),
        _service_exists("models"),
    )
    op.create_table(
        "feature_view_inputs",
        sa.Column("reader", sa.String(63), nullable=False),
        sa.Column("reader_version", sa.Integer, autoincrement=False, nullable=False),
        *_version_columns(),
        sa.PrimaryKeyConstraint("reader", "reader_version", "name", "version", name="pk_feature_view_inputs"),
        _version_exists("feature_view_inputs"),
    )
    op.create_index("ix_feature_view_inputs_name", "feature_view_inputs", ["name"])
    op.create_table(
        "uses",
        *_version_columns(),
        sa.Column("reader", sa.Text, nullable=False),
        sa.Column("kind", sa.String(63), nullable=False),
        sa.Column("reads", sa.Integer, nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", "version", "reader", "kind", name="pk_uses"),
        _version_exists("uses"),
    )


def _create_accounts() -> None:
    op.create_table(
        "tokens",
        sa.Column("id", sa.String(63), nullable=False),
        sa.Column("hash", sa.String(128), nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("roles", sa.Text, nullable=False),
        *(sa.Column(name, sa.DateTime(timezone=True), nullable=name != "created_at") for name in _TOKEN_INSTANTS),
        sa.PrimaryKeyConstraint("id", name="pk_tokens"),
    )


_TOKEN_INSTANTS = ("created_at", "expires_at", "revoked_at", "last_used_at")


def _create_search() -> None:
    op.create_table(
        "search_documents",
        sa.Column("id", sa.Integer, autoincrement=True, nullable=False),
        *_version_columns(),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("entity", "owner", "summary", "words")),
        sa.PrimaryKeyConstraint("id", name="pk_search_documents"),
        sa.UniqueConstraint("name", "version", name="uq_search_documents_name_version"),
        _version_exists("search_documents"),
    )
    op.create_table(
        "search_tags",
        *_version_columns(),
        sa.Column("tag", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("name", "version", "tag", name="pk_search_tags"),
        _version_exists("search_tags"),
    )
    # Compared byte by byte, so that a range finds the words with a beginning, whatever the database's language.
    collation = "C" if op.get_bind().dialect.name == "postgresql" else None
    op.create_table(
        "search_words",
        sa.Column("word", sa.String(63, collation=collation), nullable=False),
        sa.PrimaryKeyConstraint("word", name="pk_search_words"),
    )
    op.create_table(
        "search_grams",
        sa.Column("gram", sa.String(3), nullable=False),
        sa.Column("word", sa.String(63, collation=collation), nullable=False),
        sa.PrimaryKeyConstraint("gram", "word", name="pk_search_grams"),
        sa.ForeignKeyConstraint(["word"], ["search_words.word"], name="fk_search_grams_search_words"),
    )
    _create_index()


def _create_index() -> None:
    """Make the database's own kind of full-text index, of words that were split already."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE TABLE search_index (id INTEGER PRIMARY KEY REFERENCES search_documents (id), vector TSVECTOR NOT NULL)")
        # Written at once: entries that wait in a list make every search slow until the server finds time to sort them in.
        op.execute("CREATE INDEX ix_search_index_vector ON search_index USING GIN (vector) WITH (fastupdate = off)")
        return
    op.execute(
        "CREATE VIRTUAL TABLE search_index USING fts5(name, features, labels, description, columns, logic,"
        " tokenize = \"unicode61 remove_diacritics 0 tokenchars '_'\", prefix = '2 3')"
    )


def _fill() -> None:
    """Make every owner of the first schema a team, of everybody who has published for it, and list who reads whom."""
    connection = op.get_bind()
    rows = connection.execute(sa.text("SELECT name, version, definition, author FROM feature_view_versions ORDER BY name, version")).all()
    edits = connection.execute(sa.text("SELECT name, content FROM metadata_edits ORDER BY event_id")).all()
    owners = {row.name: json.loads(row.definition)["definition"].get("owner") or row.author for row in rows}
    owners |= {row.name: json.loads(row.content)["owner"] for row in edits if json.loads(row.content)["owner"]}
    members = {(owners[row.name], row.author) for row in rows}
    _insert(connection, "teams", [{"name": team} for team in sorted({team for team, _ in members})])
    _insert(connection, "team_members", [{"team": team, "member": member} for team, member in sorted(members)])
    life = {"state": "published", "reason": "", "replacement": ""}
    _insert(connection, "feature_views", [{"name": name, "owner": owner, **life} for name, owner in sorted(owners.items())])
    for row in rows:
        _fill_from(connection, row, owners[row.name])


def _fill_from(connection: sa.Connection, row: sa.Row[tuple[str, int, str, str]], owner: str) -> None:
    view = json.loads(row.definition)
    declared = {"entities": [view["entity"]["name"]], "sources": [source["name"] for source in view["sources"]]}
    for table, names in declared.items():
        for name in names:
            statement = sa.text(f"UPDATE {table} SET owner = :owner WHERE name = :name AND owner = ''")  # noqa: S608 (two names of ours)
            connection.execute(statement, {"owner": owner, "name": name})
    inputs = {(each["view"]["definition"]["name"], each["version"]) for each in view.get("inputs", ()) if each["version"] is not None}
    readers = {"reader": row.name, "reader_version": row.version}
    _insert(connection, "feature_view_inputs", [{**readers, "name": name, "version": version} for name, version in sorted(inputs)])


def _insert(connection: sa.Connection, table: str, rows: list[dict[str, object]]) -> None:
    if rows:
        connection.execute(sa.table(table, *(sa.column(name) for name in rows[0])).insert(), rows)


def _version_columns() -> tuple[sa.Column[str], sa.Column[int]]:
    return sa.Column("name", sa.String(63), nullable=False), sa.Column("version", sa.Integer, autoincrement=False, nullable=False)


def _version_exists(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["name", "version"],
        ["feature_view_versions.name", "feature_view_versions.version"],
        name=f"fk_{table}_feature_view_versions",
    )


def _service_exists(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["service", "service_version"], ["feature_services.name", "feature_services.version"], name=f"fk_{table}_feature_services"
    )
