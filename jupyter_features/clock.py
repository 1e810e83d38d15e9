"""The one place that knows what time it is; replaced in tests and replays."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from jupyter_features.errors import InvalidArgumentError

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """Read the wall clock: an aware UTC instant in microseconds."""
    return datetime.now(UTC)


def fixed_clock(instant: datetime) -> Clock:
    """Make a clock that always shows `instant`."""
    return lambda: instant


def to_utc(instant: datetime) -> datetime:
    """Convert to an aware UTC instant; a naive one is taken as UTC."""
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)


def parse_instant(text: str) -> datetime:
    """Read an ISO 8601 instant such as `1998-07-01` or `1998-07-01T12:00+02:00`; naive means UTC.

    Raises
    ------
    InvalidArgumentError
        If the text is not an instant.
    """
    try:
        return to_utc(datetime.fromisoformat(text.strip()))
    except ValueError as error:
        raise InvalidArgumentError(f"{text!r} is not an instant.", hint="Write it like 1998-07-01 or 1998-07-01T12:00:00+00:00.") from error


def format_instant(instant: datetime) -> str:
    """Write an instant the short way: no time at midnight UTC, no fraction when it is zero."""
    utc = to_utc(instant)
    if utc.hour == utc.minute == utc.second == utc.microsecond == 0:
        return utc.strftime("%Y-%m-%d")
    pattern = "%Y-%m-%d %H:%M:%S" if utc.microsecond == 0 else "%Y-%m-%d %H:%M:%S.%f"
    return utc.strftime(pattern) + " UTC"
