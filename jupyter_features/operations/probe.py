"""Probe rows: real entities with made-up request values, to try an on-demand view on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import cycle, islice

import pyarrow as pa

from jupyter_features.definitions.feature_view import CompiledView
from jupyter_features.dtypes import INTEGERS, is_decimal, is_float
from jupyter_features.engines.duckdb.engine import DuckDBEngine
from jupyter_features.operations.arrow_types import arrow_type
from jupyter_features.operations.feature_rows import feature_rows
from jupyter_features.operations.newest_instant import ANY_INSTANT, newest_instant
from jupyter_features.operations.on_demand import input_types
from jupyter_features.operations.python_view import visible_keys
from jupyter_features.operations.resolve import ResolvedView, input_of

PROBE_ROWS = 40


def probe_rows(view: CompiledView, engine: DuckDBEngine, as_of: datetime, *, rows: int = PROBE_ROWS) -> pa.Table:
    """Make rows that an on-demand view can be asked about.

    Parameters
    ----------
    as_of
        Naive UTC.

    Returns
    -------
    pa.Table
        Join keys of entities that have rows at `as_of`, then request columns with made-up values, shape (rows, any).
    """
    item = ResolvedView(view, None, {}, ())
    columns: dict[str, pa.Array] = {}
    for each in view.inputs:
        renamed = input_of(item, each).keys
        found = visible_keys(each.view, engine, as_of, limit=rows)
        for key in each.view.entity.join_keys:
            values = found.column(key.name).to_pylist() or [None]
            columns.setdefault(renamed[key.name], pa.array(islice(cycle(values), rows), arrow_type(key.dtype)))
    for column in view.definition.request:
        values = _made_up(column.dtype)
        columns[column.name] = pa.array(islice(cycle(values), rows), arrow_type(column.dtype))
    return pa.table(columns)


def probe_inputs(view: CompiledView, engine: DuckDBEngine, *, rows: int = PROBE_ROWS) -> pa.Table:
    """Give what an on-demand view reads for its probe rows, in the types of `input_types`."""
    as_of = newest_instant(view.sources, engine) or ANY_INSTANT
    return inputs_of(view, probe_rows(view, engine, as_of, rows=rows), as_of, engine)


def inputs_of(view: CompiledView, rows: pa.Table, as_of: datetime, engine: DuckDBEngine) -> pa.Table:
    """Look up what an on-demand view reads for some rows at one instant (naive UTC)."""
    instants = pa.array([as_of] * rows.num_rows, pa.timestamp("us"))
    item = ResolvedView(view, None, {}, ())
    columns: dict[str, pa.ChunkedArray] = {}
    for each in view.inputs:
        found = feature_rows(input_of(item, each), rows, instants, engine).features
        columns |= {name: found.column(feature) for feature, name in each.outputs}
    columns |= {column.name: rows.column(column.name) for column in view.definition.request}
    return pa.table(columns).select([each.name for each in input_types(view.inputs, view.definition.request)])


def _made_up(dtype: str) -> Sequence[object]:
    if dtype in INTEGERS:
        return (1, 2, 3, 5, 8)
    if is_float(dtype):
        return (1.5, 20.0, 0.25, 100.0)
    if is_decimal(dtype):
        return (Decimal(1), Decimal(2), Decimal(5))
    made_up: dict[str, Sequence[object]] = {
        "BOOLEAN": (True, False),
        "VARCHAR": ("a", "b", "c"),
        "DATE": (date(2024, 1, 1), date(2024, 2, 29)),
        "TIMESTAMP": (datetime(2024, 1, 1), datetime(2024, 2, 29, 12)),  # noqa: DTZ001  # the engine takes naive UTC
    }
    return made_up[dtype]
