"""Evaluate Q: at one instant for everybody, or at each row's own instant. Every other verb goes through here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from sqlglot import exp

from jupyter_features.clock import to_utc
from jupyter_features.compiler.constants import AS_OF_PARAMETER, KEYS_TABLE, constants_plan
from jupyter_features.compiler.knowledge import RESPECT, Knowledge, bind_knowledge
from jupyter_features.compiler.spine import AS_OF, ROW, SPINE_TABLE, spine_plan
from jupyter_features.definitions.feature_view import CompiledView
from jupyter_features.engines.duckdb.engine import DuckDBEngine
from jupyter_features.errors import RowContractError
from jupyter_features.operations.arrow_types import arrow_type


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
    _check_static_keys(view, engine)
    plan = constants_plan(view, engine.relation, keys=keys is not None)
    tables = {KEYS_TABLE: _key_table(view, keys)} if keys is not None else {}
    names = [*view.entity.key_names, *view.feature_names]
    result = engine.run(plan, parameters={AS_OF_PARAMETER: to_utc(as_of).astimezone(UTC).replace(tzinfo=None)}, tables=tables).select(names)
    _check_unique(view, result.select(list(view.entity.key_names)))
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
    _check_static_keys(view, engine)
    count = len(as_of)
    columns = dict(zip(keys.column_names, keys.columns, strict=True))
    spine = pa.table({**columns, ROW: pa.array(np.arange(count), pa.int64()), AS_OF: as_of})
    result = engine.run(spine_plan(bind_knowledge(view, knowledge), engine.relation), tables={SPINE_TABLE: spine})
    rows = result.column(ROW).to_numpy()
    position = np.full(count, -1, dtype=np.int64)
    position[rows] = np.arange(len(rows))
    if len(np.unique(rows)) != len(rows):
        raise RowContractError(_several_rows(view), hint="A static source must have one row per join key.")
    found = position >= 0
    features = result.select(list(view.feature_names)).cast(pa.schema(_feature_fields(view)))
    return RowValues(features.take(pa.array(position, mask=~found)), pa.array(found))


def _key_table(view: CompiledView, keys: Sequence[tuple[object, ...]]) -> pa.Table:
    columns = [pa.array([key[index] for key in keys], field.type) for index, field in enumerate(_key_fields(view))]
    return pa.Table.from_arrays(columns, schema=pa.schema(_key_fields(view)))


def _key_fields(view: CompiledView) -> list[pa.Field]:
    return [pa.field(key.name, arrow_type(key.dtype)) for key in view.entity.join_keys]


def _feature_fields(view: CompiledView) -> list[pa.Field]:
    return [pa.field(feature.name, arrow_type(feature.dtype)) for feature in view.features]


def _check_static_keys(view: CompiledView, engine: DuckDBEngine) -> None:
    """Refuse a joined static source with two rows for a key: each event would silently count twice."""
    if len(view.sources) == 1:
        return
    for source in view.sources:
        if source.kind != "static":
            continue
        keys = [exp.column(exp.to_identifier(name, quoted=True)) for name in source.key_columns]
        several = exp.select(*keys).from_(exp.to_table(engine.relation(source))).group_by(*keys).having("COUNT(*) > 1").limit(1)
        known = several.where(*(exp.Not(this=exp.Is(this=key.copy(), expression=exp.Null())) for key in keys))
        found = engine.run(known).to_pylist()
        if found:
            raise RowContractError(
                f"Static source {source.name!r} has several rows for one {view.entity.name}. The first is {found[0]}.",
                hint="Keep one row per join key, or declare it as state with its event timestamp.",
            )


def _check_unique(view: CompiledView, keys: pa.Table) -> None:
    distinct = keys.group_by(keys.column_names).aggregate([]).num_rows
    if distinct != keys.num_rows:
        counted = keys.group_by(keys.column_names).aggregate([([], "count_all")])
        first = counted.filter(pc.greater(counted["count_all"], 1)).slice(0, 1).select(keys.column_names).to_pylist()[0]
        raise RowContractError(_several_rows(view) + f" The first is {first}.", hint="A static source must have one row per join key.")


def _several_rows(view: CompiledView) -> str:
    return f"{view.name!r} gives several rows for one {view.entity.name}."
