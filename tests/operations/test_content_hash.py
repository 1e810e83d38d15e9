from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_features.operations.content_hash import ContentHash

TABLE = pa.table(
    {
        "whole": pa.array([1, None, 3, 4], pa.int32()),
        "real": [1.5, float("nan"), None, -0.0],
        "text": ["a", "", None, "bü"],
        "flag": [True, None, False, True],
        "day": [date(1998, 1, 1), None, date(1969, 12, 31), date(1970, 1, 1)],
        "at": pa.array([datetime(1998, 1, 1), None, None, datetime(1969, 1, 1)], pa.timestamp("us", "Europe/Berlin")),
        "money": pa.array([Decimal("1.10"), None, Decimal("-2.00"), Decimal("0.00")], pa.decimal128(9, 2)),
    }
)


def hashed(*tables: pa.Table) -> str:
    content = ContentHash()
    for table in tables:
        content.update(table)
    return content.hexdigest()


@given(cuts=st.lists(st.integers(0, 4), max_size=4).map(sorted))
def test_the_hash_does_not_depend_on_where_chunks_begin(cuts: list[int]) -> None:
    bounds = [0, *cuts, 4]
    pieces = [TABLE.slice(start, stop - start) for start, stop in pairwise(bounds)]
    assert hashed(*pieces) == hashed(pa.concat_tables(pieces)) == hashed(pa.concat_tables(pieces).combine_chunks()) == hashed(TABLE)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (pa.array([1, 2]), pa.array([2, 1])),
        (pa.array([1, 2]), pa.array([1, 2], pa.int32())),
        (pa.array([0, 1]), pa.array([None, 1])),
        (pa.array(["", "a"]), pa.array([None, "a"])),
        (pa.array(["ab", "c"]), pa.array(["a", "bc"])),
        (pa.array([float("nan")]), pa.array([None], pa.float64())),
        (pa.array([False]), pa.array([None], pa.bool_())),
        (pa.array([0], pa.timestamp("us")), pa.array([0], pa.timestamp("us", "UTC"))),
    ],
)
def test_another_value_null_or_type_is_another_hash(left: pa.Array, right: pa.Array) -> None:
    assert hashed(pa.table({"f": left})) != hashed(pa.table({"f": right}))


def test_another_name_or_order_of_columns_is_another_hash() -> None:
    one = pa.array([1])
    tables = [pa.table({"a": one, "b": one}), pa.table({"b": one, "a": one}), pa.table({"a": one, "c": one})]
    assert hashed(tables[0]) != hashed(tables[2])
    assert hashed(tables[0]) != hashed(tables[1])


def test_what_lies_under_a_null_does_not_count() -> None:
    buffers = pa.array([7, 8, 9]).buffers()
    mask = pa.array([True, False, True]).buffers()[1]
    hidden = pa.Array.from_buffers(pa.int64(), 3, [mask, buffers[1]])
    assert hashed(pa.table({"f": hidden})) == hashed(pa.table({"f": pa.array([7, None, 9])}))


def test_columns_are_described_one_by_one() -> None:
    content = ContentHash()
    content.update(TABLE)
    assert (content.columns()["real"]["dtype"], content.columns()["real"]["nulls"]) == ("double", 1)
    assert len({column["sha256"] for column in content.columns().values()}) == 7
