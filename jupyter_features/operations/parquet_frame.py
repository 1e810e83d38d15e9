"""A frame that lies in a Parquet file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from jupyter_features.errors import SourceDataError
from jupyter_features.operations.frame import Frame, input_columns
from jupyter_features.operations.held_frame import ArrowFrame


@dataclass(frozen=True)
class ParquetFrame(Frame):
    """Some columns of a Parquet file, read when asked for and never kept.

    Parameters
    ----------
    path
        One file.
    leave_out
        Columns of the file that are not of this frame.
    index
        Columns that are pandas' index.
    """

    path: Path
    leave_out: frozenset[str] = frozenset()
    index: tuple[str, ...] = ()

    @classmethod
    def of_file(cls, path: Path) -> ParquetFrame:
        """Read from the file which columns are pandas' index.

        Raises
        ------
        SourceDataError
            If it is not there, or not Parquet.
        """
        with _open(path) as file:
            schema = file.schema_arrow
        stored = (schema.pandas_metadata or {}).get("index_columns", ())
        return cls(path, index=tuple(name for name in stored if name in schema.names))

    def without(self, columns: frozenset[str]) -> ParquetFrame:
        """Leave some columns out."""
        return ParquetFrame(self.path, self.leave_out | columns, tuple(name for name in self.index if name not in columns))

    @property
    def names(self) -> tuple[str, ...]:
        """Column names, the index not among them."""
        return tuple(name for name in self._stored if name not in self.index)

    @property
    def count(self) -> int:
        """Number of rows."""
        with _open(self.path) as file:
            return int(file.metadata.num_rows)

    def inputs(self, needed: Sequence[tuple[str, str, str]], timestamp: str, size: int) -> Iterator[pa.Table]:
        """Read the columns from the file."""
        return self._read(input_columns(self.names, needed, timestamp), size)

    def chunks(self, size: int) -> Iterator[pa.Table]:
        """Read all columns from the file."""
        return self._read(list(self._stored), size)

    def to_pandas(self) -> pd.DataFrame:
        """Read all rows, with the index and the types that pandas wrote; what it did not write becomes nullable types."""
        table = self._table(self._stored)
        return _plain(table).to_pandas() if table.schema.pandas_metadata else ArrowFrame(table).to_pandas()

    def to_arrow(self) -> pa.Table:
        """Read all rows without the index."""
        return _plain(self._table(self.names)).replace_schema_metadata(None)

    def head(self, rows: int) -> pd.DataFrame:
        """Read the first rows."""
        first = next(self._read(list(self.names), rows))
        return ArrowFrame(first.replace_schema_metadata(None)).to_pandas()

    @property
    def _stored(self) -> tuple[str, ...]:
        with _open(self.path) as file:
            return tuple(name for name in file.schema_arrow.names if name not in self.leave_out)

    def _table(self, names: Sequence[str]) -> pa.Table:
        with _open(self.path) as file:
            return file.read(columns=list(names))

    def _read(self, names: list[str], size: int) -> Iterator[pa.Table]:
        with _open(self.path) as file:
            schema = pa.schema([file.schema_arrow.field(name) for name in names], metadata=file.schema_arrow.metadata)
            batches = file.iter_batches(batch_size=min(size, _READ_ROWS), columns=names)
            yield from _equal_chunks(batches, schema, size)


_READ_ROWS = 131_072


def _open(path: Path) -> pq.ParquetFile:
    try:
        # Reading ahead would keep every row group that was read until the file is closed.
        return pq.ParquetFile(path, pre_buffer=False)
    except (OSError, pa.ArrowInvalid) as error:
        raise SourceDataError(f"{str(path)!r} cannot be read: {error}") from error


def _equal_chunks(batches: Iterator[pa.RecordBatch], schema: pa.Schema, size: int) -> Iterator[pa.Table]:
    """Give tables of exactly `size` rows, the last one excepted; holds at most `size` rows and one batch."""
    held: list[pa.RecordBatch] = []
    count, given = 0, False
    for batch in batches:
        held.append(batch)
        count += batch.num_rows
        while count >= size:
            table = pa.Table.from_batches(held).replace_schema_metadata(schema.metadata)
            yield table.slice(0, size)
            held = table.slice(size).to_batches()
            count, given = count - size, True
    if count or not given:
        yield pa.Table.from_batches(held, schema=None if held else schema).replace_schema_metadata(schema.metadata)


def _plain(table: pa.Table) -> pa.Table:
    """Forget the row groups that the file happens to have."""
    return table.combine_chunks()
