"""The notebook's side of a comparison: what the definition says at production's instants."""

from __future__ import annotations

from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc

from jupyter_features.definitions.feature_view import CompiledView
from jupyter_features.engines.duckdb.engine import DuckDBEngine
from jupyter_features.operations.evaluate import at_instant, at_rows

MAX_INSTANTS = 100
AS_OF = "as_of"


def notebook_rows(view: CompiledView, engine: DuckDBEngine, keys: pa.Table, as_of: pa.Array) -> tuple[pa.Table, bool]:
    """Compute what production ought to hold.

    Parameters
    ----------
    keys, as_of
        Production's join keys and instants (timestamp[us], UTC), shape (N,).

    Returns
    -------
    rows
        Join keys, `as_of` and features: every entity at every instant; or, beyond 100 instants, production's own
        (key, instant) pairs for which the definition gives a row.
    is_complete
        True in the first case: entities that production lacks can be told.
    """
    instants = [instant for instant in pc.unique(as_of).to_pylist() if instant is not None]
    if len(instants) <= MAX_INSTANTS:
        tables = [_with_instant(at_instant(view, engine, instant), instant) for instant in sorted(instants)]
        return (pa.concat_tables(tables) if tables else _no_rows(view, engine)), True
    pairs = pa.table([*keys.columns, as_of], names=[*keys.column_names, AS_OF])
    distinct = pairs.group_by(pairs.column_names).aggregate([]).drop_null()
    values = at_rows(view, engine, distinct.select(keys.column_names), distinct.column(AS_OF).combine_chunks())
    whole = pa.table([*distinct.columns, *values.features.columns], names=[*distinct.column_names, *view.feature_names])
    return whole.filter(values.found), False


def _with_instant(table: pa.Table, instant: datetime) -> pa.Table:
    return table.append_column(AS_OF, pa.array([instant] * table.num_rows, pa.timestamp("us")))


def _no_rows(view: CompiledView, engine: DuckDBEngine) -> pa.Table:
    instant = datetime(1970, 1, 1)  # noqa: DTZ001  # any instant: only the schema is wanted
    return _with_instant(at_instant(view, engine, instant, keys=()), instant)
