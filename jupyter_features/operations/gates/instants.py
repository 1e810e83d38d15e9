"""The instants to ask at: at events themselves and one lookback after them, because boundaries are where leaks show."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import numpy as np
import pyarrow as pa

from jupyter_features.definitions.feature_view import CompiledView
from jupyter_features.definitions.source import Source
from jupyter_features.definitions.source_reference import SourceReference
from jupyter_features.operations.newest_instant import ANY_INSTANT

_TICK = timedelta(microseconds=1)
_MOST = 6
_FIRST, _LAST = np.datetime64("0001-01-02", "us"), np.datetime64("9999-12-30", "us")


def choose_instants(view: CompiledView, rows: Mapping[str, pa.Table]) -> list[datetime]:
    """Choose at most 6 instants (naive UTC, sorted) by the rows of each reference.

    At an event and at an arrival themselves, where `<` and `<=` differ; at one lookback after an event and just after
    that, where it leaves the window; and just after the newest row.
    """
    chosen: dict[datetime, None] = {}
    for reference in view.definition.sources:
        chosen |= dict.fromkeys(_of_reference(reference, view.source(reference.source), rows[reference.alias]))
    return sorted(list(chosen)[:_MOST]) or [ANY_INSTANT]


def _of_reference(reference: SourceReference, source: Source, rows: pa.Table) -> list[datetime]:
    happened = _instants(source.event_timestamp, rows)
    if not happened:
        return []
    middle = happened[len(happened) // 2]
    chosen = [middle, happened[len(happened) // 4], _after(happened[-1], _TICK)]
    if reference.lookback is not None:
        chosen += [_after(middle, reference.lookback), _after(middle, reference.lookback + _TICK)]
    arrived = _instants(source.arrival, rows)
    return [*chosen, *arrived[len(arrived) // 2 :][:1]]


def _instants(name: str | None, rows: pa.Table) -> list[datetime]:
    """Give the different instants of a column, sorted; those that Python cannot write are left out."""
    if name is None:
        return []
    found = np.unique(rows.column(name).drop_null().cast(pa.timestamp("us")).to_numpy().astype("datetime64[us]"))
    instants: list[datetime] = found[(found >= _FIRST) & (found <= _LAST)].tolist()
    return instants


def _after(instant: datetime, length: timedelta) -> datetime:
    try:
        return instant + length
    except OverflowError:
        return instant
