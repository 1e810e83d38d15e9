"""Files behind a source: found, described, and read with their times in UTC microseconds."""

from __future__ import annotations

import glob
from pathlib import Path

import duckdb
from sqlglot import exp

from jupyter_features.definitions.source import Column, Format, Source
from jupyter_features.errors import InvalidArgumentError, SourceDataError

_FORMATS: dict[str, Format] = {".parquet": "parquet", ".pq": "parquet", ".csv": "csv", ".tsv": "csv"}
_READERS = {"parquet": "read_parquet", "csv": "read_csv"}


def format_of(location: str) -> Format:
    """Tell the format of a file or glob by its ending.

    Raises
    ------
    InvalidArgumentError
        If the ending is unknown.
    """
    ending = Path(location.removesuffix(".gz")).suffix.lower()
    if ending not in _FORMATS:
        raise InvalidArgumentError(f"{location!r} is neither Parquet nor CSV.", hint=f"Known endings: {', '.join(_FORMATS)}.")
    return _FORMATS[ending]


def find_files(project: Path, name: str, location: str) -> list[str]:
    """List the files of a location, sorted, as absolute paths.

    Raises
    ------
    SourceDataError
        If nothing is there.
    """
    pattern = str(project / location)
    # A file whose own name has brackets or stars is meant literally.
    found = [pattern] if Path(pattern).is_file() else sorted(path for path in glob.glob(pattern, recursive=True) if Path(path).is_file())  # noqa: PTH207  # Path.glob takes no absolute pattern
    if not found:
        raise SourceDataError(
            f"Source {name!r}: there is no file {location!r}.", hint="Restore the file, or declare the source anew with %feature source."
        )
    return found


def reader(format_: Format, files: list[str], columns: tuple[Column, ...] = ()) -> exp.Expr:
    """Call the engine's file reader; `columns` pins a CSV's types to what was declared."""
    arguments: list[exp.Expr] = [exp.array(*(exp.Literal.string(path) for path in files))]
    if format_ == "csv" and columns:
        types = exp.Struct(
            expressions=[
                exp.PropertyEQ(this=exp.Literal.string(column.name), expression=exp.Literal.string(column.dtype)) for column in columns
            ]
        )
        arguments.append(exp.EQ(this=exp.to_identifier("types"), expression=types))
    return exp.Anonymous(this=_READERS[format_], expressions=arguments)


def normalized(rows: exp.Expr, columns: list[tuple[str, str]], clocks: tuple[str | None, ...]) -> exp.Select:
    """Select all columns with times as TIMESTAMP (UTC, microseconds, rounded down) and enums as text.

    Parameters
    ----------
    columns
        (name, type) as the data has them.
    clocks
        Columns that are instants even when the data has dates; a date is midnight UTC.
    """
    return exp.select(*(exp.alias_(_normalize(name, dtype, name in clocks), name, quoted=True) for name, dtype in columns)).from_(rows)


def normalized_dtype(dtype: str, *, is_clock: bool) -> str:
    """Tell the type that `normalized` gives a column."""
    if dtype.startswith("ENUM"):
        return "VARCHAR"
    return "TIMESTAMP" if dtype.startswith("TIMESTAMP") or (is_clock and dtype == "DATE") else dtype


def describe(connection: duckdb.DuckDBPyConnection, query: exp.Query) -> list[tuple[str, str]]:
    """Tell names and types of a query's columns without running it."""
    rows = connection.execute(f"DESCRIBE {query.sql('duckdb')}").fetchall()  # the text is a generated tree
    return [(str(row[0]), str(row[1])) for row in rows]


def check_unchanged(source: Source, columns: list[tuple[str, str]]) -> None:
    """Refuse data whose declared columns are gone or have other types.

    Raises
    ------
    SourceDataError
        Naming the first column that changed.
    """
    found = dict(columns)
    for column in source.columns:
        dtype = found.get(column.name)
        if dtype is None:
            raise SourceDataError(
                f"Source {source.name!r} lost its column {column.name!r}.", hint="Declare the source anew with %feature source."
            )
        is_clock = column.name in (source.event_timestamp, source.arrival)
        if normalized_dtype(dtype, is_clock=is_clock) != column.dtype:
            raise SourceDataError(
                f"Column {column.name!r} of source {source.name!r} was {column.dtype} and is {dtype} now.",
                hint="Declare the source anew with %feature source.",
            )


def _normalize(name: str, dtype: str, is_clock: bool) -> exp.Expr:
    column = exp.column(exp.to_identifier(name, quoted=True))
    if dtype in ("TIMESTAMP_NS", "TIMESTAMPTZ_NS"):
        # A plain cast rounds to the nearest microsecond, which could move an event across as_of.
        nanoseconds = exp.Anonymous(this="epoch_ns", expressions=[column])
        thousand = exp.Literal.number(1000)
        positive_rest = exp.Mod(
            this=exp.paren(exp.Add(this=exp.Mod(this=nanoseconds.copy(), expression=thousand), expression=thousand.copy())),
            expression=thousand.copy(),
        )
        floored = exp.paren(exp.Sub(this=nanoseconds, expression=exp.paren(positive_rest)))
        return exp.Anonymous(this="make_timestamp", expressions=[exp.IntDiv(this=floored, expression=thousand.copy())])
    if dtype == "TIMESTAMP WITH TIME ZONE":
        return exp.AtTimeZone(this=column, zone=exp.Literal.string("UTC"))
    target = normalized_dtype(dtype, is_clock=is_clock)
    return column if target == dtype else exp.cast(column, target, dialect="duckdb")
