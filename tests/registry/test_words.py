"""The words of a query."""

from __future__ import annotations

import pytest

from jupyter_features.registry.words import singular


@pytest.mark.parametrize(
    ("word", "expected"),
    [("customers", "customer"), ("customer", "customer"), ("loss", "loss"), ("gas", "gas"), ("customer_orders", "customer_orders")],
)
def test_the_s_of_a_plural_is_left_out(word: str, expected: str) -> None:
    assert singular(word) == expected
