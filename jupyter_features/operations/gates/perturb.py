"""Perturb: give rows other values, and times further away from an instant."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from jupyter_features.definitions.source import Source

_DAY = 86_400_000_000
_FAR = 2**61
_NULL_EVERY = 5


def other_values(source: Source, rows: pa.Table) -> pa.Table:
    """Change every value but join keys and clocks.

    Numbers move and keep their sign, so that no logarithm fails; texts become others of their column, so that a cast still
    works; every fifth value becomes NULL, and NULLs become values. Join keys stay, because changing them is deleting a row
    here and adding one there.

    Returns
    -------
    pa.Table
        Same shape and schema.
    """
    kept = {*source.key_columns, *_clocks(source)}
    columns = [
        rows.column(name) if name in kept else _other_column(rows.column(name), offset=place)
        for place, name in enumerate(rows.column_names)
    ]
    return pa.table(columns, schema=rows.schema)


def further_away(source: Source, rows: pa.Table, instant: datetime) -> pa.Table:
    """Move what is later than an instant (naive UTC) up, and what is earlier down, by whole days; NULL stays NULL."""
    for name in _clocks(source):
        rows = rows.set_column(rows.column_names.index(name), rows.schema.field(name), _moved(rows.column(name), instant))
    return rows


def mixed(mask: pa.BooleanArray, chosen: pa.Table, otherwise: pa.Table) -> pa.Table:
    """Take rows of one table where the mask is true, of another of the same shape where it is false."""
    columns = [pc.if_else(mask, *pair) for pair in zip(chosen.columns, otherwise.columns, strict=True)]
    return pa.table(columns, schema=chosen.schema)


def _clocks(source: Source) -> list[str]:
    return [clock for clock in (source.event_timestamp, source.arrival) if clock]


def _moved(column: pa.ChunkedArray, instant: datetime) -> pa.Array:
    micros = pc.fill_null(column.cast(pa.timestamp("us")).cast(pa.int64()), 0).to_numpy()
    days = _DAY * (1 + np.arange(len(micros)) % 40)
    later = micros >= np.datetime64(instant, "us").astype(np.int64)
    moved = np.where(np.abs(micros) > _FAR, micros, micros + np.where(later, days, -days))
    return pa.array(moved, pa.int64(), mask=pc.is_null(column).to_numpy()).cast(pa.timestamp("us")).cast(column.type)


def _other_column(column: pa.ChunkedArray, *, offset: int) -> pa.Array:
    values = column.to_pylist()
    known = list(dict.fromkeys(value for value in values if isinstance(value, str)))
    next_text = dict(zip(known, [*known[1:], *known[:1]], strict=True)) if len(known) > 1 else {}
    first = next((value for value in values if value is not None), None)
    changed = [
        None if (place + offset) % _NULL_EVERY == 0 and value is not None else _other_value(value, first, next_text)
        for place, value in enumerate(values)
    ]
    return _fitting(changed, values, column.type)


def _other_value(value: object, first: object, next_text: dict[str, str]) -> object:
    if value is None:
        return first
    if isinstance(value, bool):
        return not value
    if isinstance(value, str):
        return next_text.get(value, f"{value}~")
    if isinstance(value, float):
        return value * 3 + (7 if value >= 0 else -7) if abs(value) < 1e300 else 1.0
    if isinstance(value, (int, Decimal)):
        return value * 3 + (7 if value >= 0 else -7)
    if isinstance(value, date):
        return value + timedelta(days=400) if value.year < 9000 else value - timedelta(days=400)
    return None


def _fitting(changed: Sequence[object], values: Sequence[object], dtype: pa.DataType) -> pa.Array:
    """Build the column; a number that its type cannot hold is halved instead."""
    try:
        return pa.array(changed, dtype)
    except (pa.ArrowInvalid, OverflowError):
        return pa.array([_halved(new, old, dtype) for new, old in zip(changed, values, strict=True)], dtype)


def _halved(new: object, old: object, dtype: pa.DataType) -> object:
    try:
        pa.scalar(new, dtype)
    except (pa.ArrowInvalid, OverflowError):
        return int(old) // 2 if isinstance(old, (int, Decimal)) else old
    return new
