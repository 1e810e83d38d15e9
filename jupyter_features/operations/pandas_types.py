"""pandas' name for each Arrow type, chosen so that a missing value changes no type."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pyarrow as pa

_NULLABLE: dict[pa.DataType, Callable[[], object]] = {
    pa.int8(): pd.Int8Dtype,
    pa.int16(): pd.Int16Dtype,
    pa.int32(): pd.Int32Dtype,
    pa.int64(): pd.Int64Dtype,
    pa.uint8(): pd.UInt8Dtype,
    pa.uint16(): pd.UInt16Dtype,
    pa.uint32(): pd.UInt32Dtype,
    pa.bool_(): pd.BooleanDtype,
    pa.string(): pd.StringDtype,
    pa.large_string(): pd.StringDtype,
    pa.date32(): lambda: pd.ArrowDtype(pa.date32()),
}


def pandas_dtype(kind: pa.DataType) -> object | None:
    """Choose the pandas type that keeps an Arrow type's values and NULLs; None leaves it to Arrow."""
    if pa.types.is_decimal(kind):
        return pd.ArrowDtype(kind)
    factory = _NULLABLE.get(kind)
    return factory() if factory else None
