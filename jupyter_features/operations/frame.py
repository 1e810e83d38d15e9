"""A frame: rows under column names, wherever they lie, read a chunk at a time."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence

import pandas as pd
import pyarrow as pa

from jupyter_features.operations.entity_dataframe import check_column


class Frame(ABC):
    """Rows under column names. Chunks of the same size from one frame stand side by side."""

    @property
    @abstractmethod
    def names(self) -> tuple[str, ...]:
        """Column names, a pandas index not among them."""

    @property
    @abstractmethod
    def count(self) -> int:
        """Number of rows."""

    @abstractmethod
    def inputs(self, needed: Sequence[tuple[str, str, str]], timestamp: str, size: int) -> Iterator[pa.Table]:
        """Give only the columns that Q is asked with, `size` rows at a time; at least one chunk, of no rows if there are none.

        Parameters
        ----------
        needed
            (column, type it ought to have, what it is: join key or request).

        Raises
        ------
        EntityDataframeError
            If a column is missing, or is of no type that could do.
        """

    @abstractmethod
    def chunks(self, size: int) -> Iterator[pa.Table]:
        """Give everything as Parquet can keep it, a pandas index among it, `size` rows at a time; at least one chunk."""

    @abstractmethod
    def to_pandas(self) -> pd.DataFrame:
        """Give a pandas frame; one that was pandas comes back as it was."""

    @abstractmethod
    def to_arrow(self) -> pa.Table:
        """Give an Arrow table without a pandas index."""

    @abstractmethod
    def head(self, rows: int) -> pd.DataFrame:
        """Give the first rows."""


def beside(rows: pa.Table, features: pa.Table) -> pa.Table:
    """Put feature columns after the columns of the same rows; the rows' metadata stays."""
    for name in features.column_names:
        rows = rows.append_column(name, features.column(name))
    return rows


def input_columns(names: tuple[str, ...], needed: Sequence[tuple[str, str, str]], timestamp: str) -> list[str]:
    """Name the columns that Q is asked with, each once.

    Raises
    ------
    EntityDataframeError
        If one is missing.
    """
    for column, _, noun in needed:
        check_column(names, column, noun)
    check_column(names, timestamp, "timestamp")
    return list(dict.fromkeys([*(column for column, *_ in needed), timestamp]))


def slices(table: pa.Table, size: int) -> Iterator[pa.Table]:
    """Cut a table into chunks of `size` rows; one chunk of no rows if it has none."""
    for start in range(0, max(table.num_rows, 1), size):
        yield table.slice(start, size)
