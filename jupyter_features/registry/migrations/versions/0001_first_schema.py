"""Create entities, sources, versions, environments, events and the revision number.

Revision ID: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "0001"
down_revision: str | None = None
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    _create_declarations()
    _create_versions()
    _create_log()
    revisions = op.create_table(
        "revisions",
        sa.Column("id", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_revisions"),
    )
    op.bulk_insert(revisions, [{"id": 1, "revision": 0}])


def downgrade() -> None:
    for table in ("revisions", "metadata_edits", "events", "environment_pointers", "feature_view_versions", "sources", "entities"):
        op.drop_table(table)


def _create_declarations() -> None:
    for table in ("entities", "sources"):
        op.create_table(
            table,
            sa.Column("name", sa.String(63), nullable=False),
            sa.Column("definition", sa.Text, nullable=False),
            sa.PrimaryKeyConstraint("name", name=f"pk_{table}"),
        )


def _create_versions() -> None:
    op.create_table(
        "feature_view_versions",
        sa.Column("name", sa.String(63), nullable=False),
        sa.Column("version", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("fingerprint", sa.String(128), nullable=False),
        sa.Column("definition", sa.Text, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checks", sa.Text, nullable=False),
        sa.Column("tests", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("name", "version", name="pk_feature_view_versions"),
        sa.UniqueConstraint("name", "fingerprint", name="uq_feature_view_versions_name_fingerprint"),
    )
    op.create_table(
        "environment_pointers",
        sa.Column("environment", sa.String(63), nullable=False),
        sa.Column("name", sa.String(63), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("environment", "name", name="pk_environment_pointers"),
        _version_exists("environment_pointers"),
    )


def _create_log() -> None:
    op.create_table(
        "events",
        sa.Column("id", sa.Integer, autoincrement=True, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("action", sa.String(63), nullable=False),
        sa.Column("name", sa.String(63), nullable=False),
        sa.Column("version", sa.Integer, nullable=True),
        sa.Column("detail", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_events"),
    )
    op.create_index("ix_events_name", "events", ["name"])
    op.create_table(
        "metadata_edits",
        sa.Column("event_id", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("name", sa.String(63), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("event_id", name="pk_metadata_edits"),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name="fk_metadata_edits_events"),
        _version_exists("metadata_edits"),
    )


def _version_exists(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["name", "version"],
        ["feature_view_versions.name", "feature_view_versions.version"],
        name=f"fk_{table}_feature_view_versions",
    )
