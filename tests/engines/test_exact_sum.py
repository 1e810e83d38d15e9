"""EXACT_SUM is the correctly rounded sum, whichever way the engine computes it and however its parts are put together."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest
from sqlglot import parse_one

from jupyter_features.engines.duckdb.engine import DuckDBEngine
from jupyter_features.engines.duckdb.exact_sum import lower

WHOLE = "SELECT g, EXACT_SUM(x) AS s FROM numbers GROUP BY g"
IN_PARTS = (
    "SELECT g, EXACT_TOTAL(EXACT_MERGE(part)) AS s FROM (SELECT g, EXACT_PART(x) AS part FROM numbers GROUP BY g, h) AS parts GROUP BY g"
)
OVER = "SELECT DISTINCT g, EXACT_SUM(x) OVER (PARTITION BY g) AS s FROM numbers"


@pytest.fixture(scope="module")
def engine() -> Iterator[DuckDBEngine]:
    engine = DuckDBEngine(Path())
    yield engine
    engine.close()


def _table(groups: list[list[float | None]]) -> pa.Table:
    rows = [(group, index % 3, number) for group, numbers in enumerate(groups) for index, number in enumerate(numbers)]
    columns = [[row[index] for row in rows] for index in range(3)]
    return pa.table([pa.array(columns[0]), pa.array(columns[1]), pa.array(columns[2], pa.float64())], names=["g", "h", "x"])


def _sums(engine: DuckDBEngine, query: str, way: str, groups: list[list[float | None]]) -> list[float | None]:
    lowered = lower(parse_one(query, read="duckdb"), way)
    found = engine.run(lowered, tables={"numbers": _table(groups)})
    return [row["s"] for row in found.sort_by("g").to_pylist()]


def _ordinary(dice: random.Random) -> list[float]:
    """Make numbers of a few magnitudes that cancel now and then."""
    kind = dice.randrange(4)
    if kind == 0:
        return [dice.randrange(10_000) / 100 for _ in range(5)]
    if kind == 1:
        return [dice.choice([-1, 1]) * math.ldexp(dice.uniform(0.5, 1), dice.randint(-20, 44)) for _ in range(5)]
    if kind == 2:
        return dice.sample([0.1, 0.2, 0.3, 1e13, -1e13, 7.0, 1e-8], 6)
    # Halves of the last bit, and a trace beside them: the cases in which rounding twice would show.
    size = dice.choice([1.0, 2.0**20, 2.0**40])
    return [dice.choice([-size, size]), dice.choice([-1, 1]) * math.ulp(size) / 2, dice.choice([-1, 0, 1]) * 2.0 ** dice.randint(-80, -60)]


@pytest.mark.parametrize("query", [WHOLE, IN_PARTS, OVER])
@pytest.mark.parametrize("way", ["narrow", "wide"])
def test_the_sum_is_correctly_rounded(engine: DuckDBEngine, way: str, query: str) -> None:
    dice = random.Random(1)
    groups = [_ordinary(dice) for _ in range(4000)]
    assert _sums(engine, query, way, groups) == [math.fsum(group) for group in groups]


@pytest.mark.parametrize("query", [WHOLE, IN_PARTS, OVER])
def test_the_wide_way_holds_what_the_narrow_one_does_not(engine: DuckDBEngine, query: str) -> None:
    dice = random.Random(2)
    groups = [[dice.choice([-1, 1]) * math.ldexp(dice.uniform(0.5, 1), dice.randint(-52, 60)) for _ in range(5)] for _ in range(4000)]
    assert _sums(engine, query, "wide", groups) == [math.fsum(group) for group in groups]


@pytest.mark.parametrize(
    ("numbers", "total"),
    [
        ([], None),
        ([None, None], None),
        ([None, 2.5], 2.5),
        ([1e16, 1.0, -1e16], 1.0),
        ([math.nan, 1.0], math.nan),
        ([math.inf, 1e300], math.inf),
        ([math.inf, -math.inf], math.nan),
        ([5e-324, 5e-324], 1e-323),
        # Too large for either way: -1e300, then 1, then 1e300.
        ([1e300, 1.0, -1e300], 0.0),
    ],
)
@pytest.mark.parametrize("query", [WHOLE, IN_PARTS, OVER])
def test_the_engine_finds_the_way_that_fits(engine: DuckDBEngine, query: str, numbers: list[float | None], total: float | None) -> None:
    found = (
        engine.run(parse_one(query, read="duckdb"), tables={"numbers": _table([numbers, [0.1, 0.2]])}).sort_by("g").column("s").to_pylist()
    )
    expected = [total, math.fsum([0.1, 0.2])] if numbers else [math.fsum([0.1, 0.2])]
    assert repr(found) == repr(expected)


def test_a_filter_and_a_window_bound_every_part(engine: DuckDBEngine) -> None:
    query = "SELECT g, EXACT_SUM(x) FILTER (WHERE h = 0) OVER (PARTITION BY g) AS s FROM numbers"
    for way in ("narrow", "wide"):
        assert _sums(engine, query, way, [[0.1, 5.0, 7.0, 0.2]]) == [0.1 + 0.2] * 4


def test_one_sum_inside_another_is_lowered_too(engine: DuckDBEngine) -> None:
    query = "SELECT g, EXACT_SUM(EXACT_SUM(x)) OVER (PARTITION BY 1) AS s FROM numbers GROUP BY g"
    for way in ("narrow", "wide"):
        assert _sums(engine, query, way, [[0.5, 0.25], [2.0]]) == [2.75, 2.75]


@pytest.mark.parametrize("numbers", [[0.1, 0.2, 0.7], [1e30, 1.0], [math.inf, 1.0], [1e16, 1.0, -1e16]])
def test_a_sum_decides_which_groups_count(engine: DuckDBEngine, numbers: list[float]) -> None:
    # The columns bear the names that the engine's own text uses inside.
    query = (
        "SELECT w AS g, EXACT_SUM(x) AS s FROM (SELECT g AS w, g AS n, h AS p, x FROM numbers) AS t GROUP BY w HAVING EXACT_SUM(x) > 0.5"
    )
    found = engine.run(parse_one(query, read="duckdb"), tables={"numbers": _table([numbers, [0.25]])}).to_pylist()
    total = math.fsum(numbers)
    assert found == ([{"g": 0, "s": total}] if total > 0.5 else [])


def test_a_narrow_float_is_added_as_a_double(engine: DuckDBEngine) -> None:
    table = pa.table({"g": [1, 1], "h": [0, 0], "x": pa.array([0.1, 0.2], pa.float32())})
    found = engine.run(parse_one(WHOLE, read="duckdb"), tables={"numbers": table}).to_pylist()
    assert found == [{"g": 1, "s": sum(table.column("x").cast(pa.float64()).to_pylist())}]
