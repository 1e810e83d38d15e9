from collections import Counter
from typing import Any

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from jupyter_features.skew.alignment import align

KEYS = st.lists(st.tuples(st.sampled_from([None, 1, 2, 3]), st.sampled_from([None, "a", "b"])), max_size=12)


def keys(rows: list[tuple[int | None, str | None]]) -> Any:
    return pa.table({"number": pa.array([row[0] for row in rows], pa.int64()), "text": pa.array([row[1] for row in rows], pa.string())})


def test_rows_of_both_sides_stand_beside_each_other_in_key_order() -> None:
    alignment = align(keys([(2, "a"), (1, "b")]), keys([(1, "b"), (3, "a"), (None, "a")]))
    assert alignment.notebook.tolist() == [1, 0, -1, -1]
    assert alignment.production.tolist() == [0, -1, 1, 2]
    assert alignment.duplicate.tolist() == [False] * 4


def test_duplicates_are_paired_once_and_never_multiplied() -> None:
    alignment = align(keys([(1, "a")] * 3), keys([(1, "a")] * 2))
    assert alignment.notebook.tolist() == [0, 1, 2]
    assert alignment.production.tolist() == [0, 1, -1]
    assert alignment.duplicate.tolist() == [True] * 3


def test_taking_a_column_gives_null_where_a_side_has_no_row() -> None:
    alignment = align(keys([(1, "a")]), keys([(2, "a")]))
    left, right = alignment.take(pa.array([10]), pa.array([20]))
    assert (left.to_pylist(), right.to_pylist()) == ([10, None], [None, 20])


def test_two_empty_tables_align_to_nothing() -> None:
    assert align(keys([]), keys([])).notebook.tolist() == []


@given(KEYS, KEYS)
def test_every_row_stands_once_beside_a_row_of_its_own_key(left: list[Any], right: list[Any]) -> None:
    alignment = align(keys(left), keys(right))
    assert sorted(row for row in alignment.notebook if row >= 0) == list(range(len(left)))
    assert sorted(row for row in alignment.production if row >= 0) == list(range(len(right)))
    pairs = [(left[a] if a >= 0 else right[b], a >= 0, b >= 0) for a, b in zip(alignment.notebook, alignment.production, strict=True)]
    assert all(left[a] == right[b] for a, b in zip(alignment.notebook, alignment.production, strict=True) if a >= 0 and b >= 0)
    assert Counter(key for key, _, _ in pairs) == Counter(left) | Counter(right)
    repeated = [max(left.count(key), right.count(key)) > 1 for key, _, _ in pairs]
    assert alignment.duplicate.tolist() == repeated
