"""A first look at a definition: its values for some real rows."""

from __future__ import annotations

from datetime import UTC, datetime

import pyarrow as pa

from jupyter_features.clock import to_utc
from jupyter_features.definitions.feature_view import CompiledView
from jupyter_features.engines.duckdb.engine import DuckDBEngine
from jupyter_features.operations.evaluate import at_instant
from jupyter_features.operations.on_demand import on_demand
from jupyter_features.operations.probe import inputs_of, probe_rows
from jupyter_features.operations.python_view import visible_keys

PYTHON_ENTITIES = 1_000


def first_look(view: CompiledView, engine: DuckDBEngine, as_of: datetime) -> pa.Table:
    """Compute a view at one instant for rows to look at.

    Parameters
    ----------
    as_of
        Naive means UTC.

    Returns
    -------
    pa.Table
        Join keys and features of every entity; of the first 1,000 if a function is called for each; of probe rows, with
        their made-up request columns between, if the view is on-demand.
    """
    instant = to_utc(as_of).astimezone(UTC).replace(tzinfo=None)
    if view.definition.is_on_demand:
        rows = probe_rows(view, engine, instant)
        features = on_demand(view, inputs_of(view, rows, instant, engine), engine)
        return pa.table([*rows.columns, *features.columns], names=[*rows.column_names, *features.column_names])
    if view.definition.python and view.entity.join_keys:
        keys = visible_keys(view, engine, instant, limit=PYTHON_ENTITIES)
        return at_instant(view, engine, as_of, keys=list(zip(*(column.to_pylist() for column in keys.columns), strict=True)))
    return at_instant(view, engine, as_of)
