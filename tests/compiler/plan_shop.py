"""A tiny world to try plans on, whose rows stand on both sides of every boundary of 10 January 2024, 00:00."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

import pyarrow as pa
from sqlglot import exp, parse_one

from jupyter_features.compiler.constants import AS_OF_PARAMETER, KEYS_TABLE
from jupyter_features.compiler.row_wise import INPUTS_TABLE
from jupyter_features.compiler.spine import AS_OF, ROW, SPINE_TABLE
from jupyter_features.definitions.entity import GLOBAL, Entity, JoinKey
from jupyter_features.definitions.feature_view import CompiledView, FeatureView
from jupyter_features.definitions.source import Source
from jupyter_features.definitions.source_reference import as_source_references
from jupyter_features.definitions.typed_name import parse_typed_name
from jupyter_features.engines.duckdb.engine import DuckDBEngine
from jupyter_features.operations.define import define
from jupyter_features.operations.define_on_demand import define_on_demand

from ..pairs import Pair, by_clause, shown_rows

CUSTOMER = Entity(name="customer", join_keys=(JoinKey("customer_id", "BIGINT"),))
ACCOUNT = Entity(name="account", join_keys=(JoinKey("account_id", "BIGINT"), JoinKey("bank", "VARCHAR")))
ENTITIES = {"customer": CUSTOMER, "account": ACCOUNT, "": GLOBAL}
TICK = timedelta(microseconds=1)
NOW = datetime(2024, 1, 10)


def day(number: int) -> datetime:
    return datetime(2024, 1, number)


Rows = Sequence[tuple[object, ...]]
INSTANT, NUMBER, TEXT = pa.timestamp("us"), pa.int32(), pa.string()
CUSTOMER_KEY = {"customer_id": pa.int64()}
ACCOUNT_KEY = {"account_id": pa.int64(), "bank": TEXT}
TABLES: dict[str, tuple[dict[str, pa.DataType], Rows]] = {
    "orders": (
        CUSTOMER_KEY | {"ordered_at": INSTANT, "channel": TEXT, "amount": NUMBER},
        [
            (1, day(3) - TICK, "web", 100),
            (1, day(3), "web", 10),
            (1, day(9), "shop", 20),
            (1, day(10), "web", 1000),
            (2, day(5), "web", 7),
            (3, day(20), "shop", 9),
            (None, day(5), "web", 5000),
        ],
    ),
    "clicks": (
        CUSTOMER_KEY | {"seen_at": INSTANT, "page": TEXT},
        [(1, day(10), "a"), (1, day(10) + TICK, "b"), (2, day(9), "c")],
    ),
    "refunds": (
        {"cust_no": pa.int64(), "refunded_at": INSTANT, "arrived_at": INSTANT, "refund": NUMBER},
        [(1, day(4), day(5), 4), (1, day(6), day(10), 40), (1, day(7), None, 400), (2, day(8), day(9), 3)],
    ),
    "segments": (
        CUSTOMER_KEY | {"valid_from": INSTANT, "rank": NUMBER, "segment": TEXT},
        [
            (1, day(1), 1, "old"),
            (1, day(10), 1, "silver"),
            (1, day(10), 2, "gold"),
            (1, day(11), 1, "later"),
            (2, day(2), 1, "bronze"),
            (3, day(5), 1, None),
        ],
    ),
    "limits": (
        CUSTOMER_KEY | {"valid_from": INSTANT, "learned_at": INSTANT, "credit": NUMBER},
        [(1, day(1), day(1), 100), (1, day(8), day(12), 900), (2, day(3), day(10), 50), (2, day(3), day(9), 70)],
    ),
    "homes": (CUSTOMER_KEY | {"city": TEXT}, [(1, "Bern"), (2, "Ulm"), (4, "Rome")]),
    "transfers": (
        ACCOUNT_KEY | {"booked_at": INSTANT, "amount": NUMBER},
        [(1, "A", day(5), 10), (1, "B", day(5), 200), (1, "A", day(9), 5), (2, "A", day(9), 7)],
    ),
    "balances": (
        ACCOUNT_KEY | {"valid_from": INSTANT, "balance": NUMBER},
        [(1, "A", day(2), 30), (1, "A", day(9), 40), (1, "B", day(9), 50), (1, "B", day(9), None)],
    ),
    "fees": (
        {"channel": TEXT, "valid_from": INSTANT, "fee": NUMBER},
        [("web", day(1), 1), ("web", day(6), 2), ("web", day(10), 3), ("shop", day(2), 5)],
    ),
    "moves": ({"moved_at": INSTANT, "move": NUMBER}, [(day(5), 1), (day(9), 2), (day(10), 4)]),
    "countries": ({"city": TEXT, "country": TEXT}, [("Bern", "CH"), ("Ulm", "DE")]),
    INPUTS_TABLE: (
        {ROW: pa.int64(), "amount": NUMBER, "spend": NUMBER},
        [(1, 30, 0), (0, 30, 60), (2, None, 60)],
    ),
}
DECLARED: dict[str, dict[str, object]] = {
    "orders": {"kind": "events", "event_timestamp": "ordered_at"},
    "clicks": {"kind": "events", "event_timestamp": "seen_at", "inclusive": True},
    "refunds": {"kind": "events", "event_timestamp": "refunded_at", "arrival": "arrived_at", "key": (("customer_id", "cust_no"),)},
    "segments": {"kind": "state", "event_timestamp": "valid_from", "tie_break": ("rank",)},
    "limits": {"kind": "state", "event_timestamp": "valid_from", "arrival": "learned_at"},
    "homes": {"kind": "static"},
    "transfers": {"kind": "events", "event_timestamp": "booked_at"},
    "balances": {"kind": "state", "event_timestamp": "valid_from"},
    "fees": {"kind": "state", "event_timestamp": "valid_from", "entity": "", "key": (("channel", "channel"),)},
    "moves": {"kind": "events", "event_timestamp": "moved_at", "entity": "", "key": ()},
    "countries": {"kind": "static", "entity": "", "key": (("city", "city"),)},
}
# For each entity: rows asked about, each with its instant; twins, an unknown key, a NULL key and no instant among them.
SPINES: dict[str, Rows] = {
    "customer": [
        (0, day(10), 1),
        (1, day(10), 1),
        (2, day(3), 1),
        (3, day(10), 2),
        (4, day(12), 1),
        (5, day(10), 9),
        (6, None, 1),
        (7, day(10), None),
    ],
    "account": [(0, day(10), 1, "A"), (1, day(10), 1, "B"), (2, day(9), 1, "A"), (3, day(10), 1, None)],
    "": [(0, day(10)), (1, day(6)), (2, day(10)), (3, None), (4, day(1))],
}

Relation = Callable[[Source], str]


def name_of(source: Source) -> str:
    """Name a source's rows in a plan: as the source is called."""
    return source.name


@cache
def _engine() -> DuckDBEngine:
    return DuckDBEngine(Path())


@cache
def source(name: str) -> Source:
    columns, _ = TABLES[name]
    entity = CUSTOMER if "customer_id" in columns or "cust_no" in columns else ACCOUNT
    options = {"key": tuple((key, key) for key in entity.key_names), "entity": entity.name} | DECLARED[name]
    return Source(name=name, format="dataframe", location="", columns=_engine().table_columns(name, _table(name), ()), **options)  # type: ignore[arg-type]


def compiled(pair: Pair) -> CompiledView:
    """Compile the definition of a pair: SQL over sources, Python over sources, or SQL over a request."""
    entity, body = "".join(pair.texts("entity")), pair.given
    references = as_source_references(pair.texts("source"))
    if pair.texts("request"):
        request = tuple(parse_typed_name(text) for text in pair.texts("request"))
        return define_on_demand(FeatureView(name="v", entity="", sql=body, request=request), inputs=(), engine=_engine())
    by_alias = {reference.alias: source(reference.source) for reference in references}
    if "\ndef " in body:
        # What a function computes is no part of a plan, so it need not be compiled.
        definition = FeatureView(name="v", entity=entity, python=body, sources=references)
        sources = tuple(by_alias.values())
        return CompiledView(definition=definition, entity=ENTITIES[entity], sources=sources, normal_sql="", features=(), fingerprint="")
    definition = FeatureView(name="v", entity=entity, sql=body, sources=references)
    return define(definition, entity=ENTITIES[entity], sources=by_alias, engine=_engine())


def written(plan: exp.Query) -> str:
    """Write a plan, clause by clause."""
    return by_clause(plan.sql("duckdb", comments=False))


def rows_of_expected(pair: Pair, *, in_order: bool = False) -> str:
    """Run the expected text itself at 10 January, or for the rows asked about."""
    query = parse_one(pair.expected, read="duckdb")
    assert isinstance(query, exp.Query)
    tables = {name: _table(name) for name in TABLES} | {SPINE_TABLE: _spine(pair), KEYS_TABLE: _keys(pair)}
    answer = _engine().run(query, parameters={AS_OF_PARAMETER: NOW}, tables=tables)
    columns = [[_plain(value) for value in column] for column in answer.columns]
    return shown_rows(answer.column_names, zip(*columns, strict=True), in_order=in_order)


def _plain(value: pa.Scalar) -> object:
    is_infinite = isinstance(value, pa.TimestampScalar) and value.value == 2**63 - 1
    return "infinity" if is_infinite else value.as_py()


def _table(name: str) -> pa.Table:
    columns, rows = TABLES[name]
    return _arrow(columns, rows)


def _spine(pair: Pair) -> pa.Table:
    entity = "".join(pair.texts("entity"))
    keys = {"customer": CUSTOMER_KEY, "account": ACCOUNT_KEY, "": {}}[entity]
    return _arrow({ROW: pa.int64(), AS_OF: INSTANT} | keys, SPINES[entity])


def _keys(pair: Pair) -> pa.Table:
    """Read a header line such as `-- keys: 1 A, 2 A`."""
    columns = ACCOUNT_KEY if pair.texts("entity") == ["account"] else CUSTOMER_KEY
    keys = [tuple(each.split(" ")) for text in pair.texts("keys") for each in text.split(", ")]
    return _arrow(columns, [(int(number), *rest) for number, *rest in keys])


def _arrow(columns: dict[str, pa.DataType], rows: Rows) -> pa.Table:
    return pa.table({name: pa.array([row[index] for row in rows], dtype) for index, (name, dtype) in enumerate(columns.items())})
