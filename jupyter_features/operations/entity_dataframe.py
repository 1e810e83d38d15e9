"""The entity dataframe: the caller's rows, brought to the types that Q is asked with."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import tzinfo

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from jupyter_features.definitions.entity import Entity, JoinKey
from jupyter_features.errors import EntityDataframeError, FeatureWarning, did_you_mean
from jupyter_features.operations.arrow_types import arrow_type


@dataclass(frozen=True)
class Instants:
    """The caller's instants.

    Parameters
    ----------
    values
        timestamp[us] in UTC without zone, rounded down, shape (N,); NULL where the caller had none.
    zone
        The caller's own zone; None if the column was naive.
    """

    values: pa.Array
    zone: tzinfo | None


def read_instants(frame: pd.DataFrame, column: str) -> Instants:
    """Read the column of instants.

    Raises
    ------
    EntityDataframeError
        If it is missing or not a time.
    """
    values = _column(frame, column, "timestamp")
    if not pd.api.types.is_datetime64_any_dtype(values):
        values = _from_objects(values, column)
    zone = values.dt.tz
    utc = values.dt.tz_convert("UTC").dt.tz_localize(None) if zone is not None else values
    # Instants are microseconds everywhere; rounding down can hide a row of that same microsecond, never reveal one.
    floored = utc.to_numpy().astype("datetime64[us]") if utc.dt.unit != "ns" else utc.dt.floor("us").to_numpy().astype("datetime64[us]")
    return Instants(pa.array(floored, pa.timestamp("us")), zone)


def read_keys(frame: pd.DataFrame, entity: Entity, renamed: Mapping[str, str]) -> pa.Table:
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
    for key in renamed:
        if key not in entity.key_names:
            hint = did_you_mean(key, entity.key_names) or f"Join keys: {', '.join(entity.key_names)}."
            raise EntityDataframeError(f"{key!r} is no join key of entity {entity.name!r}.", hint=hint)
    arrays = [_read_key(frame, key, renamed.get(key.name, key.name)) for key in entity.join_keys]
    return pa.table(arrays, names=list(entity.key_names))


def warn_about_missing(keys: pa.Table, as_of: pa.Array) -> int:
    """Count rows with a NULL key or instant, and warn once about them; their features are NULL."""
    incomplete = pc.is_null(as_of)
    for column in keys.columns:
        incomplete = pc.or_(incomplete, pc.is_null(column.combine_chunks()))
    count = int(pc.sum(incomplete).as_py() or 0)
    if count:
        message = f"{count} of {keys.num_rows} rows have no join key or no timestamp; their features are NULL."
        warnings.warn(message, FeatureWarning, stacklevel=4)
    return count


def _column(frame: pd.DataFrame, name: str, noun: str) -> pd.Series:
    names = [str(column) for column in frame.columns]
    if names.count(name) != 1:
        found = "twice" if names.count(name) > 1 else "not at all"
        hint = did_you_mean(name, names) or f"Columns: {', '.join(names[:12])}."
        raise EntityDataframeError(f"The entity dataframe has the {noun} column {name!r} {found}.", hint=hint)
    return frame.iloc[:, names.index(name)]


def _from_objects(values: pd.Series, column: str) -> pd.Series:
    """Accept dates and datetimes that pandas keeps as objects or Arrow values; refuse texts and numbers."""
    is_time = pa.types.is_temporal(pa.Array.from_pandas(values).type) if values.dtype != object else _all_times(values)
    if values.isna().all():
        return pd.Series(pd.NaT, index=values.index, dtype="datetime64[us]")
    if not is_time:
        raise EntityDataframeError(
            f"Column {column!r} has the type {values.dtype}, which is not a time.",
            hint=f"Convert it: df[{column!r}] = pd.to_datetime(df[{column!r}]).",
        )
    return pd.to_datetime(values)


def _all_times(values: pd.Series) -> bool:
    import datetime as dt

    return all(isinstance(value, dt.date) for value in values.dropna())


def _read_key(frame: pd.DataFrame, key: JoinKey, column: str) -> pa.Array:
    values = _column(frame, column, "join key")
    try:
        array = pa.Array.from_pandas(values)
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        raise EntityDataframeError(f"Join key column {column!r} mixes types: {error}.", hint=f"Make it {key.dtype} throughout.") from error
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    target = arrow_type(key.dtype)
    if _joins(array, target):
        return array.cast(target)
    raise EntityDataframeError(
        f"Join key {key.name!r} is {key.dtype}, but column {column!r} is {_spell(array.type)}.",
        hint=f"Cast it: df[{column!r}] = df[{column!r}].astype({_PANDAS[key.dtype]!r}).",
    )


_PANDAS = {"BIGINT": "Int64", "VARCHAR": "string", "BOOLEAN": "boolean", "DATE": "date32[pyarrow]"}


def _joins(array: pa.Array, target: pa.DataType) -> bool:
    kind = array.type
    if pa.types.is_null(kind):
        return True
    if target == pa.int64():
        # pandas turns an integer column with gaps into floats; whole numbers come back unharmed.
        return bool(pa.types.is_integer(kind)) or (pa.types.is_floating(kind) and _whole(array))
    if target == pa.string():
        return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))
    if target == pa.date32():
        return bool(pa.types.is_date(kind))
    return bool(kind == target)


def _whole(array: pa.Array) -> bool:
    values = array.drop_null().to_numpy(zero_copy_only=False)
    return bool(np.all(np.isfinite(values) & (values == np.floor(values)) & (np.abs(values) <= 2**53)))


def _spell(kind: pa.DataType) -> str:
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return "text"
    return str(kind)
