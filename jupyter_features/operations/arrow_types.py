"""Arrow's name for each feature type, and Python values made to fit it."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation

import pyarrow as pa

from jupyter_features.clock import parse_instant
from jupyter_features.dtypes import INTEGERS, is_decimal, is_float
from jupyter_features.errors import InvalidArgumentError

_TYPES: dict[str, pa.DataType] = {
    "BOOLEAN": pa.bool_(),
    "TINYINT": pa.int8(),
    "SMALLINT": pa.int16(),
    "INTEGER": pa.int32(),
    "BIGINT": pa.int64(),
    "UTINYINT": pa.uint8(),
    "USMALLINT": pa.uint16(),
    "UINTEGER": pa.uint32(),
    "DOUBLE": pa.float64(),
    "FLOAT": pa.float32(),
    "VARCHAR": pa.string(),
    "DATE": pa.date32(),
    "TIMESTAMP": pa.timestamp("us"),
}


def arrow_type(dtype: str) -> pa.DataType:
    """Map a feature or key type to Arrow.

    Raises
    ------
    InvalidArgumentError
        If no feature can have this type.
    """
    if is_decimal(dtype):
        precision, scale = re.findall(r"\d+", dtype)
        return pa.decimal128(int(precision), int(scale))
    if dtype not in _TYPES:
        raise InvalidArgumentError(f"{dtype} is not a type that a feature can have.", hint=f"Cast it to one of {', '.join(_TYPES)}.")
    return _TYPES[dtype]


def dtype_of(kind: pa.DataType) -> str:
    """Name the feature type of an Arrow type: integers are BIGINT, floats DOUBLE, instants TIMESTAMP; others keep Arrow's name."""
    if pa.types.is_integer(kind):
        return "BIGINT"
    if pa.types.is_floating(kind):
        return "DOUBLE"
    if pa.types.is_timestamp(kind):
        return "TIMESTAMP"
    if pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return "VARCHAR"
    if pa.types.is_decimal(kind):
        return f"DECIMAL({kind.precision},{kind.scale})"
    return next((dtype for dtype, known in _TYPES.items() if known == kind), str(kind))


def typed_value(value: object, dtype: str) -> object:
    """Make a Python value of a type from a value or from its text, such as one in a test table or a default.

    Parameters
    ----------
    value
        None stays None; a text is read as the type writes it, dates and instants in ISO 8601.

    Returns
    -------
    object
        bool, int, float, str, date, naive UTC datetime or Decimal.

    Raises
    ------
    InvalidArgumentError
        If the value does not fit the type without loss.
    """
    if value is None:
        return None
    try:
        return _convert(value, dtype)
    except (ValueError, TypeError, InvalidOperation) as error:
        raise InvalidArgumentError(f"{value!r} is not a {dtype} value.") from error


def _convert(value: object, dtype: str) -> object:
    if dtype == "VARCHAR":  # blanks around a text are part of it
        return value if isinstance(value, str) else _fail(value)
    text = str(value).strip()
    if dtype == "BOOLEAN":
        return {"true": True, "false": False}[text.lower()] if text.lower() in ("true", "false") else _fail(value)
    if dtype in INTEGERS:
        number = Decimal(text)
        if isinstance(value, bool) or number != number.to_integral_value():
            return _fail(value)
        return int(pa.scalar(int(number), arrow_type(dtype)).as_py())
    if is_float(dtype):
        return _fail(value) if isinstance(value, bool) else float(text)
    if is_decimal(dtype):
        return pa.scalar(Decimal(text), arrow_type(dtype)).as_py()
    if dtype == "DATE":
        return value if type(value) is date else date.fromisoformat(text)
    return parse_instant(value.isoformat() if isinstance(value, datetime) else text).astimezone(UTC).replace(tzinfo=None)


def _fail(value: object) -> object:
    raise ValueError(value)
