"""The registry's tables; `migrations/` brings a database to this shape."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)

from jupyter_features.clock import to_utc

# Named by rule, so that a migration can drop a constraint under the same name on every database.
metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class UtcInstant(TypeDecorator[datetime]):
    """An aware UTC instant in microseconds, also on databases that forget the zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 (the base class names it)
        """Convert to UTC on the way in."""
        return None if value is None else to_utc(value)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 (the base class names it)
        """Say UTC again on the way out."""
        return None if value is None else to_utc(value)


revisions = Table(
    "revisions",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("revision", Integer, nullable=False),
)

entities = Table(
    "entities",
    metadata,
    Column("name", String(63), primary_key=True),
    Column("definition", Text, nullable=False),
)

sources = Table(
    "sources",
    metadata,
    Column("name", String(63), primary_key=True),
    Column("definition", Text, nullable=False),
)

versions = Table(
    "feature_view_versions",
    metadata,
    Column("name", String(63), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("fingerprint", String(128), nullable=False),
    Column("definition", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("published_at", UtcInstant, nullable=False),
    Column("checks", Text, nullable=False),
    Column("tests", Integer, nullable=False),
    UniqueConstraint("name", "fingerprint"),
)

pointers = Table(
    "environment_pointers",
    metadata,
    Column("environment", String(63), primary_key=True),
    Column("name", String(63), primary_key=True),
    Column("version", Integer, nullable=False),
    ForeignKeyConstraint(["name", "version"], ["feature_view_versions.name", "feature_view_versions.version"]),
)

events = Table(
    "events",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", UtcInstant, nullable=False),
    Column("author", Text, nullable=False),
    Column("action", String(63), nullable=False),
    Column("name", String(63), nullable=False),
    Column("version", Integer, nullable=True),
    Column("detail", Text, nullable=False),
    Index(None, "name"),
)

metadata_edits = Table(
    "metadata_edits",
    metadata,
    Column("event_id", Integer, ForeignKey("events.id"), primary_key=True, autoincrement=False),
    Column("name", String(63), nullable=False),
    Column("version", Integer, nullable=False),
    Column("content", Text, nullable=False),
    ForeignKeyConstraint(["name", "version"], ["feature_view_versions.name", "feature_view_versions.version"]),
)
