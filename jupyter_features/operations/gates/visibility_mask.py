"""Which rows of a table may be seen at an instant, said without SQL: a second opinion on the compiler's."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from jupyter_features.definitions.source import Source


def visible_mask(
    source: Source, rows: pa.Table, instant: datetime, lookback: timedelta | None, *, is_keyed: bool = True
) -> pa.BooleanArray:
    """Tell of each row whether it may be seen at an instant (naive UTC); never NULL.

    Parameters
    ----------
    is_keyed
        Whether a join key picks the rows; a row without one is nobody's then, as is a state row without its key.
    """
    mask = pa.array(np.ones(rows.num_rows, dtype=bool))
    for key in source.key_columns if is_keyed or source.kind == "state" else ():
        mask = pc.and_(mask, pc.is_valid(rows.column(key)))
    if source.event_timestamp is not None:
        before = pc.less if source.kind == "events" and not source.inclusive else pc.less_equal
        happened = rows.column(source.event_timestamp)
        mask = pc.and_(mask, before(happened, pa.scalar(instant, happened.type)))
        if lookback is not None:
            mask = pc.and_(mask, _at_least(happened, instant, lookback))
        if source.arrival is not None:
            arrived = rows.column(source.arrival)
            mask = pc.and_(mask, before(arrived, pa.scalar(instant, arrived.type)))
    mask = pc.fill_null(mask, False)
    return mask.combine_chunks() if isinstance(mask, pa.ChunkedArray) else mask


def _at_least(happened: pa.ChunkedArray, instant: datetime, lookback: timedelta) -> pa.ChunkedArray:
    try:
        return pc.greater_equal(happened, pa.scalar(instant - lookback, happened.type))
    except OverflowError:  # all of recorded history is younger than that
        return pc.is_valid(happened)
