"""Column types, named as DuckDB spells them, and what each may become."""

from __future__ import annotations

import re

from jupyter_features.errors import InvalidArgumentError

KEY_DTYPES = ("BIGINT", "VARCHAR", "DATE", "BOOLEAN")
INTEGERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER")
TIMES = ("DATE", "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS", "TIMESTAMP WITH TIME ZONE")
FEATURE_DTYPES = ("BOOLEAN", *INTEGERS, "DOUBLE", "FLOAT", "VARCHAR", "DATE", "TIMESTAMP")

_ALIASES = {
    "INT": "INTEGER",
    "INT8": "BIGINT",
    "INT64": "BIGINT",
    "LONG": "BIGINT",
    "TEXT": "VARCHAR",
    "STRING": "VARCHAR",
    "BOOL": "BOOLEAN",
    "FLOAT8": "DOUBLE",
    "FLOAT64": "DOUBLE",
    "FLOAT4": "FLOAT",
    "REAL": "FLOAT",
    "TIMESTAMPTZ": "TIMESTAMP WITH TIME ZONE",
    "DATETIME": "TIMESTAMP",
}
_DECIMAL = re.compile(r"DECIMAL\((\d+),\s*(\d+)\)\Z")


def canonical_dtype(text: str) -> str:
    """Spell a type the one way it is stored, so that `int64` and `BIGINT` are one type.

    Raises
    ------
    InvalidArgumentError
        If the text is empty.
    """
    name = " ".join(text.upper().split())
    if not name:
        raise InvalidArgumentError("A type is missing.", hint="Write one such as BIGINT or VARCHAR.")
    match = _DECIMAL.match(name)
    return f"DECIMAL({match[1]},{match[2]})" if match else _ALIASES.get(name, name)


def is_feature_dtype(dtype: str) -> bool:
    """Tell whether a feature may have this type: a scalar that every store and engine can hold."""
    return dtype in FEATURE_DTYPES or is_decimal(dtype)


def is_decimal(dtype: str) -> bool:
    """Tell whether the type is an exact decimal."""
    return _DECIMAL.match(dtype) is not None


def is_float(dtype: str) -> bool:
    """Tell whether values of this type are compared with a tolerance."""
    return dtype in ("DOUBLE", "FLOAT")


def is_joinable(column_dtype: str, key_dtype: str) -> bool:
    """Tell whether a column may be joined to a key: equal types, or an integer that widens silently."""
    return column_dtype == key_dtype or (column_dtype in INTEGERS and key_dtype == "BIGINT")
