import math
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_features.errors import ComparisonError, InvalidArgumentError
from jupyter_features.skew.parity import CLASSES, ParityCounts, Tolerance, classify

INFINITY = float("inf")


def classes_of(
    notebook: Any,
    production: Any,
    *,
    in_notebook: list[bool] | None = None,
    in_production: list[bool] | None = None,
    duplicate: list[bool] | None = None,
) -> list[str]:
    n = len(notebook)
    table = pa.table(
        {
            "notebook": notebook,
            "production": production,
            "in_notebook": in_notebook or [True] * n,
            "in_production": in_production or [True] * n,
            "duplicate": duplicate or [False] * n,
        }
    )
    return [CLASSES[code] for code in classify(table, feature="spend", tolerance=Tolerance()).codes]


def one(notebook: Any, production: Any, dtype: Any = None) -> str:
    dtype = dtype or pa.float64()
    return classes_of(pa.array([notebook], dtype), pa.array([production], dtype))[0]


def test_a_row_is_in_the_class_that_its_values_and_sides_say() -> None:
    notebook = pa.array([1.0, 1.0, 1.0, None, 1.0, None, 1.0], pa.float64())
    production = pa.array([1.0, 2.0, None, 1.0, None, 1.0, 1.0], pa.float64())
    found = classes_of(
        notebook,
        production,
        in_notebook=[True, True, True, True, True, False, True],
        in_production=[True, True, True, True, False, True, True],
        duplicate=[False, False, False, False, False, False, True],
    )
    assert found == list(CLASSES)


def test_two_nulls_match() -> None:
    assert one(None, None) == "match"


def test_a_production_row_equal_to_the_served_default_matches_without_a_notebook_row() -> None:
    found = classes_of(pa.array([0, 0]), pa.array([0, 5]), in_notebook=[False, False])
    assert found == ["match", "missing_in_notebook"]


def test_a_null_in_the_notebook_where_production_has_no_row_is_still_missing() -> None:
    assert classes_of(pa.array([None], pa.float64()), pa.array([None], pa.float64()), in_production=[False]) == ["missing_in_production"]


@pytest.mark.parametrize(
    ("notebook", "production", "expected"),
    [
        (1_000_000.0, 1_000_001.0, "match"),  # 1 <= 1e-6 * 1000001
        (1_000_000.0, 1_000_001.1, "value_mismatch"),  # 1.1 > 1e-6 * 1000001.1
        (0.0, 1e-9, "match"),  # 1e-9 <= 1e-9
        (0.0, 1.1e-9, "value_mismatch"),
        (-1.0, 1.0, "value_mismatch"),
        (0.0, -0.0, "match"),
        (math.nan, math.nan, "match"),
        (math.nan, 1.0, "value_mismatch"),
        (math.nan, None, "null_in_production"),
        (INFINITY, INFINITY, "match"),
        (INFINITY, -INFINITY, "value_mismatch"),
        (INFINITY, 1e308, "value_mismatch"),
        (1.7e308, -1.7e308, "value_mismatch"),  # the difference overflows
    ],
)
def test_floats_match_up_to_the_border_of_the_tolerance(notebook: float, production: float | None, expected: str) -> None:
    assert one(notebook, production) == expected


def test_a_float32_matches_the_double_it_was_rounded_from() -> None:
    assert classes_of(pa.array([0.1], pa.float64()), pa.array([0.1], pa.float32())) == ["match"]


@pytest.mark.parametrize(
    ("dtype", "notebook", "production"),
    [
        (pa.int64(), 9_007_199_254_740_993, 9_007_199_254_740_992),  # one apart above 2**53, where floats cannot tell
        (pa.decimal128(20, 10), Decimal("1.0000000001"), Decimal("1.0000000002")),
        (pa.string(), "Ünited", "United"),
        (pa.date32(), date(1998, 1, 1), date(1998, 1, 2)),
        (pa.bool_(), True, False),
        (pa.timestamp("us"), datetime(1998, 1, 1, 0, 0, 0, 1), datetime(1998, 1, 1)),  # naive columns
    ],
)
def test_everything_but_floats_is_compared_exactly(dtype: Any, notebook: object, production: object) -> None:
    assert one(notebook, production, dtype) == "value_mismatch"
    assert one(notebook, notebook, dtype) == "match"


def test_numbers_of_different_exact_types_compare_exactly() -> None:
    assert classes_of(pa.array([2**63 - 1], pa.int64()), pa.array([2**63], pa.uint64())) == ["value_mismatch"]
    assert classes_of(pa.array([3], pa.int64()), pa.array([Decimal("3.00")], pa.decimal128(5, 2))) == ["match"]
    assert classes_of(pa.array([Decimal("1e-38")], pa.decimal128(38, 38)), pa.array([Decimal(1)], pa.decimal128(38, 0))) == [
        "value_mismatch"
    ]


def test_an_integer_and_a_float_compare_as_floats() -> None:
    assert classes_of(pa.array([3, 3], pa.int64()), pa.array([3.0, 3.5])) == ["match", "value_mismatch"]


def test_text_is_the_same_text_in_every_arrow_spelling() -> None:
    for dtype in (pa.string(), pa.large_string(), pa.dictionary(pa.int32(), pa.string())):
        assert classes_of(pa.array(["UK", None], pa.string()), pa.array(["UK", "UK"]).cast(dtype)) == ["match", "null_in_notebook"]


def test_a_column_without_any_value_goes_with_every_type() -> None:
    assert classes_of(pa.array(["UK", None]), pa.nulls(2)) == ["null_in_production", "match"]
    assert classes_of(pa.nulls(1), pa.nulls(1)) == ["match"]


@pytest.mark.parametrize(
    ("notebook", "production"), [(pa.array(["1"]), pa.array([1])), (pa.array([True]), pa.array([1.0])), (pa.array([[1]]), pa.array([1]))]
)
def test_types_without_common_ground_are_refused_by_both_names(notebook: Any, production: Any) -> None:
    with pytest.raises(ComparisonError) as caught:
        classes_of(notebook, production)
    assert f"'spend' is {notebook.type} in the notebook and {production.type} in production" in str(caught.value)


def test_the_strict_rows_are_those_that_match_without_tolerance() -> None:
    table = pa.table(
        {
            "notebook": [1.0, 1.0, math.nan, 1.0, 1.0],
            "production": [1.0, 1.0 + 1e-8, math.nan, 1.0, None],
            "in_notebook": [True] * 5,
            "in_production": [True] * 4 + [False],
            "duplicate": [False, False, False, True, False],
        }
    )
    parity = classify(table, feature="spend", tolerance=Tolerance())
    assert parity.strict.tolist() == [True, False, True, False, False]
    assert parity.counts() == ParityCounts(match=3, duplicate_key=1, missing_in_production=1)
    assert parity.joined == 4


def test_no_tolerance_at_all_is_the_strict_comparison() -> None:
    table = pa.table({"notebook": [1.0], "production": [1.0 + 1e-12], "in_notebook": [True], "in_production": [True], "duplicate": [False]})
    assert classify(table, feature="spend", tolerance=Tolerance(rel=0, abs=0)).counts() == ParityCounts(value_mismatch=1)


@pytest.mark.parametrize("bounds", [{"rel": -1e-6}, {"abs": math.nan}, {"rel": INFINITY}])
def test_a_tolerance_that_is_no_distance_is_refused(bounds: dict[str, float]) -> None:
    with pytest.raises(InvalidArgumentError, match="Tolerance"):
        Tolerance(**bounds)


def test_the_largest_fault_is_the_class_with_most_rows_and_none_when_all_match() -> None:
    assert ParityCounts(match=90, null_in_production=2, duplicate_key=7).largest_fault() == ("duplicate_key", 7)
    assert ParityCounts(match=90).largest_fault() is None


def brute_force(notebook: float | None, production: float | None, in_notebook: bool, in_production: bool, duplicate: bool) -> str:
    if duplicate:
        return "duplicate_key"
    if not in_production:
        return "missing_in_production"
    if notebook is None or production is None:
        same = notebook is production
    elif math.isnan(notebook) or math.isnan(production):
        same = math.isnan(notebook) and math.isnan(production)
    else:
        near = abs(notebook - production) <= max(1e-9, 1e-6 * max(abs(notebook), abs(production)))
        same = notebook == production or (math.isfinite(notebook) and math.isfinite(production) and near)
    if same:
        return "match"
    if not in_notebook:
        return "missing_in_notebook"
    return "null_in_production" if production is None else "null_in_notebook" if notebook is None else "value_mismatch"


VALUES = st.none() | st.sampled_from([0.0, -0.0, 1.0, 1.0000005, 1e9, INFINITY, -INFINITY, math.nan]) | st.floats()


@given(st.lists(st.tuples(VALUES, VALUES, st.booleans(), st.booleans(), st.booleans())))
def test_every_row_is_in_the_one_class_that_brute_force_gives(rows: list[tuple[float | None, float | None, bool, bool, bool]]) -> None:
    columns = list(zip(*rows, strict=True)) or [()] * 5
    names = ("notebook", "production", "in_notebook", "in_production", "duplicate")
    types = (pa.float64(), pa.float64(), pa.bool_(), pa.bool_(), pa.bool_())
    table = pa.table({name: pa.array(column, dtype) for name, column, dtype in zip(names, columns, types, strict=True)})
    parity = classify(table, feature="spend", tolerance=Tolerance())
    assert [CLASSES[code] for code in parity.codes] == [brute_force(*row) for row in rows]
    assert parity.counts().n == len(rows)
