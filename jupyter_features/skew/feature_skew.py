"""The answer for one feature: how many rows agree, how far the population moved, and which rows differ most."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from jupyter_features.skew.drift import Drift
from jupyter_features.skew.histogram import SharedHistogram
from jupyter_features.skew.parity import ParityCounts

Verdict = Literal["pass", "skew", "no_overlap"]


class WorstRow(Struct, frozen=True, kw_only=True):
    """One row that does not match, as text that loses no digit.

    Parameters
    ----------
    keys
        Values of the join keys in the entity's order.
    as_of
        The instant, UTC.
    parity_class
        Why the row does not match, one of `CLASSES`.
    notebook, production
        The values; `(no row)` where a side has none.
    difference
        Production minus notebook; empty where that has no meaning.
    """

    keys: tuple[str, ...]
    as_of: str
    parity_class: str
    notebook: str
    production: str
    difference: str


class FeatureSkew(Struct, frozen=True, kw_only=True):
    """Parity and drift of one feature.

    Parameters
    ----------
    counts
        Rows per parity class.
    match_rate, strict_rate
        Share of rows that match, with and without the tolerance; None when the verdict is `no_overlap`, because a rate
        over rows that never met would say nothing.
    interval
        Wilson 95% interval of `match_rate`; None when that is None.
    drift
        None when a side has no rows.
    histogram
        Both sides in the same bins, for drawing.
    worst
        At most 10 rows: at least one of each class that is not a match, value mismatches by size.
    verdict
        `pass` if `match_rate` reaches the report's threshold, `no_overlap` if no key and instant is on both sides.
    """

    feature: str
    dtype: str
    counts: ParityCounts
    match_rate: float | None
    strict_rate: float | None
    interval: tuple[float, float] | None
    drift: Drift | None
    histogram: SharedHistogram
    worst: tuple[WorstRow, ...]
    verdict: Verdict

    @property
    def n(self) -> int:
        """Number of rows of both sides joined."""
        return self.counts.n


def format_rate(rate: float | None) -> str:
    """Write a share as a percentage that never rounds to 0% or 100% unless it is; a dash for None."""
    if rate is None:
        return "-"
    if rate in (0, 1):
        return f"{rate:.0%}"
    return f"{min(max(rate * 100, 0.01), 99.99):.2f}%"


def format_interval(interval: tuple[float, float] | None) -> str:
    """Write an interval of shares in percent; a dash for None."""
    return "-" if interval is None else f"{format_rate(interval[0]).removesuffix('%')} to {format_rate(interval[1])}"
