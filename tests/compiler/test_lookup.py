"""A state is looked up without ranking, and the answer is that of the plan that ranks: ties, NULLs and late rows among them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jupyter_features.compiler.lateral import lateral_plan
from jupyter_features.compiler.lookup import lookup_plan
from jupyter_features.compiler.spine import AS_OF, ROW, SPINE_TABLE
from jupyter_features.definitions.entity import Entity, JoinKey
from jupyter_features.definitions.feature_view import CompiledView, FeatureView
from jupyter_features.definitions.source import Source
from jupyter_features.definitions.source_reference import as_source_references
from jupyter_features.engines.duckdb.engine import DuckDBEngine
from jupyter_features.errors import PlanNotCoveredError
from jupyter_features.operations.choose_plan import choose_plan
from jupyter_features.operations.define import define
from jupyter_features.operations.sql_view import sql_at_rows

START = datetime(2024, 1, 1)
CUSTOMER = Entity(name="customer", join_keys=(JoinKey("customer_id", "BIGINT"),))
STATES = pa.schema(
    [
        ("customer_id", pa.int64()),
        ("since", pa.timestamp("us")),
        ("learned", pa.timestamp("us")),
        ("rank", pa.int32()),
        ("level", pa.float64()),
    ]
)
SQL = "SELECT customer_id, level, rank AS level_rank, since FROM states"

# Few hours, so that ties of one key and instant are common.
instants = st.integers(0, 5).map(lambda hour: START + timedelta(hours=hour))
keys = st.one_of(st.none(), st.integers(1, 3))
levels = st.sampled_from([None, math.nan, math.inf, -1.0, 0.5])
states = st.lists(
    st.tuples(keys, st.one_of(st.none(), instants), st.one_of(st.none(), instants), st.sampled_from([None, 1, 2]), levels), max_size=15
)
questions = st.lists(st.tuples(keys, st.one_of(st.none(), instants)), min_size=1, max_size=8)
Row = tuple[Any, ...]


@pytest.fixture(scope="module")
def engine() -> Iterator[DuckDBEngine]:
    engine = DuckDBEngine(Path())
    yield engine
    engine.close()


def _view(engine: DuckDBEngine, rows: list[Row], sql: str = SQL, lookback: str | None = None, arrival: str | None = None) -> CompiledView:
    table = pa.table([pa.array([row[index] for row in rows], field.type) for index, field in enumerate(STATES)], schema=STATES)
    source = Source(
        name="states",
        entity="customer",
        key=(("customer_id", "customer_id"),),
        format="dataframe",
        location="",
        kind="state",
        event_timestamp="since",
        arrival=arrival,
        tie_break=("rank",),
        columns=engine.table_columns("states", table, ()),
    )
    definition = FeatureView(name="v", entity="customer", sql=sql, sources=as_source_references({"states": lookback}))
    return define(definition, entity=CUSTOMER, sources={"states": source}, engine=engine)


def _spine(asked: list[tuple[int | None, datetime | None]]) -> pa.Table:
    return pa.table(
        {
            "customer_id": pa.array([key for key, _ in asked], pa.int64()),
            ROW: pa.array(range(len(asked)), pa.int64()),
            AS_OF: pa.array([instant for _, instant in asked], pa.timestamp("us")),
        }
    )


def _in_order(answers: pa.Table) -> list[str]:
    """Write rows as text, in which NaN equals NaN."""
    names = [ROW, "level", "level_rank", "since"]
    return [str(row) for row in answers.select(names).sort_by(ROW).to_pylist()]


@pytest.mark.parametrize("arrival", [None, "learned"])
@pytest.mark.parametrize("lookback", [None, "2h"])
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=states, asked=questions)
def test_a_looked_up_state_is_what_one_query_for_each_row_gives(
    engine: DuckDBEngine, rows: list[Row], asked: list[Any], lookback: str | None, arrival: str | None
) -> None:
    view, spine = _view(engine, rows, lookback=lookback, arrival=arrival), _spine(asked)
    assert choose_plan(view, engine, spine).name == "lookup"
    brute_force = engine.run(lateral_plan(view, engine.relation), tables={SPINE_TABLE: spine})
    assert _in_order(sql_at_rows(view, engine, spine)) == _in_order(brute_force)


def test_only_questions_with_ties_are_asked_again(engine: DuckDBEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    view = _view(engine, [(1, START, None, 1, 0.5), (1, START, None, 2, 7.0), (2, START, None, 1, 1.5)])
    asked: list[pa.Table] = []
    run = engine.run
    monkeypatch.setattr(engine, "run", lambda query, tables=None, **rest: (asked.append(tables), run(query, tables=tables, **rest))[1])
    answers = sql_at_rows(view, engine, _spine([(1, START), (2, START), (1, START)]))
    assert answers.sort_by(ROW).column("level").to_pylist() == [7.0, 1.5, 7.0]
    assert [tables[SPINE_TABLE].column(ROW).to_pylist() for tables in asked if tables] == [[0, 1, 2], [0, 2]]


def test_nothing_is_remembered_of_data_that_has_changed(engine: DuckDBEngine) -> None:
    alone = [(1, START, None, 1, 0.5)]
    for rows, level in ((alone, 0.5), ([*alone, (1, START, None, 2, 7.0)], 7.0), (alone, 0.5)):
        assert sql_at_rows(_view(engine, rows), engine, _spine([(1, START)])).column("level").to_pylist() == [level]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT customer_id, level * 2 AS level FROM states",
        "SELECT customer_id, CAST(level AS INTEGER) AS level FROM states",
        "SELECT customer_id, level FROM states WHERE level > 0",
        "SELECT customer_id, SUM(level) AS level FROM states GROUP BY customer_id",
        "SELECT customer_id, MAX(level) AS level FROM states GROUP BY customer_id HAVING COUNT(*) = 1",
        "SELECT DISTINCT customer_id, 1 AS level FROM states",
        "SELECT customer_id, level FROM (SELECT customer_id, level FROM states WHERE level > 0) AS positive",
        "SELECT customer_id, SUM(level) OVER (PARTITION BY customer_id) AS level FROM states",
        "SELECT a.customer_id, b.level FROM states a JOIN states b ON a.customer_id = b.customer_id",
    ],
)
def test_a_view_in_which_a_tie_could_hide_is_not_covered(engine: DuckDBEngine, sql: str) -> None:
    view = _view(engine, [(1, START, None, 1, 0.5), (1, START, None, 2, -7.0)], sql=sql)
    with pytest.raises(PlanNotCoveredError):
        lookup_plan(view, engine.relation)
    assert choose_plan(view, engine, _spine([(1, START)])).name == "spine"
