"""Knowledge: what must have been known of a row, against a plain reading of the rules."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jupyter_features.compiler.knowledge import RESPECT, Knowledge, bind_knowledge
from jupyter_features.definitions.entity import Entity, JoinKey
from jupyter_features.definitions.feature_view import CompiledView, FeatureView
from jupyter_features.definitions.source import Source
from jupyter_features.definitions.source_reference import as_source_references
from jupyter_features.engines.duckdb.engine import DuckDBEngine
from jupyter_features.errors import InvalidArgumentError
from jupyter_features.operations.define import define
from jupyter_features.operations.evaluate import at_rows

START = datetime(1998, 1, 1)
LOOKBACK = timedelta(hours=4)
SCHEMA = pa.schema([("k", pa.int64()), ("at", pa.timestamp("us")), ("arrived", pa.timestamp("us")), ("v", pa.int64())])
# (name, kind, has an arrival column, inclusive)
SOURCES = (
    ("events", "events", True, False),
    ("closed", "events", True, True),
    ("plain", "events", False, False),
    ("states", "state", True, False),
)

instants = st.integers(0, 12).map(lambda step: START + timedelta(minutes=30 * step))
rows = st.lists(
    st.tuples(st.one_of(st.none(), st.integers(1, 2)), st.one_of(st.none(), instants), st.one_of(st.none(), instants), st.integers(0, 9)),
    max_size=10,
)
questions = st.lists(st.tuples(st.integers(1, 3), instants), min_size=1, max_size=6)
knowledges = st.one_of(st.just(RESPECT), st.just(Knowledge("ignore")), instants.map(lambda at: Knowledge(as_known_at=at)))


def is_visible(row: tuple, name: str, kind: str, has_arrival: bool, inclusive: bool, as_of: datetime, knowledge: Knowledge) -> bool:
    """Read the rules aloud."""
    _, at, arrived, _ = row
    closed = kind == "state" or inclusive

    def before(instant: datetime | None, bound: datetime) -> bool:
        return instant is not None and (instant < bound or (closed and instant == bound))

    if not before(at, as_of) or at < as_of - LOOKBACK:
        return False
    if knowledge.mode == "ignore":
        return True
    if knowledge.as_known_at is not None:
        return before(arrived if has_arrival else at, knowledge.as_known_at.replace(tzinfo=None))
    return before(arrived, as_of) if has_arrival else True


def oracle(history: list[tuple], shape: tuple, key: int, as_of: datetime, knowledge: Knowledge) -> int | None:
    """Sum the visible values; of a state, give the newest one's."""
    seen = [row for row in history if row[0] == key and is_visible(row, *shape, as_of, knowledge)]
    if not seen:
        return None
    if shape[1] == "state":
        return max((at, arrived is not None, arrived or START, value) for _, at, arrived, value in seen)[3]
    return sum(value for *_, value in seen)


@pytest.fixture(scope="module")
def engine() -> Iterator[DuckDBEngine]:
    engine = DuckDBEngine(Path())
    yield engine
    engine.close()


@cache
def compiled(engine: DuckDBEngine, shape: tuple) -> CompiledView:
    name, kind, has_arrival, inclusive = shape
    source = Source(
        name=name,
        kind=kind,
        location="",
        format="dataframe",
        entity="k",
        key=(("k", "k"),),
        event_timestamp="at",
        arrival="arrived" if has_arrival else None,
        inclusive=inclusive,
        columns=engine.table_columns(name, pa.table({field.name: pa.array([], field.type) for field in SCHEMA}), ()),
    )
    definition = FeatureView(
        name=f"of_{name}", entity="k", sql=f"SELECT k, SUM(v) AS f FROM {name} GROUP BY k", sources=as_source_references({name: LOOKBACK})
    )
    return define(definition, entity=Entity(name="k", join_keys=(JoinKey("k", "BIGINT"),)), sources={name: source}, engine=engine)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=rows, asked=questions, knowledge=knowledges)
def test_knowledge_changes_what_must_have_arrived_and_nothing_else(
    engine: DuckDBEngine, history: list, asked: list, knowledge: Knowledge
) -> None:
    for shape in SOURCES:
        view = compiled(engine, shape)
        engine.table_columns(
            shape[0], pa.Table.from_arrays([pa.array(c, f.type) for c, f in zip(_columns(history), SCHEMA, strict=True)], schema=SCHEMA), ()
        )
        keys = pa.table({"k": pa.array([key for key, _ in asked], pa.int64())})
        found = at_rows(view, engine, keys, pa.array([at for _, at in asked], pa.timestamp("us")), knowledge=knowledge)
        assert [None if value is None else int(value) for value in found.features.column("f").to_pylist()] == [
            oracle(history, shape, key, at, knowledge) for key, at in asked
        ], shape


def _columns(history: list[tuple]) -> list[list]:
    return [[row[index] for row in history] for index in range(4)]


def test_a_view_that_is_asked_with_other_knowledge_is_not_taken_for_itself(engine: DuckDBEngine) -> None:
    view = compiled(engine, SOURCES[0])
    asked = {bind_knowledge(view, each).fingerprint for each in (RESPECT, Knowledge("ignore"), Knowledge(as_known_at=START))}
    assert view.fingerprint in asked
    assert len(asked) == 3


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("ignore", START), "Give one of the two"),
        (("trust", None), "'trust' is neither 'respect' nor 'ignore'"),
        (("respect", "1998-01-01"), "'1998-01-01' is not an instant"),
        (("respect", pd.NaT), "NaT is not an instant"),
    ],
)
def test_knowledge_that_cannot_be_meant_is_refused(arguments: tuple, sentence: str) -> None:
    with pytest.raises(InvalidArgumentError, match=sentence):
        Knowledge(*arguments)


def test_an_instant_of_pandas_is_rounded_down_to_microseconds_in_utc() -> None:
    asked = Knowledge(as_known_at=pd.Timestamp("1998-01-01 02:00:00.000001999", tz="Europe/Berlin"))
    assert asked == Knowledge(as_known_at=datetime(1998, 1, 1, 1, 0, 0, 1, tzinfo=UTC))
    assert type(asked.as_known_at) is datetime
