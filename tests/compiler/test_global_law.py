"""The law for what is the same for everybody: global views, global sources, and state of another entity.

The oracle below knows visibility and the meaning of the features, and nothing of SQL.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from jupyter_features.compiler.lateral import lateral_plan
from jupyter_features.compiler.spine import AS_OF, ROW, SPINE_TABLE
from jupyter_features.definitions.entity import GLOBAL, Entity, JoinKey
from jupyter_features.definitions.feature_view import CompiledView, FeatureView
from jupyter_features.definitions.source import Source
from jupyter_features.definitions.source_reference import as_source_references
from jupyter_features.engines.duckdb.engine import DuckDBEngine
from jupyter_features.online.sqlite import SqliteOnlineStore
from jupyter_features.operations.define import define
from jupyter_features.operations.evaluate import at_instant, at_rows
from jupyter_features.operations.materialize import materialize

START = datetime(1998, 1, 1)
EVENT_LOOKBACK = timedelta(hours=4)
RATE_LOOKBACK = timedelta(hours=6)
CUSTOMER = Entity(name="customer", join_keys=(JoinKey("customer_id", "BIGINT"),))
INSTANT = pa.timestamp("us")
PURCHASES = pa.schema(
    [
        ("customer_id", pa.int64()),
        ("bought", INSTANT),
        ("arrived", INSTANT),
        ("currency", pa.string()),
        ("product_id", pa.int64()),
        ("amount", pa.int64()),
    ]
)
RATES = pa.schema([("currency", pa.string()), ("since", INSTANT), ("learned", INSTANT), ("rank", pa.int64()), ("rate", pa.int64())])
LEVELS = pa.schema([("since", INSTANT), ("level", pa.int64())])
PRODUCTS = pa.schema([("product_id", pa.int64()), ("since", INSTANT), ("price", pa.int64())])
SCHEMAS = {"purchases": PURCHASES, "rates": RATES, "levels": LEVELS, "products": PRODUCTS}

GLOBAL_SQL = """
SELECT COUNT(*) AS n,
       SUM(amount) AS total,
       COUNT(DISTINCT customer_id) AS customers,
       SUM(amount) FILTER (WHERE bought >= as_of() - INTERVAL 2 HOUR) AS recent,
       DATE_DIFF('minute', MAX(bought), as_of()) AS minutes_since
FROM purchases
WHERE amount IS NULL OR amount <> 3
"""
ENTITY_SQL = """
SELECT p.customer_id,
       COUNT(*) AS n,
       SUM(amount * rate) AS converted,
       COUNT(rate) AS with_rate,
       SUM(price) AS listed,
       MAX(level) AS level,
       MAX(m.best) AS best
FROM purchases p
LEFT JOIN rates r ON p.currency = r.currency
LEFT JOIN products q ON q.product_id = p.product_id
LEFT JOIN levels l ON TRUE
LEFT JOIN (SELECT MAX(rate) AS best FROM rates WHERE currency <> 'Y') AS m ON TRUE
GROUP BY p.customer_id
"""
INNER_SQL = """
SELECT p.customer_id, COUNT(*) AS n, SUM(amount * rate + level + many) AS mixed
FROM purchases p
JOIN rates r ON r.currency = p.currency
CROSS JOIN levels,
(SELECT COUNT(*) AS many FROM rates) AS m
GROUP BY p.customer_id
"""

# A grid of half hours makes ties, and rows at exactly as_of and as_of - lookback, common.
instants = st.integers(0, 16).map(lambda step: START + timedelta(minutes=30 * step))


def mostly(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Draw NULL now and then."""
    return st.integers(0, 7).flatmap(lambda dice: values if dice else st.none())


late = mostly(instants)
small = mostly(st.integers(0, 4))
customers = mostly(st.integers(1, 2))
currencies = mostly(st.sampled_from(["X", "Y"]))
ids = mostly(st.integers(7, 8))
purchases = st.lists(st.tuples(customers, late, late, currencies, ids, small), max_size=10)
rates = st.lists(st.tuples(currencies, late, late, small, small), max_size=8)
levels = st.lists(st.tuples(late, small), max_size=4)
products = st.lists(st.tuples(ids, late, small), max_size=5)
worlds = st.fixed_dictionaries({"purchases": purchases, "rates": rates, "levels": levels, "products": products})

World = dict[str, list[tuple[Any, ...]]]
Values = tuple[Any, ...] | None


def step(number: int) -> datetime:
    return START + timedelta(minutes=30 * number)


# A newer rate that is learned late, one that replaces it, and one that stands too long.
LATE_RATES: World = {
    "purchases": [(1, step(number), step(number), "X", 7, 2) for number in range(0, 16, 2)],
    "rates": [("X", step(0), step(0), 0, 1), ("X", step(1), step(9), 0, 2), ("X", step(3), step(6), 1, 4), ("X", step(3), step(6), 2, 3)],
    "levels": [(step(0), 1), (step(4), 2), (step(4), None)],
    "products": [(7, step(0), 1), (7, step(5), 3), (8, step(1), 9)],
}
EVERY_STEP = [(1, step(number)) for number in range(18)]


def seen_purchases(world: World, as_of: datetime) -> list[tuple[Any, ...]]:
    """Read the rule of events aloud: before as_of, arrived before as_of, not older than the lookback."""
    return [
        row
        for row in world["purchases"]
        if row[1] is not None and row[2] is not None and as_of - EVENT_LOOKBACK <= row[1] < as_of and row[2] < as_of
    ]


def rates_at(world: World, as_of: datetime) -> dict[str, int | None]:
    """Give the newest visible rate of each currency: by instant, arrival, then the declared rank, then the rate."""
    visible = [
        (since, learned, -1 if rank is None else rank, -1 if rate is None else rate, currency)
        for currency, since, learned, rank, rate in world["rates"]
        if currency is not None
        and since is not None
        and learned is not None
        and since <= as_of
        and learned <= as_of
        and since >= as_of - RATE_LOOKBACK
    ]
    chosen = {row[4]: row[3] for row in sorted(visible)}
    return {currency: None if rate == -1 else rate for currency, rate in chosen.items()}


def level_at(world: World, as_of: datetime) -> int | None:
    visible = [(since, -1 if level is None else level) for since, level in world["levels"] if since is not None and since <= as_of]
    return None if not visible or max(visible)[1] == -1 else max(visible)[1]


def has_level(world: World, as_of: datetime) -> bool:
    return any(since is not None and since <= as_of for since, _ in world["levels"])


def prices_at(world: World, as_of: datetime) -> dict[int, int | None]:
    visible = [
        (since, -1 if price is None else price, product)
        for product, since, price in world["products"]
        if product is not None and since is not None and since <= as_of
    ]
    return {product: None if price == -1 else price for _, price, product in sorted(visible)}


def total(numbers: list[int | None]) -> int | None:
    known = [number for number in numbers if number is not None]
    return sum(known) if known else None


def times(left: int | None, right: int | None) -> int | None:
    return None if left is None or right is None else left * right


def global_oracle(world: World, _: int | None, as_of: datetime) -> Values:
    rows = [row for row in seen_purchases(world, as_of) if row[5] != 3]
    if not rows:
        return None
    return (
        len(rows),
        total([row[5] for row in rows]),
        len({row[0] for row in rows if row[0] is not None}),
        total([row[5] for row in rows if row[1] >= as_of - timedelta(hours=2)]),
        int((as_of - max(row[1] for row in rows)).total_seconds() // 60),
    )


def entity_oracle(world: World, customer: int | None, as_of: datetime) -> Values:
    rows = [row for row in seen_purchases(world, as_of) if customer is not None and row[0] == customer]
    if not rows:
        return None
    rate, price = rates_at(world, as_of), prices_at(world, as_of)
    best = [value for currency, value in rate.items() if currency != "Y" and value is not None]
    return (
        len(rows),
        total([times(row[5], rate.get(row[3])) for row in rows]),
        sum(rate.get(row[3]) is not None for row in rows),
        total([price.get(row[4]) for row in rows]),
        level_at(world, as_of),
        max(best, default=None),
    )


def inner_oracle(world: World, customer: int | None, as_of: datetime) -> Values:
    rate = rates_at(world, as_of)
    rows = [row for row in seen_purchases(world, as_of) if customer is not None and row[0] == customer and row[3] in rate]
    if not rows or not has_level(world, as_of):
        return None
    level = level_at(world, as_of)
    products = [times(row[5], rate[row[3]]) for row in rows]
    return len(rows), total([None if one is None or level is None else one + level + len(rate) for one in products])


CASES = {
    "a view of everybody": (GLOBAL, GLOBAL_SQL, ("purchases",), global_oracle),
    "an entity beside what all share": (CUSTOMER, ENTITY_SQL, ("purchases", "rates", "levels", "products"), entity_oracle),
    "inner joins with what all share": (CUSTOMER, INNER_SQL, ("purchases", "rates", "levels"), inner_oracle),
}
LAW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def engine() -> Iterator[DuckDBEngine]:
    engine = DuckDBEngine(Path())
    yield engine
    engine.close()


def _table(rows: list[tuple[Any, ...]], schema: pa.Schema) -> pa.Table:
    return pa.Table.from_arrays([pa.array([row[index] for row in rows], field.type) for index, field in enumerate(schema)], schema=schema)


@cache
def _sources(engine: DuckDBEngine) -> dict[str, Source]:
    columns = {name: engine.table_columns(name, schema.empty_table(), ()) for name, schema in SCHEMAS.items()}
    common: dict[str, Any] = {"format": "dataframe", "location": ""}
    key = (("customer_id", "customer_id"),)
    return {
        "purchases": Source(
            name="purchases", entity="customer", kind="events", key=key, event_timestamp="bought", arrival="arrived",
            columns=columns["purchases"], **common,
        ),
        "rates": Source(
            name="rates", entity="", kind="state", key=(("currency", "currency"),), event_timestamp="since", arrival="learned",
            tie_break=("rank",), columns=columns["rates"], **common,
        ),
        "levels": Source(name="levels", entity="", kind="state", key=(), event_timestamp="since", columns=columns["levels"], **common),
        "products": Source(
            name="products", entity="product", kind="state", key=(("product_id", "product_id"),), event_timestamp="since",
            columns=columns["products"], **common,
        ),
    }  # fmt: skip


@cache
def _compiled(engine: DuckDBEngine, case: str) -> CompiledView:
    entity, sql, names, _ = CASES[case]
    lookbacks = {"purchases": EVENT_LOOKBACK, "rates": RATE_LOOKBACK}
    references = as_source_references({name: lookbacks.get(name) for name in names})
    sources = {name: _sources(engine)[name] for name in names}
    return define(FeatureView(name="v", entity=entity.name, sql=sql, sources=references), entity=entity, sources=sources, engine=engine)


def _view(engine: DuckDBEngine, case: str, world: World) -> CompiledView:
    """Give the view over these rows."""
    view = _compiled(engine, case)
    for source in view.sources:
        engine.table_columns(source.name, _table(world[source.name], SCHEMAS[source.name]), ())
    return view


def _keys(view: CompiledView) -> list[tuple[int, ...]]:
    return [(1,), (2,), (3,)] if view.entity.join_keys else [()]


@pytest.mark.parametrize("case", CASES)
@LAW
@given(world=worlds, asked=st.lists(st.tuples(st.one_of(st.none(), st.integers(1, 3)), late), min_size=1, max_size=6))
@example(world=LATE_RATES, asked=EVERY_STEP)
def test_a_training_row_is_what_the_rules_say(engine: DuckDBEngine, case: str, world: World, asked: list) -> None:
    view = _view(engine, case, world)
    keys = pa.table({"customer_id": pa.array([key for key, _ in asked], pa.int64())}) if view.entity.join_keys else pa.table({})
    values = at_rows(view, engine, keys, pa.array([at for _, at in asked], pa.timestamp("us")))
    found = zip(values.features.to_pylist(), values.found.to_pylist(), strict=True)
    rows = [tuple(row.values()) if exists else None for row, exists in found]
    oracle = CASES[case][3]
    assert rows == [None if as_of is None else oracle(world, key, as_of) for key, as_of in asked]


@pytest.mark.parametrize("case", CASES)
@LAW
@given(world=worlds, asked=st.lists(st.tuples(st.one_of(st.none(), st.integers(1, 3)), late), min_size=1, max_size=4))
@example(world=LATE_RATES, asked=EVERY_STEP)
def test_the_lateral_plan_gives_what_the_rules_say(engine: DuckDBEngine, case: str, world: World, asked: list) -> None:
    view = _view(engine, case, world)
    keys = {"customer_id": pa.array([key for key, _ in asked], pa.int64())} if view.entity.join_keys else {}
    instants = pa.array([as_of for _, as_of in asked], pa.timestamp("us"))
    spine = pa.table({ROW: pa.array(range(len(asked)), pa.int64()), AS_OF: instants, **keys})
    found = engine.run(lateral_plan(view, engine.relation), tables={SPINE_TABLE: spine}).select([ROW, *view.feature_names])
    answers = {row[0]: row[1:] for row in zip(*(column.to_pylist() for column in found.columns), strict=True)}
    oracle = CASES[case][3]
    assert [answers.get(index) for index in range(len(asked))] == [
        None if as_of is None else oracle(world, key, as_of) for key, as_of in asked
    ]


@pytest.mark.parametrize("case", CASES)
@LAW
@given(world=worlds, as_of=instants, order=st.randoms(use_true_random=False))
def test_materialized_and_requested_values_are_what_the_rules_say(
    engine: DuckDBEngine, case: str, world: World, as_of: datetime, order: Any
) -> None:
    shuffled = {name: order.sample(rows, len(rows)) for name, rows in world.items()}
    view = _view(engine, case, shuffled)
    keys, width, oracle = _keys(view), len(view.entity.join_keys), CASES[case][3]
    expected = [oracle(world, *(key or (None,)), as_of) for key in keys]
    requested = {tuple(row.values())[:width]: tuple(row.values())[width:] for row in at_instant(view, engine, as_of, keys=keys).to_pylist()}
    assert [requested.get(key) for key in keys] == expected
    online = SqliteOnlineStore(None)
    materialize(view, 1, as_of=as_of, engine=engine, online=online)
    stored = online.read(view="v", version=1, dtypes=[feature.dtype for feature in view.features], keys=keys)
    online.close()
    assert list(stored.values) == expected
