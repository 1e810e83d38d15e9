"""Find views by the source columns that have a say in them.

Revision ID: 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    # Filled with the rest of what search reads, once all migrations are done.
    op.create_table(
        "search_columns",
        sa.Column("name", sa.String(63), nullable=False),
        sa.Column("version", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("column", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("name", "version", "source", "column", name="pk_search_columns"),
        sa.ForeignKeyConstraint(
            ["name", "version"],
            ["feature_view_versions.name", "feature_view_versions.version"],
            name="fk_search_columns_feature_view_versions",
        ),
    )
    op.create_index("ix_search_columns_source_column", "search_columns", ["source", "column"])


def downgrade() -> None:
    op.drop_table("search_columns")
