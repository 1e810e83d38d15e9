"""Request columns: what an on-demand view takes from the caller's rows, beside join keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
import pyarrow as pa

from jupyter_features.definitions.typed_name import TypedName
from jupyter_features.errors import EntityDataframeError, InvalidArgumentError, did_you_mean
from jupyter_features.operations.arrow_types import arrow_type, dtype_of, typed_value
from jupyter_features.operations.entity_dataframe import key_array, read_instants

_NUMBERS = ("BIGINT", "DOUBLE")


def read_request(frame: pd.DataFrame | pa.Table, column: TypedName) -> pa.Array:
    """Read one request column of an entity dataframe in its declared type; NULL stays NULL.

    Raises
    ------
    EntityDataframeError
        If it is missing, or of a type that does not become the declared one without loss.
    """
    if column.dtype == "TIMESTAMP":
        return read_instants(frame, column.name).values
    array = key_array(frame, column.name, column.dtype, noun="request")
    target = arrow_type(column.dtype)
    found, wanted = dtype_of(array.type), dtype_of(target)
    if pa.types.is_null(array.type):
        return array.cast(target)
    try:
        if found == wanted or (found in _NUMBERS and wanted in _NUMBERS) or "DECIMAL" in wanted:
            return array.cast(target)
    except pa.ArrowInvalid as error:
        raise EntityDataframeError(f"Request column {column.name!r} does not fit {column.dtype}: {error}.") from error
    raise EntityDataframeError(
        f"Request column {column.name!r} is {column.dtype}, but the rows have {array.type}.", hint=f"Send it as {column.dtype}."
    )


def request_values(rows: Sequence[Mapping[str, object]], column: TypedName) -> pa.Array:
    """Read one request column of requests, each a mapping, in its declared type.

    Raises
    ------
    EntityDataframeError
        If a row lacks it, or has a value of another type.
    """
    return pa.array([_value(row, column) for row in rows], arrow_type(column.dtype))


def _value(row: Mapping[str, object], column: TypedName) -> object:
    if column.name not in row:
        hint = did_you_mean(column.name, [str(name) for name in row]) or f"Send {column} with the join keys; NULL is a value, too."
        raise EntityDataframeError(f"A row has no request column {column.name!r}.", hint=hint)
    value = row[column.name]
    is_text = isinstance(value, str) and column.dtype not in ("VARCHAR", "DATE", "TIMESTAMP")
    try:
        if not is_text:
            return typed_value(value, column.dtype)
    except InvalidArgumentError as error:
        raise EntityDataframeError(f"Request column {column.name!r} is {column.dtype}; {value!r} is not.") from error
    message = f"Request column {column.name!r} is {column.dtype}, but {value!r} is text."
    raise EntityDataframeError(message, hint=f"Send it as {column.dtype}.")
