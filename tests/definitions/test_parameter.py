"""A parameter's text is read as SQL reads it."""

from __future__ import annotations

import pytest

from jupyter_features.definitions.parameter import parse_parameter
from jupyter_features.errors import InvalidArgumentError


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("minimum DOUBLE = 10", "10"),
        ("channel VARCHAR = web", "web"),
        ("channel VARCHAR = ' web '", " web "),
        ("name VARCHAR = 'O''Brien'", "O'Brien"),
        ("name VARCHAR = ''", ""),
        ("name VARCHAR = ''''", "'"),
        ("since TIMESTAMP = '1998-01-01 10:00:00'", "1998-01-01 10:00:00"),
    ],
)
def test_quotes_hold_a_text_as_it_is(text: str, value: str) -> None:
    assert parse_parameter(text).value == value


@pytest.mark.parametrize("text", ["", "minimum", "minimum DOUBLE", "minimum DOUBLE =", "minimum BLOB = 1"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(InvalidArgumentError):
        parse_parameter(text)
