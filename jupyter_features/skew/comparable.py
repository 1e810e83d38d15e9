"""Two columns brought to one type, so that comparing them means something."""

from __future__ import annotations

import pyarrow as pa

from jupyter_features.errors import ComparisonError

_INTEGER_AS_DECIMAL = pa.decimal128(20, 0)


def as_comparable(feature: str, notebook: pa.Array | pa.ChunkedArray, production: pa.Array | pa.ChunkedArray) -> tuple[pa.Array, pa.Array]:
    """Cast two columns to the one type they are compared in.

    Parameters
    ----------
    feature
        Name of the feature, for the error.
    notebook, production
        Columns of equal length. A column of type null is all NULL and goes with any type.

    Returns
    -------
    tuple[pa.Array, pa.Array]
        Both of one type: float64 if either is a float, else an exact number; text; bool; or timestamp[us] for
        times, where a date is its midnight. Nulls stay nulls.

    Raises
    ------
    ComparisonError
        If the types have no common ground, such as text and number.
    """
    left, right = _plain(notebook), _plain(production)
    families = {_family(left.type), _family(right.type)} - {"null"}
    if len(families) > 1 or "" in families:
        raise ComparisonError(
            f"Feature {feature!r} is {left.type} in the notebook and {right.type} in production; they cannot be compared.",
            hint="Cast the production column to the feature's type, then compare again.",
        )
    common = _common_type(next(iter(families), "null"), left.type, right.type)
    # An integer beyond 2**53 or a nanosecond has no exact place in the common type; the nearest one is meant.
    return left.cast(common, safe=False), right.cast(common, safe=False)


def is_number_line(dtype: pa.DataType) -> bool:
    """Tell whether values of this Arrow type have distances: numbers and times."""
    return _family(dtype) in ("number", "time")


def _plain(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    return array.dictionary_decode() if pa.types.is_dictionary(array.type) else array


def _family(dtype: pa.DataType) -> str:
    types = pa.types
    if types.is_integer(dtype) or types.is_floating(dtype) or types.is_decimal(dtype):
        return "number"
    if types.is_string(dtype) or types.is_large_string(dtype) or types.is_string_view(dtype):
        return "text"
    if types.is_date(dtype) or types.is_timestamp(dtype):
        return "time"
    if types.is_boolean(dtype):
        return "boolean"
    return "null" if types.is_null(dtype) else ""


def _common_type(family: str, left: pa.DataType, right: pa.DataType) -> pa.DataType:
    if family == "number":
        return _common_number(left, right)
    return {"text": pa.large_string(), "time": pa.timestamp("us"), "boolean": pa.bool_(), "null": pa.null()}[family]


def _common_number(left: pa.DataType, right: pa.DataType) -> pa.DataType:
    numbers = [dtype for dtype in (left, right) if not pa.types.is_null(dtype)]
    if any(pa.types.is_floating(dtype) for dtype in numbers):
        return pa.float64()
    if any(pa.types.is_decimal(dtype) or pa.types.is_uint64(dtype) for dtype in numbers):
        exact = [dtype if pa.types.is_decimal(dtype) else _INTEGER_AS_DECIMAL for dtype in numbers]
        # 76 digits hold any two decimals of at most 38 digits, whatever their scales.
        return pa.decimal256(76, max(dtype.scale for dtype in exact))
    return pa.int64()
