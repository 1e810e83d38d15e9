"""The instant of a first look: just after the newest row, so that old data shows something."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from jupyter_features.definitions.source import Source
from jupyter_features.engines.duckdb.engine import DuckDBEngine

ANY_INSTANT = datetime(2000, 1, 1)  # noqa: DTZ001  # static rows are visible at any instant; the engine takes naive UTC


def newest_instant(sources: Sequence[Source], engine: DuckDBEngine) -> datetime | None:
    """Give the microsecond after the newest event timestamp of some sources, naive UTC; None if there is none."""
    newest = [instant for source in sources if (instant := engine.newest(source)) is not None]
    return max(newest).astimezone(UTC).replace(tzinfo=None) + timedelta(microseconds=1) if newest else None
