"""Small published values, and a registry file to keep them in."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from jupyter_features.clock import fixed_clock
from jupyter_features.definitions.entity import Entity, JoinKey
from jupyter_features.definitions.evidence import CheckRecord, Evidence, gates_of
from jupyter_features.definitions.feature_view import CompiledView, Feature, FeatureView, FeatureViewVersion
from jupyter_features.definitions.listing import ViewDetail
from jupyter_features.definitions.source import Column, Source
from jupyter_features.definitions.source_reference import SourceReference
from jupyter_features.definitions.subject import ROLES, Subject
from jupyter_features.engines.duckdb.schema_engine import SchemaEngine
from jupyter_features.operations.define_sql import define_sql
from jupyter_features.registry.questions import GetDetail
from jupyter_features.registry.registry import Registry
from jupyter_features.registry.sql_registry import SqlRegistry
from jupyter_features.registry.sqlite import SqliteDatabase

SQL = "SELECT customer_id, SUM(quantity * unit_price) AS spend_90d FROM invoices GROUP BY customer_id"
CUSTOMER_ID = JoinKey("customer_id", "BIGINT")
NOW = datetime(1998, 7, 1, 12, tzinfo=UTC)


def normal_sql(key: str, features: tuple[str, ...]) -> str:
    """Write what the compiler would make of a sum."""
    outputs = ", ".join(f'SUM("invoices"."quantity" * "invoices"."unit_price") AS "{name}"' for name in features)
    return f'SELECT "invoices"."{key}" AS "{key}", {outputs} FROM "invoices" AS "invoices" GROUP BY "invoices"."{key}"'


def make_view(
    name: str = "customer_spend",
    *,
    fingerprint: str = "",
    sql: str = SQL,
    features: tuple[str, ...] = ("spend_90d",),
    key: JoinKey = CUSTOMER_ID,
    location: str = "data/invoices.parquet",
    owner: str = "growth",
    description: str = "What a customer bought in the last 90 days.",
    tags: tuple[str, ...] = ("ltv",),
) -> CompiledView:
    """Build what the compiler would give for a sum over 90 days of invoices."""
    entity = Entity(name="customer", join_keys=(key,))
    columns = tuple(Column(column, "BIGINT") for column in (key.name, "quantity", "unit_price"))
    source = Source(
        name="invoices",
        location=location,
        format="parquet",
        entity="customer",
        kind="events",
        columns=(*columns, Column("invoice_ts", "TIMESTAMP")),
        key=((key.name, key.name),),
        event_timestamp="invoice_ts",
    )
    definition = FeatureView(
        name=name,
        entity="customer",
        sql=sql,
        sources=(SourceReference("invoices", "invoices", timedelta(days=90)),),
        owner=owner,
        description=description,
        tags=tags,
    )
    return CompiledView(
        definition=definition,
        entity=entity,
        sources=(source,),
        normal_sql=normal_sql(key.name, features),
        features=tuple(
            Feature(
                name=feature,
                dtype="DOUBLE",
                value_lineage=("invoices.quantity", "invoices.unit_price"),
                row_lineage=("invoices.invoice_ts",),
            )
            for feature in features
        ),
        fingerprint=fingerprint or ("f1" if name == "customer_spend" else f"{name}-f1"),
    )


def open_sqlite(path: Path, author: str = "ada") -> SqlRegistry:
    """Open a registry file in which it is always NOW."""
    return SqlRegistry(SqliteDatabase(path), subject=Subject(name=author, roles=ROLES), clock=fixed_clock(NOW))


def compiled(view: CompiledView) -> CompiledView:
    """Compile the text of a view that was built by hand: a registry service takes no other."""
    with closing(SchemaEngine()) as engine:
        sources = {source.name: source for source in view.sources}
        return define_sql(view.definition, entity=view.entity, sources=sources, engine=engine)


def passed(view: CompiledView, *, checks: Sequence[str] | None = None, tests: int = 1) -> Evidence:
    """Make the record of a run in which everything passed."""
    names = gates_of(view.definition) if checks is None else checks
    records = tuple(CheckRecord(name, True) for name in names)
    return Evidence(fingerprint=view.fingerprint, checks=records, tests=tests, values=tests, texts=("a test",) if tests else ())


def detail_of(registry: Registry, version: FeatureViewVersion) -> ViewDetail:
    """Ask for all that is known of a version."""
    return registry.send(GetDetail(name=version.name, version=version.version))


def is_ours(name: str | None, kind: str, _: object) -> bool:
    """Leave out the full-text index, which each database makes in its own way."""
    return kind != "table" or not (name or "").startswith("search_index")
