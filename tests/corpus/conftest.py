"""A retail and a banking schema, and everyday queries over them, each compiled once.

A query is a file `tests/fixtures/corpus/NAME.sql`: plain SQL after header lines of the form `-- word: text`, with the words
`title`, `entity` unless the view is global, one `source` per reference as `--source` takes it, and `bare` where the plain SQL
itself has no single answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pytest

from jupyter_features.definitions.entity import GLOBAL, Entity, JoinKey
from jupyter_features.definitions.feature_view import CompiledView, FeatureView
from jupyter_features.definitions.source import Source
from jupyter_features.definitions.source_reference import as_source_references
from jupyter_features.engines.duckdb.engine import DuckDBEngine
from jupyter_features.errors import DefinitionError
from jupyter_features.operations.define import define

QUERIES = Path(__file__).parent.parent / "fixtures" / "corpus"
CUSTOMER = Entity(name="customer", join_keys=(JoinKey("customer_id", "BIGINT"),))
ACCOUNT = Entity(name="account", join_keys=(JoinKey("account_id", "BIGINT"), JoinKey("bank", "VARCHAR")))
PRODUCT = Entity(name="product", join_keys=(JoinKey("product", "VARCHAR"),))
ENTITIES = {entity.name: entity for entity in (CUSTOMER, ACCOUNT, PRODUCT, GLOBAL)}
INSTANT = pa.timestamp("us")
CUSTOMER_KEY = {"customer_id": pa.int64()}
ACCOUNT_KEY = {"account_id": pa.int64(), "bank": pa.string()}
SCHEMAS = {
    "orders": CUSTOMER_KEY
    | {"ordered_at": INSTANT, "loaded_at": INSTANT, "order_id": pa.int64(), "channel": pa.string()}
    | {"total": pa.float64(), "discount": pa.decimal128(10, 2), "is_gift": pa.bool_()},
    "order_lines": CUSTOMER_KEY
    | {"ordered_at": INSTANT, "order_id": pa.int64(), "line": pa.int32(), "product": pa.string(), "category": pa.string()}
    | {"quantity": pa.int32(), "unit_price": pa.float64()},
    "returns": CUSTOMER_KEY
    | {"returned_at": INSTANT, "order_id": pa.int64(), "reason": pa.string(), "quantity": pa.int32(), "refund": pa.float64()},
    "web_events": CUSTOMER_KEY | {"seen_at": INSTANT, "page": pa.string(), "device": pa.string(), "dwell_seconds": pa.float64()},
    "segments": CUSTOMER_KEY | {"valid_from": INSTANT, "rank": pa.int32(), "segment": pa.string(), "score": pa.float64()},
    "price_levels": CUSTOMER_KEY | {"valid_from": INSTANT, "level": pa.string(), "rebate": pa.decimal128(4, 2)},
    "home_stores": CUSTOMER_KEY | {"store_id": pa.int64(), "region": pa.string(), "opened_on": pa.date32()},
    "transactions": ACCOUNT_KEY
    | {"booked_at": INSTANT, "known_at": INSTANT, "transaction_id": pa.int64(), "kind": pa.string()}
    | {"amount": pa.float64(), "counterparty": pa.string(), "is_disputed": pa.bool_()},
    "balances": ACCOUNT_KEY | {"valid_from": INSTANT, "balance": pa.decimal128(14, 2), "credit_limit": pa.float64()},
    "cards": ACCOUNT_KEY | {"changed_at": INSTANT, "card_id": pa.int64(), "status": pa.string()},
    "logins": ACCOUNT_KEY | {"login_at": INSTANT, "device": pa.string(), "is_ok": pa.bool_(), "latitude": pa.float64()},
    "branches": {"account": pa.int64(), "bank": pa.string(), "branch": pa.string(), "city": pa.string(), "rating": pa.float64()},
    "products": {"product": pa.string(), "valid_from": INSTANT, "list_price": pa.float64(), "category": pa.string()},
    "channel_fees": {"channel": pa.string(), "valid_from": INSTANT, "learned_at": INSTANT, "tier": pa.int32(), "fee": pa.float64()},
    "policies": {"valid_from": INSTANT, "free_above": pa.float64(), "level": pa.string()},
    "index_moves": {"moved_at": INSTANT, "move": pa.float64(), "region": pa.string()},
    "kinds": {"kind": pa.string(), "risk": pa.int32(), "label": pa.string()},
}
DECLARED: dict[str, dict[str, object]] = {
    "orders": {"kind": "events", "event_timestamp": "ordered_at", "arrival": "loaded_at"},
    "order_lines": {"kind": "events", "event_timestamp": "ordered_at"},
    "returns": {"kind": "events", "event_timestamp": "returned_at"},
    "web_events": {"kind": "events", "event_timestamp": "seen_at", "inclusive": True},
    "segments": {"kind": "state", "event_timestamp": "valid_from", "tie_break": ("rank",)},
    "price_levels": {"kind": "state", "event_timestamp": "valid_from"},
    "home_stores": {"kind": "static"},
    "transactions": {"kind": "events", "event_timestamp": "booked_at", "arrival": "known_at"},
    "balances": {"kind": "state", "event_timestamp": "valid_from"},
    "cards": {"kind": "events", "event_timestamp": "changed_at"},
    "logins": {"kind": "events", "event_timestamp": "login_at"},
    "branches": {"kind": "static", "key": (("account_id", "account"), ("bank", "bank"))},
    "products": {"kind": "state", "event_timestamp": "valid_from", "entity": "product", "key": (("product", "product"),)},
    "channel_fees": {"kind": "state", "event_timestamp": "valid_from", "arrival": "learned_at", "tie_break": ("tier",), "entity": ""}
    | {"key": (("channel", "channel"),)},
    "policies": {"kind": "state", "event_timestamp": "valid_from", "entity": "", "key": ()},
    "index_moves": {"kind": "events", "event_timestamp": "moved_at", "entity": "", "key": ()},
    "kinds": {"kind": "static", "entity": "", "key": (("kind", "kind"),)},
}


@dataclass(frozen=True)
class Query:
    """One file of the corpus; `bare` says why the plain SQL has no single answer, empty if it has one."""

    name: str
    title: str
    entity: str
    sources: tuple[str, ...]
    bare: str
    sql: str


@dataclass(frozen=True)
class Outcome:
    """What the compiler says of a query: a view, or a refusal."""

    query: Query
    view: CompiledView | None
    refusal: DefinitionError | None


@pytest.fixture(scope="session")
def schemas() -> dict[str, pa.Schema]:
    """Arrow schema of each source."""
    return {name: pa.schema(list(columns.items())) for name, columns in SCHEMAS.items()}


@pytest.fixture(scope="session")
def engine() -> Iterator[DuckDBEngine]:
    engine = DuckDBEngine(Path())
    yield engine
    engine.close()


@pytest.fixture(scope="session")
def outcomes(engine: DuckDBEngine, schemas: dict[str, pa.Schema]) -> dict[str, Outcome]:
    """Compiles the whole corpus; anything but a view or a refusal fails every test here."""
    sources = {name: _source(name, engine, schema.empty_table()) for name, schema in schemas.items()}
    return {path.stem: _compile(_read(path), sources, engine) for path in sorted(QUERIES.glob("*.sql"))}


def _source(name: str, engine: DuckDBEngine, rows: pa.Table) -> Source:
    entity = CUSTOMER if "customer_id" in rows.column_names else ACCOUNT
    options = {"key": tuple((key, key) for key in entity.key_names), "entity": entity.name} | DECLARED[name]
    columns = engine.table_columns(name, rows, ())
    return Source(name=name, format="dataframe", location="", columns=columns, **options)


def _read(path: Path) -> Query:
    header = [line[3:].partition(": ")[::2] for line in path.read_text("utf-8").splitlines() if line.startswith("-- ")]
    facts = dict(header)
    sources = tuple(text for word, text in header if word == "source")
    return Query(path.stem, facts["title"], facts.get("entity", ""), sources, facts.get("bare", ""), path.read_text("utf-8"))


def _compile(query: Query, sources: dict[str, Source], engine: DuckDBEngine) -> Outcome:
    references = as_source_references(query.sources)
    definition = FeatureView(name=query.name, entity=query.entity, sql=query.sql, sources=references)
    by_alias = {reference.alias: sources[reference.source] for reference in references}
    try:
        return Outcome(query, define(definition, entity=ENTITIES[query.entity], sources=by_alias, engine=engine), None)
    except DefinitionError as error:
        return Outcome(query, None, error)
