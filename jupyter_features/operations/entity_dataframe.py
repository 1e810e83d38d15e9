"""The entity dataframe: the caller's rows, brought to the types that Q is asked with."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from jupyter_features.definitions.entity import Entity, JoinKey
from jupyter_features.errors import EntityDataframeError, did_you_mean
from jupyter_features.operations.arrow_types import arrow_type


@dataclass(frozen=True)
class Instants:
    """The caller's instants.

    Parameters
    ----------
    values
        timestamp[us] in UTC without zone, rounded down, shape (N,); NULL where the caller had none.
    zone
        Name of the caller's own zone; None if the column was naive.
    """

    values: pa.Array
    zone: str | None


def read_instants(frame: pd.DataFrame | pa.Table, column: str) -> Instants:
    """Read the column of instants: timestamps of any unit and zone, or dates, which are midnight UTC.

    Raises
    ------
    EntityDataframeError
        If it is missing, not a time, or beyond what microseconds can tell.
    """
    values = time_array(frame, column)
    zone = values.type.tz if pa.types.is_timestamp(values.type) else None
    if pa.types.is_timestamp(values.type) and values.type.unit == "ns":
        # Instants are microseconds everywhere; rounding down can hide a row of that same microsecond, never reveal one.
        values = pc.floor_temporal(values, unit="microsecond")
    try:
        return Instants(values.cast(pa.timestamp("us")), zone)
    except pa.ArrowInvalid as error:
        raise EntityDataframeError(f"Column {column!r} has instants that microseconds cannot tell: {error}.") from error


def read_keys(frame: pd.DataFrame | pa.Table, entity: Entity, renamed: Mapping[str, str]) -> pa.Table:
    """Read the join keys under the entity's names and types.

    Parameters
    ----------
    renamed
        The caller's column for each join key that stands under another name.

    Raises
    ------
    EntityDataframeError
        If a column is missing, or has a type that does not join: the error names both types and the cast.
    """
    arrays = [_read_key(frame, key, column) for key, column in zip(entity.join_keys, key_columns(entity, renamed), strict=True)]
    return pa.table(arrays, names=list(entity.key_names))


def key_columns(entity: Entity, renamed: Mapping[str, str]) -> tuple[str, ...]:
    """Name the caller's column of each join key, in the entity's order.

    Raises
    ------
    EntityDataframeError
        If something is renamed that is no join key.
    """
    for key in renamed:
        if key not in entity.key_names:
            hint = did_you_mean(key, entity.key_names) or f"Join keys: {', '.join(entity.key_names) or 'none, it is global'}."
            raise EntityDataframeError(f"{key!r} is no join key of entity {entity.label!r}.", hint=hint)
    return tuple(renamed.get(key, key) for key in entity.key_names)


def check_column(names: Sequence[str], name: str, noun: str) -> None:
    """Refuse a column that is not there exactly once.

    Raises
    ------
    EntityDataframeError
        With the names that are close.
    """
    if names.count(name) != 1:
        found = "twice" if names.count(name) > 1 else "not at all"
        hint = did_you_mean(name, names) or f"Columns: {', '.join(names[:12])}."
        raise EntityDataframeError(f"The entity dataframe has the {noun} column {name!r} {found}.", hint=hint)


def is_incomplete(keys: pa.Table, as_of: pa.Array) -> pa.BooleanArray:
    """Tell which rows have a NULL key or instant, shape (N,): nobody's rows, whose features are NULL."""
    incomplete = pc.is_null(as_of)
    for column in keys.columns:
        incomplete = pc.or_(incomplete, pc.is_null(column.combine_chunks()))
    return incomplete


def time_array(frame: pd.DataFrame | pa.Table, column: str) -> pa.Array:
    """Give the column of instants in Arrow's own time types, as fine and in the zone as it stands there; a column of nothing is naive.

    Raises
    ------
    EntityDataframeError
        If it is missing or not a time.
    """
    if isinstance(frame, pa.Table):
        array = _arrow_column(frame, column, "timestamp")
        return _times(array, column, str(array.type))
    values = _series(frame, column, "timestamp")
    if values.dtype != object:
        return _times(_combined(pa.Array.from_pandas(values)), column, str(values.dtype))
    present = values.dropna()
    if not all(isinstance(value, dt.date) for value in present):
        raise _no_time(column, "object")
    return _combined(pa.Array.from_pandas(pd.to_datetime(values))) if len(present) else pa.nulls(len(values), pa.timestamp("us"))


def key_array(frame: pd.DataFrame | pa.Table, column: str, dtype: str, *, noun: str = "join key") -> pa.Array:
    """Give the column of a join key, or of another `noun`, as Arrow has it, whatever its type; `dtype` is the type it ought to have.

    Raises
    ------
    EntityDataframeError
        If it is missing, or mixes types.
    """
    if isinstance(frame, pa.Table):
        return _arrow_column(frame, column, noun)
    try:
        return _combined(pa.Array.from_pandas(_series(frame, column, noun)))
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        raise EntityDataframeError(
            f"{noun.capitalize()} column {column!r} mixes types: {error}.", hint=f"Make it {dtype} throughout."
        ) from error


def _arrow_column(table: pa.Table, name: str, noun: str) -> pa.Array:
    check_column(table.column_names, name, noun)
    return _combined(table.column(name))


def _combined(values: pa.Array | pa.ChunkedArray) -> pa.Array:
    array = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    return array.dictionary_decode() if pa.types.is_dictionary(array.type) else array


def _series(frame: pd.DataFrame, name: str, noun: str) -> pd.Series:
    names = [str(column) for column in frame.columns]
    check_column(names, name, noun)
    return frame.iloc[:, names.index(name)]


def _times(array: pa.Array, column: str, spelled: str) -> pa.Array:
    if pa.types.is_timestamp(array.type) or pa.types.is_date(array.type):
        return array
    if array.null_count == len(array):
        return pa.nulls(len(array), pa.timestamp("us"))
    raise _no_time(column, spelled)


def _no_time(column: str, spelled: str) -> EntityDataframeError:
    return EntityDataframeError(
        f"Column {column!r} has the type {spelled}, which is not a time.",
        hint=f"Convert it: pd.to_datetime(df[{column!r}]) in pandas, pl.col({column!r}).str.to_datetime() in polars.",
    )


def _read_key(frame: pd.DataFrame | pa.Table, key: JoinKey, column: str) -> pa.Array:
    array = key_array(frame, column, key.dtype)
    target = arrow_type(key.dtype)
    if _joins(array, target):
        try:
            return array.cast(target)
        except pa.ArrowInvalid as error:
            raise EntityDataframeError(f"Join key column {column!r} does not fit {key.dtype}: {error}.") from error
    raise EntityDataframeError(
        f"Join key {key.name!r} is {key.dtype}, but column {column!r} is {_spell(array.type)}.",
        hint=f"Cast it: df[{column!r}].astype({_PANDAS[key.dtype]!r}) in pandas, pl.col({column!r}).cast({_POLARS[key.dtype]}) in polars.",
    )


_PANDAS = {"BIGINT": "Int64", "VARCHAR": "string", "BOOLEAN": "boolean", "DATE": "date32[pyarrow]"}
_POLARS = {"BIGINT": "pl.Int64", "VARCHAR": "pl.String", "BOOLEAN": "pl.Boolean", "DATE": "pl.Date"}


def _joins(array: pa.Array, target: pa.DataType) -> bool:
    kind = array.type
    if pa.types.is_null(kind):
        return True
    if target == pa.int64():
        # pandas turns an integer column with gaps into floats; whole numbers come back unharmed.
        return bool(pa.types.is_integer(kind)) or (pa.types.is_floating(kind) and _whole(array))
    if target == pa.string():
        return _is_text(kind)
    if target == pa.date32():
        return bool(pa.types.is_date(kind))
    return bool(kind == target)


def _whole(array: pa.Array) -> bool:
    values = array.drop_null().to_numpy(zero_copy_only=False)
    return bool(np.all(np.isfinite(values) & (values == np.floor(values)) & (np.abs(values) <= 2**53)))


def _spell(kind: pa.DataType) -> str:
    return "text" if _is_text(kind) else str(kind)


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))
