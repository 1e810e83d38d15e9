"""Open the rows that a caller gives, of whatever kind they are."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol, TypeAlias

import pandas as pd
import pyarrow as pa

from jupyter_features.errors import EntityDataframeError, SourceDataError
from jupyter_features.operations.frame import Frame
from jupyter_features.operations.held_frame import ArrowFrame, PandasFrame
from jupyter_features.operations.parquet_frame import ParquetFrame


class ArrowStream(Protocol):
    """Any table that speaks Arrow's C stream: polars, DuckDB relations, record batch readers."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Give the rows as a capsule."""


EntityDataframe: TypeAlias = pd.DataFrame | pa.Table | ArrowStream | str | Path


def open_frame(data: EntityDataframe, *, folder: Path) -> Frame:
    """Tell what kind of rows these are.

    Parameters
    ----------
    data
        pandas DataFrame, Arrow table, path of a Parquet file, or anything that speaks Arrow's C stream, such as a polars
        DataFrame. A stream is read to its end.
    folder
        Where a relative path starts from.

    Raises
    ------
    EntityDataframeError
        If it is none of them, or the file is not there or not Parquet.
    """
    if isinstance(data, pd.DataFrame):
        return PandasFrame(data)
    if isinstance(data, pa.Table):
        return ArrowFrame(data)
    if isinstance(data, (str, Path)):
        return _parquet(folder / data)
    if hasattr(data, "__arrow_c_stream__"):
        return ArrowFrame(pa.table(data))
    raise EntityDataframeError(
        f"Rows cannot be read from a {type(data).__name__}.",
        hint="Give a pandas or polars DataFrame, an Arrow table, or the path of a Parquet file.",
    )


def _parquet(path: Path) -> ParquetFrame:
    if not path.is_file():
        raise EntityDataframeError(f"There is no file {str(path)!r}.", hint="A path of rows is the path of one Parquet file.")
    try:
        return ParquetFrame.of_file(path)
    except SourceDataError as error:
        raise EntityDataframeError(f"{str(path)!r} cannot be read as Parquet.", hint="Write the rows as Parquet.") from error
