"""Frames in memory: pandas and Arrow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd
import pyarrow as pa

from jupyter_features.errors import EntityDataframeError
from jupyter_features.operations.entity_dataframe import check_column, key_array, time_array
from jupyter_features.operations.frame import Frame, input_columns, slices
from jupyter_features.operations.pandas_types import pandas_dtype


@dataclass(frozen=True)
class PandasFrame(Frame):
    """A pandas frame, which is never changed."""

    frame: pd.DataFrame

    @property
    def names(self) -> tuple[str, ...]:
        """Column names as texts."""
        return tuple(str(column) for column in self.frame.columns)

    @property
    def count(self) -> int:
        """Number of rows."""
        return len(self.frame)

    def inputs(self, needed: Sequence[tuple[str, str, str]], timestamp: str, size: int) -> Iterator[pa.Table]:
        """Convert each column once, so that every chunk has the same types."""
        columns = {column: key_array(self.frame, column, dtype, noun=noun) for column, dtype, noun in needed}
        columns.setdefault(timestamp, time_array(self.frame, timestamp))
        return slices(pa.table(columns), size)

    def chunks(self, size: int) -> Iterator[pa.Table]:
        """Convert all columns; pandas' own types and index are kept in the schema's metadata."""
        for name in self.names:
            check_column(self.names, name, "passed-through")
        try:
            return slices(pa.Table.from_pandas(self.frame), size)
        except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError) as error:
            raise EntityDataframeError(f"A column cannot be kept in Parquet: {error}.", hint="Leave it out, or convert it.") from error

    def to_pandas(self) -> pd.DataFrame:
        """Give the very frame."""
        return self.frame

    def to_arrow(self) -> pa.Table:
        """Give the columns without the index."""
        return pa.Table.from_pandas(self.frame, preserve_index=False)

    def head(self, rows: int) -> pd.DataFrame:
        """Give the first rows."""
        return self.frame.head(rows)


@dataclass(frozen=True)
class ArrowFrame(Frame):
    """An Arrow table."""

    table: pa.Table

    @property
    def names(self) -> tuple[str, ...]:
        """Column names."""
        return tuple(self.table.column_names)

    @property
    def count(self) -> int:
        """Number of rows."""
        return int(self.table.num_rows)

    def inputs(self, needed: Sequence[tuple[str, str, str]], timestamp: str, size: int) -> Iterator[pa.Table]:
        """Slice the columns."""
        return slices(_without_dictionaries_of_views(self.table.select(input_columns(self.names, needed, timestamp))), size)

    def chunks(self, size: int) -> Iterator[pa.Table]:
        """Slice the table."""
        for name in self.names:
            check_column(self.names, name, "passed-through")
        return slices(_without_dictionaries_of_views(self.table), size)

    def to_pandas(self) -> pd.DataFrame:
        """Convert: integers, booleans and texts become pandas' nullable types."""
        frame: pd.DataFrame = self.table.to_pandas(types_mapper=pandas_dtype)
        return frame

    def to_arrow(self) -> pa.Table:
        """Give the very table."""
        return self.table

    def head(self, rows: int) -> pd.DataFrame:
        """Give the first rows."""
        return ArrowFrame(self.table.slice(0, rows)).to_pandas()


def _without_dictionaries_of_views(table: pa.Table) -> pa.Table:
    """Give categories as large texts: polars gives them as a type that Arrow can neither decode nor write to Parquet."""
    for index, column in enumerate(table.schema):
        if pa.types.is_dictionary(column.type) and pa.types.is_string_view(column.type.value_type):
            known = [
                pa.DictionaryArray.from_arrays(each.indices, each.dictionary.cast(pa.large_string())) for each in table.column(index).chunks
            ]
            texts = pa.chunked_array(known, pa.dictionary(column.type.index_type, pa.large_string()))
            table = table.set_column(index, column.name, texts)
    return table
