from datetime import timedelta

import pytest

from jupyter_features.definitions.lookback import format_length, parse_length
from jupyter_features.errors import InvalidArgumentError


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("90d", timedelta(days=90)),
        ("2w", timedelta(days=14)),
        ("12h", timedelta(hours=12)),
        ("30m", timedelta(minutes=30)),
        ("45s", timedelta(seconds=45)),
    ],
)
def test_a_length_is_a_number_and_a_unit(text: str, length: timedelta) -> None:
    assert parse_length(text) == length
    assert parse_length(format_length(length)) == length


@pytest.mark.parametrize("text", ["", "90", "d", "90 days", "-1d", "0d", "1.5h"])
def test_anything_else_is_no_length(text: str) -> None:
    with pytest.raises(InvalidArgumentError, match="is not a length of time"):
        parse_length(text)
