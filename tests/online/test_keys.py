from __future__ import annotations

import math
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_features.errors import InvalidArgumentError
from jupyter_features.online.keys import entity_text

KEYS = st.tuples(st.integers(-(2**63), 2**63 - 1) | st.booleans() | st.text(st.characters(exclude_categories=["Cs"])), st.text("a\",[]\\'"))


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ((12347,), "[12347]"),
        (("12347",), '["12347"]'),
        ((True,), "[true]"),
        ((date(1998, 7, 1),), '["1998-07-01"]'),
        ((datetime.fromisoformat("1998-07-01"),), '["1998-07-01"]'),
        ((12347, "GB"), '[12347,"GB"]'),
        (("a,b", 'c"d'), '["a,b","c\\"d"]'),
        ((2**63 - 1, -(2**63)), "[9223372036854775807,-9223372036854775808]"),
        (("ü",), '["ü"]'),
        ((), "[]"),
    ],
)
def test_key_is_written_as_a_json_list(values: tuple[object, ...], text: str) -> None:
    assert entity_text(values) == text


@pytest.mark.parametrize("values", [(None,), (1, None), (None, "GB")])
def test_null_is_no_key(values: tuple[object, ...]) -> None:
    assert entity_text(values) is None


@given(KEYS, KEYS)
def test_two_keys_share_a_text_only_if_they_are_the_same(one: tuple[object, str], other: tuple[object, str]) -> None:
    same = one == other and type(one[0]) is type(other[0])  # in Python True == 1

    assert (entity_text(one) == entity_text(other)) == same


@pytest.mark.parametrize("value", [1.0, math.nan, b"x", datetime.fromisoformat("1998-07-01T12:00"), "\ud800", object()])
def test_value_that_is_no_key_is_refused(value: object) -> None:
    with pytest.raises(InvalidArgumentError, match="cannot be join key values"):
        entity_text((value,))
