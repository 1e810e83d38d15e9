"""Lengths of time as people write them: `90d`, `12h`, `30m`, `2w`."""

from __future__ import annotations

import re
from datetime import timedelta

from jupyter_features.errors import InvalidArgumentError

_UNITS = {"s": timedelta(seconds=1), "m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_LENGTH = re.compile(r"(\d{1,6})\s*([smhdw])\Z")


def parse_length(text: str) -> timedelta:
    """Read a length of time.

    Parameters
    ----------
    text
        A whole number and a unit: s, m (minutes), h, d or w.

    Raises
    ------
    InvalidArgumentError
        If the text has another form or the length is zero.
    """
    match = _LENGTH.match(text.strip())
    length = int(match[1]) * _UNITS[match[2]] if match else timedelta()
    if not length:
        raise InvalidArgumentError(f"{text!r} is not a length of time.", hint="Write it like 90d, 12h, 30m or 2w.")
    return length


def format_length(length: timedelta) -> str:
    """Write a length in the largest unit that holds it whole; the inverse of `parse_length`.

    Weeks are written as days, because people think of windows in days.
    """
    for unit in ("d", "h", "m"):
        if length % _UNITS[unit] == timedelta():
            return f"{length // _UNITS[unit]}{unit}"
    return f"{length // _UNITS['s']}s"
