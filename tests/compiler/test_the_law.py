"""The law: every path gives, for any history and any instant, what a plain reading of the rules gives.

The oracle below knows visibility and the meaning of the features, and nothing of SQL.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jupyter_features.definitions.entity import Entity, JoinKey
from jupyter_features.definitions.feature_view import CompiledView, FeatureView
from jupyter_features.definitions.source import Source
from jupyter_features.definitions.source_reference import as_source_references
from jupyter_features.engines.duckdb.engine import DuckDBEngine
from jupyter_features.online.sqlite import SqliteOnlineStore
from jupyter_features.operations.define import define
from jupyter_features.operations.evaluate import at_instant, at_rows
from jupyter_features.operations.materialize import materialize

START = datetime(1998, 1, 1)
LOOKBACK = timedelta(hours=4)
STATE_LOOKBACK = timedelta(hours=6)
WINDOW = timedelta(hours=2)
EVENTS = pa.schema(
    [
        ("customer_id", pa.int64()),
        ("happened", pa.timestamp("us")),
        ("arrived", pa.timestamp("us")),
        ("cds", pa.int32()),
        ("amount", pa.float64()),
    ]
)
STATES = pa.schema([("customer_id", pa.int64()), ("since", pa.timestamp("us")), ("rank", pa.int32()), ("segment", pa.string())])
SQL = """
SELECT e.customer_id,
       COUNT(*) AS orders,
       COUNT(DISTINCT cds) AS kinds,
       SUM(amount) AS spend,
       AVG(amount) AS average,
       SUM(cds) FILTER (WHERE happened >= as_of() - INTERVAL 2 HOUR) AS recent_cds,
       MAX(CASE WHEN cds > 1 THEN cds ELSE 0 END) AS most,
       DATE_DIFF('minute', MAX(happened), as_of()) AS minutes_since,
       MAX(segment) AS segment
FROM events e LEFT JOIN states s ON e.customer_id = s.customer_id
WHERE cds IS NULL OR cds <> 3
GROUP BY e.customer_id
"""

# A grid of half hours makes ties, and events at exactly as_of and as_of - lookback, common.
instants = st.integers(0, 20).map(lambda step: START + timedelta(minutes=30 * step))
keys = st.one_of(st.none(), st.integers(1, 3))
amounts = st.one_of(st.none(), st.sampled_from([0.1, 0.2, 0.3, 1e16, -1e16, 7.0, math.nan]))
events = st.lists(
    st.tuples(keys, st.one_of(st.none(), instants), st.one_of(st.none(), instants), st.one_of(st.none(), st.integers(0, 4)), amounts),
    max_size=14,
)
states = st.lists(st.tuples(keys, instants, st.one_of(st.none(), st.integers(0, 2)), st.sampled_from([None, "a", "b", "c"])), max_size=8)
questions = st.lists(st.tuples(st.one_of(st.none(), st.integers(1, 4)), st.one_of(st.none(), instants)), min_size=1, max_size=8)


def oracle(event_rows: list[tuple], state_rows: list[tuple], customer: int | None, as_of: datetime | None) -> tuple | None:
    """Compute the features of one customer by reading the rules aloud."""
    if customer is None or as_of is None:
        return None
    seen = [
        (at, cds, amount)
        for key, at, arrived, cds, amount in event_rows
        if key == customer and at is not None and arrived is not None and as_of - LOOKBACK <= at < as_of and arrived < as_of and cds != 3
    ]
    if not seen:
        return None
    held = [
        (since, -1 if rank is None else rank, segment or "")
        for key, since, rank, segment in state_rows
        if key == customer and as_of - STATE_LOOKBACK <= since <= as_of
    ]
    numbers = [amount for _, _, amount in seen if amount is not None]
    total = _exact_sum(numbers)
    recent = [cds for at, cds, _ in seen if at >= as_of - WINDOW and cds is not None]
    return (
        len(seen),
        len({cds for _, cds, _ in seen if cds is not None}),
        total,
        None if total is None else total / len(numbers),
        sum(recent) if recent else None,
        max(cds if cds is not None and cds > 1 else 0 for _, cds, _ in seen),
        int((as_of - max(at for at, _, _ in seen)).total_seconds() // 60),
        (max(held)[2] or None) if held else None,
    )


def _exact_sum(numbers: list[float]) -> float | None:
    """Round the exact sum once; anything with NaN is NaN, and nothing adds up to NULL."""
    if any(math.isnan(number) for number in numbers):
        return math.nan
    return math.fsum(numbers) if numbers else None


def _table(rows: list[tuple], schema: pa.Schema) -> pa.Table:
    return pa.Table.from_arrays([pa.array([row[index] for row in rows], field.type) for index, field in enumerate(schema)], schema=schema)


@pytest.fixture(scope="module")
def engine() -> Iterator[DuckDBEngine]:
    engine = DuckDBEngine(Path())
    yield engine
    engine.close()


@cache
def _compiled(engine: DuckDBEngine) -> CompiledView:
    common = {"format": "dataframe", "location": "", "entity": "customer", "key": (("customer_id", "customer_id"),)}
    event_columns = engine.table_columns("events", _table([], EVENTS), ())
    state_columns = engine.table_columns("states", _table([], STATES), ())
    sources = {
        "events": Source(name="events", kind="events", event_timestamp="happened", arrival="arrived", columns=event_columns, **common),
        "states": Source(name="states", kind="state", event_timestamp="since", tie_break=("rank",), columns=state_columns, **common),
    }
    definition = FeatureView(
        name="v", entity="customer", sql=SQL, sources=as_source_references({"events": LOOKBACK, "states": STATE_LOOKBACK})
    )
    return define(definition, entity=Entity(name="customer", join_keys=(JoinKey("customer_id", "BIGINT"),)), sources=sources, engine=engine)


def _view(engine: DuckDBEngine, event_rows: list[tuple], state_rows: list[tuple]) -> CompiledView:
    """Give the view over these rows."""
    view = _compiled(engine)
    engine.table_columns("events", _table(event_rows, EVENTS), ())
    engine.table_columns("states", _table(state_rows, STATES), ())
    return view


def _same(left: tuple | None, right: tuple | None) -> bool:
    if left is None or right is None:
        return left is right
    return all(
        a == b or (isinstance(a, float) and isinstance(b, float) and math.isnan(a) and math.isnan(b))
        for a, b in zip(left, right, strict=True)
    )


LAW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@LAW
@given(event_rows=events, state_rows=states, asked=questions)
def test_a_training_row_is_what_the_rules_say(engine: DuckDBEngine, event_rows: list, state_rows: list, asked: list) -> None:
    view = _view(engine, event_rows, state_rows)
    spine = pa.table({"customer_id": pa.array([key for key, _ in asked], pa.int64())})
    values = at_rows(view, engine, spine, pa.array([at for _, at in asked], pa.timestamp("us")))
    rows = [
        tuple(row.values()) if found else None for row, found in zip(values.features.to_pylist(), values.found.to_pylist(), strict=True)
    ]
    for question, row in zip(asked, rows, strict=True):
        assert _same(row, oracle(event_rows, state_rows, *question)), question


@LAW
@given(event_rows=events, state_rows=states, as_of=instants, order=st.randoms(use_true_random=False))
def test_materialized_and_requested_values_are_the_training_values(
    engine: DuckDBEngine, event_rows: list, state_rows: list, as_of: datetime, order
) -> None:
    expected = {key: oracle(event_rows, state_rows, key, as_of) for key in (1, 2, 3, 4)}
    shuffled_events, shuffled_states = list(event_rows), list(state_rows)
    order.shuffle(shuffled_events)
    order.shuffle(shuffled_states)
    view = _view(engine, shuffled_events, shuffled_states)
    requested = {
        row["customer_id"]: tuple(row.values())[1:] for row in at_instant(view, engine, as_of, keys=[(1,), (2,), (3,), (4,)]).to_pylist()
    }
    online = SqliteOnlineStore(None)
    materialize(view, 1, as_of=as_of, engine=engine, online=online)
    stored = online.read(view="v", version=1, dtypes=[feature.dtype for feature in view.features], keys=[(key,) for key in expected])
    online.close()
    for (key, values), vector in zip(expected.items(), stored.values, strict=True):
        assert _same(requested.get(key), values)
        assert _same(vector, values)


@LAW
@given(event_rows=events, late=events, state_rows=states, as_of=instants)
def test_rows_that_are_invisible_change_nothing(
    engine: DuckDBEngine, event_rows: list, late: list, state_rows: list, as_of: datetime
) -> None:
    before = at_instant(_view(engine, event_rows, state_rows), engine, as_of).sort_by("customer_id")
    invisible = [row for row in late if row[1] is None or row[1] >= as_of or row[2] is None or row[2] >= as_of or row[1] < as_of - LOOKBACK]
    later_states = [(key, as_of + timedelta(hours=1), rank, segment) for key, _, rank, segment in state_rows]
    after = at_instant(_view(engine, invisible + event_rows, later_states + state_rows), engine, as_of).sort_by("customer_id")
    assert after.schema == before.schema
    # NaN is itself, which Arrow's own comparison does not think.
    assert list(map(repr, after.to_pylist())) == list(map(repr, before.to_pylist()))
