"""Every compiled query of the corpus gives the same values on every path, whatever the order of rows and the threads."""

from __future__ import annotations

import math
import random
import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from jupyter_features.compiler.lateral import lateral_plan
from jupyter_features.compiler.spine import AS_OF, ROW, SPINE_TABLE, spine_plan
from jupyter_features.compiler.tiles import tiles_plan
from jupyter_features.definitions.feature_view import CompiledView
from jupyter_features.engines.duckdb.engine import DuckDBEngine
from jupyter_features.errors import PlanNotCoveredError
from jupyter_features.operations.evaluate import at_instant, at_rows

Row = dict[str, Any]
Rows = dict[str, list[Row]]
Answers = dict[tuple[Any, ...], tuple[Any, ...]]

CORPUS = Path(__file__).parent.parent / "fixtures" / "corpus"
# The results table, which test_results.py holds to the compiler, says what compiles.
COMPILED = re.findall(r"^\| \[(\w+)\]\(\w+\.sql\) \|[^|]*\| compiled \|", (CORPUS / "results.md").read_text("utf-8"), re.MULTILINE)
# Some have no single answer as plain SQL, which is why the compiler rewrites them; their files say why.
WITH_ONE_BARE_ANSWER = [name for name in COMPILED if "\n-- bare: " not in (CORPUS / f"{name}.sql").read_text("utf-8")]
COVERED_BY_TILES = {
    "b12_disputes",
    "b19_text",
    "b20_numbers",
    "r02_recency",
    "r23_having",
    "r30_mixed_case",
    "r37_change_of_segment",
    "r40_division",
}
START = datetime(1998, 1, 1)
# Two of these are instants of events; one is exactly seven days after some.
INSTANTS = [
    START + timedelta(days=4, minutes=10),
    START + timedelta(days=9),
    START + timedelta(days=15, hours=3),
    START + timedelta(days=40),
]
WORDS = {
    "bank": ["north", "south"],
    "channel": ["web", "shop", "phone", None],
    "category": ["food", "toys", "books"],
    "product": ["a", "b", "c", "d"],
    "reason": ["late", "broken", None],
    "page": ["home", "cart", "checkout"],
    "device": ["phone", "laptop"],
    "segment": ["new", "loyal", None],
    "level": ["gold", "basic"],
    "kind": ["card", "transfer", "fee", None],
    "counterparty": ["x", "y", "z"],
    "status": ["active", "blocked"],
    "region": ["east", "west"],
    "branch": ["b1", "b2"],
    "city": ["Oslo", "Rome", None],
    "label": ["by card", "by wire", "cost"],
}
# Sums of the first depend on the order of addition, and NaN is rare because it hides that; sums of the second are exact.
TREACHEROUS = [None, 0.1, 0.2, 0.3, -0.7, 1e16, -1e16, 0.0, 2.7] * 8 + [math.nan]
EXACT = [None, 0.25, 1.5, 2.0, -3.75, 10.0, 0.0]


def random_rows(schemas: dict[str, pa.Schema], seed: int, floats: list[float | None]) -> Rows:
    """Fill every source: few keys and instants, so that ties are common; NULLs everywhere but in static keys."""
    dice = random.Random(seed)
    return {name: _fill(name, schema, dice, floats) for name, schema in schemas.items()}


def _fill(name: str, schema: pa.Schema, dice: random.Random, floats: list[float | None]) -> list[Row]:
    rows = [{field.name: _value(field, dice, floats) for field in schema} for _ in range(70)]
    if name == "home_stores":
        rows = [row | {"customer_id": key} for key, row in enumerate(rows[:3], start=1)]
    if name == "branches":
        pairs = [(1, "north"), (1, "south"), (2, "north")]
        rows = [row | {"account": key, "bank": bank} for (key, bank), row in zip(pairs, rows, strict=False)]
    if name == "kinds":
        rows = [row | {"kind": kind} for kind, row in zip(("card", "transfer", "fee"), rows, strict=False)]
    for row in rows:
        # Most rows arrive when they happen, some late, some never.
        for happened, arrived in (("ordered_at", "loaded_at"), ("booked_at", "known_at"), ("valid_from", "learned_at")):
            if arrived in row and row[happened]:
                row[arrived] = dice.choice([row[happened], row[happened], row[happened] + timedelta(days=5), None])
    return rows


def _value(field: pa.Field, dice: random.Random, floats: list[float | None]) -> Any:
    if field.name in ("customer_id", "account_id", "account"):
        return dice.choice([1, 1, 2, 2, 3, 4, None])
    if field.name in WORDS:
        return dice.choice(WORDS[field.name])
    if pa.types.is_timestamp(field.type):
        minutes = dice.choice([0, 0, 10, 25, 720])
        return START + timedelta(days=dice.randrange(20), minutes=minutes) if dice.random() > 0.03 else None
    if pa.types.is_floating(field.type):
        return dice.choice(floats)
    if pa.types.is_decimal(field.type):
        return dice.choice([None, Decimal("0.50"), Decimal("1.25"), Decimal("0.10")])
    if pa.types.is_boolean(field.type):
        return dice.choice([True, False, None])
    if pa.types.is_date(field.type):
        return date(1990, 1, 1) + timedelta(days=dice.randrange(900))
    return dice.choice([0, 1, 2, 3, None])


def is_visible(row: Row, view: CompiledView, source: Any, as_of: datetime, lookback: timedelta | None) -> bool:
    """Read the law aloud."""
    is_own = bool(view.entity.join_keys) and source.entity == view.entity.name
    if (is_own or source.kind == "state") and any(row[key] is None for key in source.key_columns):
        return False
    if source.event_timestamp is None:
        return True
    happened = row[source.event_timestamp]
    arrived = row[source.arrival] if source.arrival else happened
    if happened is None or arrived is None or (lookback is not None and happened < as_of - lookback):
        return False
    if source.kind == "events" and not source.inclusive:
        return bool(happened < as_of and arrived < as_of)
    return bool(happened <= as_of and arrived <= as_of)


def newest_of_each_key(rows: list[Row], source: Any) -> list[Row]:
    """Keep the row that counts of a state source: newest, then by tie-break, then by the other columns in order of name."""
    first = [source.event_timestamp, *([source.arrival] if source.arrival else []), *source.tie_break]
    order = [*first, *sorted(name for name in source.column_names if name not in first)]
    newest: dict[tuple[Any, ...], Row] = {}
    for row in rows:
        key = tuple(row[name] for name in source.key_columns)
        if key not in newest or _rank(row, order) > _rank(newest[key], order):
            newest[key] = row
    return list(newest.values())


def _rank(row: Row, order: list[str]) -> list[tuple[Any, ...]]:
    """Make NULL the lowest and NaN the greatest."""
    values = [row[name] for name in order]
    return [(0,) if value is None else (2,) if value != value else (1, value) for value in values]


@pytest.fixture(scope="module")
def shuffled_engine() -> Iterator[DuckDBEngine]:
    """An engine with another number of threads."""
    engine = DuckDBEngine(Path())
    engine._connection.execute("SET threads = 1")
    yield engine
    engine.close()


@pytest.fixture(scope="module", params=[0])
def treacherous(request: pytest.FixtureRequest, schemas: dict[str, pa.Schema]) -> Rows:
    return random_rows(schemas, request.param, TREACHEROUS)


@pytest.fixture(scope="module")
def exact(schemas: dict[str, pa.Schema]) -> Rows:
    return random_rows(schemas, 2, EXACT)


def _load(engine: DuckDBEngine, view: CompiledView, rows: Rows, schemas: dict[str, pa.Schema]) -> None:
    for source in view.sources:
        engine.table_columns(source.name, pa.Table.from_pylist(rows[source.name], schemas[source.name]), ())


def _at(view: CompiledView, engine: DuckDBEngine, as_of: datetime) -> Answers:
    return _answers(view, at_instant(view, engine, as_of).to_pylist())


def _answers(view: CompiledView, rows: list[Row]) -> Answers:
    keys, features = view.entity.key_names, view.feature_names
    answers = {tuple(row[key] for key in keys): tuple(_comparable(row[name]) for name in features) for row in rows}
    assert len(answers) == len(rows)
    return answers


def _comparable(value: Any) -> Any:
    """NaN is itself."""
    return "NaN" if isinstance(value, float) and math.isnan(value) else value


def _questions(view: CompiledView) -> list[tuple[Any, ...]]:
    if not view.entity.join_keys:
        return [()]
    if view.entity.name == "customer":
        return [(1,), (2,), (3,), (4,), (5,), (None,)]
    return [(key, bank) for key in (1, 2, 3, 4, 5) for bank in ("north", "south", None)]


def _view(outcomes: dict[str, Any], name: str) -> CompiledView:
    view: CompiledView | None = outcomes[name].view
    assert view is not None, "the results table says that this compiles"
    return view


@pytest.mark.parametrize("name", COMPILED)
def test_all_paths_and_orders_of_rows_agree(
    outcomes: dict[str, Any],
    engine: DuckDBEngine,
    shuffled_engine: DuckDBEngine,
    treacherous: Rows,
    schemas: dict[str, pa.Schema],
    name: str,
) -> None:
    view = _view(outcomes, name)
    _load(engine, view, treacherous, schemas)
    batch = {as_of: _at(view, engine, as_of) for as_of in INSTANTS}
    # The training path, all instants in one call.
    asked = [(key, as_of) for as_of in INSTANTS for key in _questions(view)]
    columns = [pa.array([key[index] for key, _ in asked], pa.int64() if index == 0 else pa.string()) for index in range(len(asked[0][0]))]
    keys = pa.table(columns, names=list(view.entity.key_names))
    training = at_rows(view, engine, keys, pa.array([as_of for _, as_of in asked], pa.timestamp("us")))
    for (key, as_of), found, values in zip(asked, training.found.to_pylist(), training.features.to_pylist(), strict=True):
        row = tuple(_comparable(value) for value in values.values()) if found else None
        assert row == batch[as_of].get(key), (key, as_of)
    # The request path, for some keys.
    some = _questions(view)[:3]
    requested = _answers(view, at_instant(view, engine, INSTANTS[1], keys=some).to_pylist())
    assert requested == {key: values for key, values in batch[INSTANTS[1]].items() if key in some}
    # Other order, other threads; then without what nobody could see.
    dice = random.Random(7)
    shuffled = {source: dice.sample(rows, len(rows)) for source, rows in treacherous.items()}
    _load(shuffled_engine, view, shuffled, schemas)
    assert {as_of: _at(view, shuffled_engine, as_of) for as_of in INSTANTS} == batch
    for as_of in INSTANTS:
        _load(shuffled_engine, view, _visible_to_any(view, shuffled, as_of), schemas)
        assert _at(view, shuffled_engine, as_of) == batch[as_of]


@pytest.mark.parametrize("name", COMPILED)
def test_every_plan_that_covers_a_query_gives_the_same(
    outcomes: dict[str, Any], engine: DuckDBEngine, treacherous: Rows, schemas: dict[str, pa.Schema], name: str
) -> None:
    view = _view(outcomes, name)
    _load(engine, view, treacherous, schemas)
    asked = [(key, as_of) for as_of in INSTANTS for key in _questions(view)]
    columns: dict[str, pa.Array] = {
        key: pa.array([values[index] for values, _ in asked], pa.int64() if index == 0 else pa.string())
        for index, key in enumerate(view.entity.key_names)
    }
    spine = pa.table(columns | {ROW: pa.array(range(len(asked))), AS_OF: pa.array([as_of for _, as_of in asked], pa.timestamp("us"))})
    expected = engine.run(spine_plan(view, engine.relation), tables={SPINE_TABLE: spine}).select([ROW, *view.feature_names])
    plans = [lateral_plan(view, engine.relation)]
    try:
        plans.append(tiles_plan(view, engine.relation, timedelta(hours=30)))
    except PlanNotCoveredError:
        assert name not in COVERED_BY_TILES
    for plan in plans:
        found = engine.run(plan, tables={SPINE_TABLE: spine}).select(expected.column_names).cast(expected.schema)
        assert sorted(map(repr, found.to_pylist())) == sorted(map(repr, expected.to_pylist()))


def _visible_to_any(view: CompiledView, rows: Rows, as_of: datetime) -> Rows:
    """Delete what no reference of the view may see."""
    kept: Rows = {}
    for source in view.sources:
        lookbacks = [reference.lookback for reference in view.definition.sources if reference.source == source.name]
        kept[source.name] = [
            row for row in rows[source.name] if any(is_visible(row, view, source, as_of, lookback) for lookback in lookbacks)
        ]
    return kept


@pytest.mark.parametrize("name", WITH_ONE_BARE_ANSWER)
def test_the_author_s_own_text_over_visible_rows_gives_the_same(
    outcomes: dict[str, Any], engine: DuckDBEngine, exact: Rows, schemas: dict[str, pa.Schema], name: str
) -> None:
    view = _view(outcomes, name)
    _load(engine, view, exact, schemas)
    for as_of in INSTANTS:
        if not view.entity.join_keys and not _sees_each(view, exact, as_of):
            # Plain SQL makes one row of nothing, Q none; test_global_law.py has that case.
            continue
        expected, found = _bare(view, exact, schemas, as_of), _at(view, engine, as_of)
        assert found.keys() == expected.keys()
        for key, values in expected.items():
            assert list(map(_rounded, found[key])) == list(map(_rounded, values)), (key, as_of)


def _sees_each(view: CompiledView, rows: Rows, as_of: datetime) -> bool:
    seen = _visible_to_any(view, rows, as_of)
    return all(seen[reference.source] for reference in view.definition.sources)


def _bare(view: CompiledView, rows: Rows, schemas: dict[str, pa.Schema], as_of: datetime) -> Answers:
    """Run the text as it was written, over tables that hold the visible rows only."""
    with duckdb.connect() as connection:
        connection.execute(f"CREATE MACRO as_of() AS TIMESTAMP '{as_of}'")
        for reference in view.definition.sources:
            source = view.source(reference.source)
            seen = [row for row in rows[source.name] if is_visible(row, view, source, as_of, reference.lookback)]
            kept = newest_of_each_key(seen, source) if source.kind == "state" else seen
            connection.register(reference.alias, pa.Table.from_pylist(kept, schemas[source.name]))
        return _answers(view, connection.sql(view.definition.sql).to_arrow_table().to_pylist())


def _rounded(value: Any) -> Any:
    """Forgive the last bits of an average and the width of numbers; a division by zero is NULL here, in the bare engine it is not."""
    if value in (math.inf, -math.inf, "NaN"):
        return None
    if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
        return float(f"{value:.12g}")
    return value


def test_the_corpus_is_found() -> None:
    assert len(COMPILED) >= 60
    assert len(WITH_ONE_BARE_ANSWER) >= 50
