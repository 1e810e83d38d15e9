"""The content hash: equal iff every value, NULL and type is equal, however the rows were cut into chunks."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc


class ContentHash:
    """Hashes features while they pass.

    Notes
    -----
    Each column is hashed as separate streams of bytes, little-endian, one after the other row: a byte per row that says
    whether there is a value; the values, a NULL as zero, fixed in width; for texts and decimals, which are written as
    text, the lengths and the UTF-8 bytes. A stream is the plain concatenation of its rows, so it does not depend on
    where chunks begin, nor on Arrow's padding or the bytes that happen to lie under a NULL. All NaN are one NaN.
    """

    def __init__(self) -> None:
        self._columns: dict[str, _ColumnHash] = {}

    def update(self, features: pa.Table) -> None:
        """Take the next rows in; all tables have the same schema."""
        for field in features.schema:
            column = self._columns.setdefault(field.name, _ColumnHash(field.type))
            column.update(features.column(field.name))

    def columns(self) -> dict[str, dict[str, object]]:
        """Describe each column: its type, its number of NULLs, its own hash."""
        return {name: {"dtype": str(each.kind), "nulls": each.nulls, "sha256": each.hexdigest()} for name, each in self._columns.items()}

    def hexdigest(self) -> str:
        """Hash names and columns in their order."""
        whole = hashlib.sha256()
        for name, column in self._columns.items():
            whole.update(f"{len(name)}:{name}:{column.hexdigest()};".encode())
        return whole.hexdigest()


class _ColumnHash:
    def __init__(self, kind: pa.DataType) -> None:
        self.kind = kind
        self.nulls = 0
        self._streams = tuple(hashlib.sha256() for _ in range(3))

    def update(self, column: pa.ChunkedArray) -> None:
        for chunk in column.chunks:
            self.nulls += chunk.null_count
            for stream, data in zip(self._streams, (_bytes(pc.is_valid(chunk)), *_values(chunk)), strict=False):
                stream.update(data.data)

    def hexdigest(self) -> str:
        whole = hashlib.sha256(str(self.kind).encode())
        for stream in self._streams:
            whole.update(stream.digest())
        return whole.hexdigest()


def _values(array: pa.Array) -> tuple[npt.NDArray[Any], ...]:
    kind = array.type
    if pa.types.is_boolean(kind):
        return (_bytes(array.fill_null(False)),)
    if pa.types.is_floating(kind):
        numbers = array.fill_null(0.0).to_numpy(zero_copy_only=False)
        return (np.where(np.isnan(numbers), numbers.dtype.type(np.nan), numbers),)
    if pa.types.is_integer(kind):
        return (array.fill_null(0).to_numpy(zero_copy_only=False),)
    if pa.types.is_timestamp(kind):
        return _values(array.cast(pa.int64()))
    if pa.types.is_date32(kind):
        return _values(array.cast(pa.int32()))
    return _texts(array.cast(pa.large_string()).fill_null(""))


def _texts(array: pa.LargeStringArray) -> tuple[npt.NDArray[Any], ...]:
    _, offset_bytes, text_bytes = array.buffers()
    if not len(array) or text_bytes is None:
        return (np.zeros(len(array), np.int64), np.zeros(0, np.uint8))
    offsets = np.frombuffer(offset_bytes, np.int64)[array.offset : array.offset + len(array) + 1]
    return np.diff(offsets), np.frombuffer(text_bytes, np.uint8)[offsets[0] : offsets[-1]]


def _bytes(array: pa.BooleanArray) -> npt.NDArray[Any]:
    numbers: npt.NDArray[Any] = array.cast(pa.uint8()).to_numpy(zero_copy_only=False)
    return numbers
