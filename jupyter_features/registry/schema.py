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


def _version_exists() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["name", "version"], ["feature_view_versions.name", "feature_view_versions.version"])


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
    Column("owner", Text, nullable=False),
)

sources = Table(
    "sources",
    metadata,
    Column("name", String(63), primary_key=True),
    Column("definition", Text, nullable=False),
    Column("owner", Text, nullable=False),
)

feature_views = Table(
    "feature_views",
    metadata,
    Column("name", String(63), primary_key=True),
    Column("owner", Text, nullable=False),
    Column("state", String(63), nullable=False),  # published, deprecated or retired; the rest belongs to versions
    Column("reason", Text, nullable=False),
    Column("replacement", Text, nullable=False),
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
    Column("evidence", Text, nullable=True),  # versions of the first schema have none
    Column("signature", Text, nullable=True),  # values on the probe; versions of the first schema have none
    Column("compatibility", Text, nullable=True),  # with the version before; the first has none
    Column("duplicate_reason", Text, nullable=False),
    UniqueConstraint("name", "fingerprint"),
    Index(None, "fingerprint"),
)

pointers = Table(
    "environment_pointers",
    metadata,
    Column("environment", String(63), primary_key=True),
    Column("name", String(63), primary_key=True),
    Column("version", Integer, nullable=False),
    _version_exists(),
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
    _version_exists(),
)

yanks = Table(
    "yanks",
    metadata,
    Column("name", String(63), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("reason", Text, nullable=False),
    _version_exists(),
)

certifications = Table(
    "certifications",
    metadata,
    Column("event_id", Integer, ForeignKey("events.id"), primary_key=True, autoincrement=False),
    Column("name", String(63), nullable=False),
    Column("version", Integer, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", UtcInstant, nullable=False),
    Column("evidence", Text, nullable=False),
    Column("expires_at", UtcInstant, nullable=True),
    _version_exists(),
    Index(None, "name"),
)

services = Table(
    "feature_services",
    metadata,
    Column("name", String(63), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("content", Text, nullable=False),
)

service_views = Table(
    "feature_service_views",
    metadata,
    Column("service", String(63), primary_key=True),
    Column("service_version", Integer, primary_key=True, autoincrement=False),
    Column("name", String(63), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    ForeignKeyConstraint(["service", "service_version"], ["feature_services.name", "feature_services.version"]),
    _version_exists(),
    Index(None, "name"),
)

models = Table(
    "models",
    metadata,
    Column("name", String(63), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("service", String(63), nullable=False),
    Column("service_version", Integer, nullable=False),
    Column("content", Text, nullable=False),
    ForeignKeyConstraint(["service", "service_version"], ["feature_services.name", "feature_services.version"]),
)

view_inputs = Table(
    "feature_view_inputs",
    metadata,
    Column("reader", String(63), primary_key=True),
    Column("reader_version", Integer, primary_key=True, autoincrement=False),
    Column("name", String(63), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    _version_exists(),
    Index(None, "name"),
)

teams = Table("teams", metadata, Column("name", Text, primary_key=True))

team_members = Table(
    "team_members",
    metadata,
    Column("team", Text, ForeignKey("teams.name"), primary_key=True),
    Column("member", Text, primary_key=True),
)

uses = Table(
    "uses",
    metadata,
    Column("name", String(63), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("reader", Text, primary_key=True),
    Column("kind", String(63), primary_key=True),
    Column("reads", Integer, nullable=False),
    Column("last_at", UtcInstant, nullable=False),
    _version_exists(),
)

tokens = Table(
    "tokens",
    metadata,
    Column("id", String(63), primary_key=True),
    Column("hash", String(128), nullable=False),
    Column("subject", Text, nullable=False),
    Column("roles", Text, nullable=False),
    Column("created_at", UtcInstant, nullable=False),
    Column("expires_at", UtcInstant, nullable=True),
    Column("revoked_at", UtcInstant, nullable=True),
    Column("last_used_at", UtcInstant, nullable=True),
)

search_documents = Table(
    "search_documents",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("name", String(63), nullable=False),
    Column("version", Integer, nullable=False),
    Column("entity", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("summary", Text, nullable=False),
    Column("words", Text, nullable=False),
    UniqueConstraint("name", "version"),
    _version_exists(),
)

search_tags = Table(
    "search_tags",
    metadata,
    Column("name", String(63), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("tag", Text, primary_key=True),
    _version_exists(),
)

search_columns = Table(
    "search_columns",
    metadata,
    Column("name", String(63), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("source", Text, primary_key=True),
    Column("column", Text, primary_key=True),
    _version_exists(),
    Index(None, "source", "column"),
)

search_words = Table("search_words", metadata, Column("word", String(63), primary_key=True))

search_grams = Table(
    "search_grams",
    metadata,
    Column("gram", String(3), primary_key=True),
    Column("word", String(63), ForeignKey("search_words.word"), primary_key=True),
)
