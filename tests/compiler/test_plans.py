"""Every physical plan gives what a plain reading of the rules gives, and what the other plans give."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jupyter_features.compiler.lateral import lateral_plan
from jupyter_features.compiler.spine import AS_OF, ROW, SPINE_TABLE, spine_plan
from jupyter_features.compiler.tiles import tiles_plan
from jupyter_features.definitions.entity import Entity, JoinKey
from jupyter_features.definitions.feature_view import CompiledView, FeatureView
from jupyter_features.definitions.source import Source
from jupyter_features.definitions.source_reference import as_source_references
from jupyter_features.engines.duckdb.engine import DuckDBEngine
from jupyter_features.errors import PlanNotCoveredError
from jupyter_features.operations.define import define

START = datetime(1970, 1, 1) - timedelta(hours=5)
WEEK = timedelta(hours=3)
CUSTOMER = Entity(name="customer", join_keys=(JoinKey("customer_id", "BIGINT"),))
EVENTS = pa.schema(
    [
        ("cust_no", pa.int32()),
        ("happened", pa.timestamp("us")),
        ("arrived", pa.timestamp("us")),
        ("cds", pa.int32()),
        ("amount", pa.float64()),
    ]
)
SQL = """
SELECT cust_no AS customer_id,
       COUNT(*) AS orders,
       COUNT(amount) AS paid,
       SUM(cds) AS cds,
       SUM(amount) AS spend,
       AVG(amount) FILTER (WHERE happened >= as_of() - INTERVAL 3 HOUR) AS average_week,
       SUM(amount) FILTER (WHERE cds > 1 AND happened >= as_of() - INTERVAL 3 HOUR) AS big_week,
       MAX(amount) FILTER (WHERE happened BETWEEN as_of() - INTERVAL 3 HOUR AND as_of() - INTERVAL 1 HOUR) AS top_before,
       MIN(cds) AS least,
       BOOL_OR(cds > 2) AS any_big,
       DATE_DIFF('minute', MAX(happened), as_of()) AS minutes_since
FROM events t
WHERE cds IS NULL OR cds <> 3
GROUP BY cust_no
HAVING COUNT(*) > 1
"""
PLANS = {
    "spine": spine_plan,
    "lateral": lateral_plan,
    "tiles of 20 minutes": lambda view, relation: tiles_plan(view, relation, timedelta(minutes=20)),
    "tiles of 2 hours": lambda view, relation: tiles_plan(view, relation, timedelta(hours=2)),
    "tiles of a day": lambda view, relation: tiles_plan(view, relation, timedelta(days=1)),
}

# Half hours make ties, and events at exactly as_of and as_of less the lookback, common; all lie around 1970, where tiles meet.
instants = st.integers(0, 20).map(lambda step: START + timedelta(minutes=30 * step))
amounts = st.one_of(
    st.none(), st.sampled_from([0.1, 0.2, 0.3, 1e16, -1e16, 7.0]), st.sampled_from([math.nan, math.inf, -math.inf, 1e300, 5e-324])
)
Row = tuple[Any, ...]
events = st.lists(
    st.tuples(
        st.one_of(st.none(), st.integers(1, 3)),
        st.one_of(st.none(), instants),
        st.one_of(st.none(), instants),
        st.one_of(st.none(), st.integers(0, 4)),
        amounts,
    ),
    max_size=25,
)
questions = st.lists(st.tuples(st.one_of(st.none(), st.integers(1, 4)), st.one_of(st.none(), instants)), min_size=1, max_size=8)


@dataclass(frozen=True)
class Declared:
    """How the events are declared, and how far back the view sees."""

    has_arrival: bool
    inclusive: bool
    lookback: timedelta | None

    def sees(self, row: Row, as_of: datetime) -> bool:
        """Read the law aloud."""
        times = [row[1], row[2]] if self.has_arrival else [row[1]]
        if any(time is None for time in times):
            return False
        visible = all(time <= as_of if self.inclusive else time < as_of for time in times)
        return visible and (self.lookback is None or row[1] >= as_of - self.lookback)


DECLARED = [
    Declared(has_arrival=False, inclusive=False, lookback=None),
    Declared(has_arrival=False, inclusive=False, lookback=timedelta(hours=4)),
    Declared(has_arrival=True, inclusive=True, lookback=timedelta(hours=4)),
    Declared(has_arrival=True, inclusive=False, lookback=None),
]


def oracle(declared: Declared, rows: list[Row], customer: int | None, as_of: datetime | None) -> tuple[Any, ...] | None:
    """Compute the features of one customer in plain Python."""
    if customer is None or as_of is None:
        return None
    seen = [row for row in rows if row[0] == customer and declared.sees(row, as_of) and row[3] != 3]
    if len(seen) < 2:
        return None
    week = [row for row in seen if row[1] >= as_of - WEEK]
    before = [row for row in week if row[1] <= as_of - timedelta(hours=1)]
    cds = [row[3] for row in seen if row[3] is not None]
    in_week = _amounts(week)
    total = _sum(in_week)
    return (
        len(seen),
        len(_amounts(seen)),
        sum(cds) if cds else None,
        _sum(_amounts(seen)),
        None if total is None else total / len(in_week),
        _sum(_amounts([row for row in week if row[3] is not None and row[3] > 1])),
        max(_amounts(before), key=lambda amount: (math.isnan(amount), amount), default=None),
        min(cds, default=None),
        any(each > 2 for each in cds) if cds else None,
        int((as_of - max(row[1] for row in seen)).total_seconds() // 60),
    )


def _amounts(rows: list[Row]) -> list[float]:
    return [row[4] for row in rows if row[4] is not None]


def _sum(numbers: list[float]) -> float | None:
    """Say what docs/how-it-works says of sums: exact and rounded once; what is too large or too small joins in order of size."""
    infinite = [number for number in numbers if not math.isfinite(number)]
    if not numbers or infinite:
        return sum(infinite) if numbers else None
    rest = sorted([number for number in numbers if abs(number) >= 2**60 or 0 < abs(number) < 2**-54])
    exact = math.fsum(number for number in numbers if number not in rest)
    total = 0.0
    for number in sorted([*rest, exact]):
        total += number
    return total


@pytest.fixture(scope="module")
def engine() -> Iterator[DuckDBEngine]:
    engine = DuckDBEngine(Path())
    yield engine
    engine.close()


@cache
def _compiled(engine: DuckDBEngine, declared: Declared, sql: str = SQL) -> CompiledView:
    columns = engine.table_columns("events", EVENTS.empty_table(), ())
    source = Source(
        name="events",
        kind="events",
        event_timestamp="happened",
        arrival="arrived" if declared.has_arrival else None,
        inclusive=declared.inclusive,
        columns=columns,
        format="dataframe",
        location="",
        entity="customer",
        key=(("customer_id", "cust_no"),),
    )
    definition = FeatureView(name="v", entity="customer", sql=sql, sources=as_source_references({"events": declared.lookback}))
    return define(definition, entity=CUSTOMER, sources={"events": source}, engine=engine)


def _answers(view: CompiledView, engine: DuckDBEngine, plan: str, asked: list[tuple[Any, Any]]) -> list[tuple[Any, ...] | None]:
    spine = pa.table(
        {
            ROW: pa.array(range(len(asked)), pa.int64()),
            AS_OF: pa.array([at for _, at in asked], pa.timestamp("us")),
            "customer_id": pa.array([key for key, _ in asked], pa.int64()),
        }
    )
    found = engine.run(PLANS[plan](view, engine.relation), tables={SPINE_TABLE: spine})
    rows = {row[ROW]: tuple(row[name] for name in view.feature_names) for row in found.to_pylist()}
    assert len(rows) == found.num_rows
    return [rows.get(index) for index in range(len(asked))]


@pytest.mark.parametrize("declared", DECLARED, ids=repr)
@pytest.mark.parametrize("plan", PLANS)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=events, asked=questions)
def test_a_plan_gives_what_the_rules_say(engine: DuckDBEngine, plan: str, declared: Declared, rows: list, asked: list) -> None:
    view = _compiled(engine, declared)
    engine.table_columns(
        "events",
        pa.Table.from_arrays(
            [
                pa.array(list(values), field.type)
                for values, field in zip(zip(*rows, strict=True) if rows else [[]] * 5, EVENTS, strict=True)
            ],
            schema=EVENTS,
        ),
        (),
    )
    # repr, because NaN is itself, and 0.0 is not -0.0.
    for question, answer in zip(asked, _answers(view, engine, plan, asked), strict=True):
        assert repr(answer) == repr(oracle(declared, rows, *question)), question


@pytest.mark.parametrize("plan", [plan for plan in PLANS if plan.startswith("tiles")])
def test_tiles_hold_the_infinite_instants(engine: DuckDBEngine, plan: str) -> None:
    view = _compiled(engine, DECLARED[0], "SELECT cust_no AS customer_id, COUNT(*) AS n FROM events GROUP BY cust_no")
    times = "UNNEST(['-infinity', 'infinity', '1970-01-01'])::TIMESTAMP AS happened"
    rest = "NULL::TIMESTAMP AS arrived, 1::INTEGER AS cds, 1.0::DOUBLE AS amount"
    engine._connection.execute(f"CREATE OR REPLACE TABLE endless AS SELECT 1::INTEGER AS cust_no, {times}, {rest}")
    spine = pa.table({ROW: [0], AS_OF: pa.array([datetime(1970, 1, 1, 0, 0, 1)], pa.timestamp("us")), "customer_id": [1]})
    found = engine.run(PLANS[plan](view, lambda _: "endless"), tables={SPINE_TABLE: spine})
    assert found.column("n").to_pylist() == [2]


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("SELECT customer_id, COUNT(DISTINCT cds) AS n FROM events GROUP BY 1", "COUNT(DISTINCT cds) cannot be put together from parts"),
        ("SELECT customer_id, MEDIAN(amount) AS n FROM events GROUP BY 1", "MEDIAN(amount) cannot be put together from parts"),
        (
            "SELECT customer_id, MAX(DATE_DIFF('day', happened, as_of())) AS n FROM events GROUP BY 1",
            "MAX(DATE_DIFF('DAY', happened, AS_OF())) depends on as_of() row by row",
        ),
        (
            "SELECT customer_id, COUNT(*) FILTER (WHERE DATE_DIFF('day', happened, as_of()) < 3) AS n FROM events GROUP BY 1",
            "DATE_DIFF('DAY', happened, AS_OF()) < 3 depends on as_of() otherwise than as a bound of the event timestamp",
        ),
        (
            "SELECT customer_id, COUNT(*) FILTER (WHERE arrived < as_of() - INTERVAL 1 DAY) AS n FROM events GROUP BY 1",
            "arrived < AS_OF() - INTERVAL '1' DAY depends on as_of() otherwise than as a bound of the event timestamp",
        ),
        (
            "SELECT customer_id, MAX(n) AS n FROM (SELECT customer_id, cds, COUNT(*) AS n FROM events GROUP BY 1, 2) q GROUP BY 1",
            "the view is more than one SELECT over one source",
        ),
    ],
)
def test_what_tiles_do_not_cover_is_said(engine: DuckDBEngine, sql: str, reason: str) -> None:
    view = _compiled(
        engine, DECLARED[2], sql.replace("customer_id", "cust_no").replace("SELECT cust_no", "SELECT cust_no AS customer_id", 1)
    )
    with pytest.raises(PlanNotCoveredError) as refused:
        tiles_plan(view, engine.relation, timedelta(days=1))
    assert refused.value.reason == reason
