"""Evaluate Q: at one instant for everybody, or at each row's own instant. Every other verb goes through here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from jupyter_features.clock import to_utc
from jupyter_features.compiler.knowledge import RESPECT, Knowledge, bind_knowledge
from jupyter_features.compiler.spine import AS_OF, ROW
from jupyter_features.definitions.feature_view import CompiledView
from jupyter_features.engines.duckdb.engine import DuckDBEngine
from jupyter_features.errors import InvalidArgumentError, RowContractError
from jupyter_features.operations.arrow_types import arrow_type
from jupyter_features.operations.python_view import python_at_instant, python_at_rows
from jupyter_features.operations.sql_view import sql_at_instant, sql_at_rows


@dataclass(frozen=True)
class RowValues:
    """Answers for N rows, in their order.

    Parameters
    ----------
    features
        Shape (N, number of features); NULL where Q gives no row. Defaults are not applied.
    found
        Whether Q gives a row, shape (N,), boolean without NULLs.
    """

    features: pa.Table
    found: pa.BooleanArray


def at_instant(view: CompiledView, engine: DuckDBEngine, as_of: datetime, *, keys: Sequence[tuple[object, ...]] | None = None) -> pa.Table:
    """Compute a view at one instant.

    Parameters
    ----------
    as_of
        Naive means UTC.
    keys
        Join key values to restrict to, in the entity's order; None means every entity.

    Returns
    -------
    pa.Table
        Join keys, then features; one row per entity for which Q gives one, in no order.

    Raises
    ------
    RowContractError
        If an entity gets two rows.
    SourceDataError
        If a source is gone or the engine fails on its data.
    """
    _check_stored(view)
    instant = to_utc(as_of).astimezone(UTC).replace(tzinfo=None)
    wanted = _key_table(view, keys) if keys is not None and view.entity.join_keys else None
    compute = python_at_instant if view.definition.python else sql_at_instant
    result = compute(view, engine, instant, wanted).select([*view.entity.key_names, *view.feature_names])
    _check_unique(view, result)
    if keys is not None and not keys:
        result = result.slice(0, 0)
    return result.cast(pa.schema([*_key_fields(view), *_feature_fields(view)]))


def at_rows(view: CompiledView, engine: DuckDBEngine, keys: pa.Table, as_of: pa.Array, *, knowledge: Knowledge = RESPECT) -> RowValues:
    """Compute a view at each row's own instant.

    Parameters
    ----------
    keys
        Join keys under the entity's names and in its types, shape (N, number of keys).
    as_of
        timestamp[us] in UTC without zone, shape (N,).
    knowledge
        Which rows of the sources count as known.

    Raises
    ------
    RowContractError
        If a row gets two answers.
    SourceDataError
        If a source is gone or the engine fails on its data.
    """
    _check_stored(view)
    count = len(as_of)
    columns = dict(zip(keys.column_names, keys.columns, strict=True))
    spine = pa.table({**columns, ROW: pa.array(np.arange(count), pa.int64()), AS_OF: as_of})
    compute = python_at_rows if view.definition.python else sql_at_rows
    result = compute(bind_knowledge(view, knowledge), engine, spine)
    rows = result.column(ROW).to_numpy()
    position = np.full(count, -1, dtype=np.int64)
    position[rows] = np.arange(len(rows))
    if not np.array_equal(position[rows], np.arange(len(rows))):
        raise RowContractError(_several_rows(view), hint="A static source must have one row per join key.")
    found = position >= 0
    features = result.select(list(view.feature_names)).cast(pa.schema(_feature_fields(view)))
    return RowValues(features.take(pa.array(position, mask=~found)), pa.array(found))


def _check_stored(view: CompiledView) -> None:
    if view.definition.is_on_demand:
        raise InvalidArgumentError(
            f"{view.name!r} is computed at request time, from its inputs and the request.",
            hint="Use store.training_set with rows that have its request columns, or store.online.",
        )


def _key_table(view: CompiledView, keys: Sequence[tuple[object, ...]]) -> pa.Table:
    columns = [pa.array([key[index] for key in keys], field.type) for index, field in enumerate(_key_fields(view))]
    return pa.Table.from_arrays(columns, schema=pa.schema(_key_fields(view)))


def _key_fields(view: CompiledView) -> list[pa.Field]:
    return [pa.field(key.name, arrow_type(key.dtype)) for key in view.entity.join_keys]


def _feature_fields(view: CompiledView) -> list[pa.Field]:
    return [pa.field(feature.name, arrow_type(feature.dtype)) for feature in view.features]


def _check_unique(view: CompiledView, result: pa.Table) -> None:
    hint = "A static source must have one row per join key."
    if not view.entity.join_keys:
        if result.num_rows > 1:
            raise RowContractError(_several_rows(view), hint=hint)
        return
    keys = result.select(list(view.entity.key_names))
    distinct = keys.group_by(keys.column_names).aggregate([]).num_rows
    if distinct != keys.num_rows:
        counted = keys.group_by(keys.column_names).aggregate([([], "count_all")])
        first = counted.filter(pc.greater(counted["count_all"], 1)).slice(0, 1).select(keys.column_names).to_pylist()[0]
        raise RowContractError(_several_rows(view) + f" The first is {first}.", hint=hint)


def _several_rows(view: CompiledView) -> str:
    return f"{view.name!r} gives several rows for one {view.entity.name or 'instant'}."
