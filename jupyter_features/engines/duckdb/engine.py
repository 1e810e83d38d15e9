"""The DuckDB engine: one in-process connection, one view per declared source."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import msgspec
import pandas as pd
import pyarrow as pa
from sqlglot import exp

from jupyter_features.definitions.source import Column, Format, Source
from jupyter_features.engines.duckdb import exact_sum, files
from jupyter_features.errors import SourceDataError


class DuckDBEngine:
    """Runs bound queries over files and data frames.

    Parameters
    ----------
    project
        Folder that relative source locations start from.
    threads
        Number of threads, among which even small data is then divided; None leaves both to the engine.
    zone
        Zone of the session. No answer may depend on it; the gates compute in other zones to see that.
    is_sealed
        Whether no file and no network can be reached: there are given rows only.

    Notes
    -----
    Calls from several threads take turns.
    """

    name = "duckdb"

    def __init__(self, project: Path, *, threads: int | None = None, zone: str = "UTC", is_sealed: bool = False) -> None:
        self._project = project
        self._lock = threading.RLock()
        self._connection = duckdb.connect(config={} if threads is None else {"threads": threads})
        self._connection.execute("SET TimeZone = ?", [zone])
        if threads is not None:
            self._connection.execute("PRAGMA verify_parallelism")
        for macro in exact_sum.MACROS:
            self._connection.execute(f"CREATE MACRO {macro}")
        if is_sealed:
            self._connection.execute("SET enable_external_access = false")
            self._connection.execute("SET lock_configuration = true")
        # Queries some of whose numbers did not fit the narrow way of adding.
        self._wide: set[str] = set()
        self._tables: dict[str, pa.Table] = {}
        # Grows with each table, so that a report about one is not taken for one about another.
        self._generations: dict[str, int] = {}
        self._given: set[str] = set()
        self._newest: dict[tuple[object, ...], datetime | None] = {}
        # The data that each view was checked against: a view of unchanged data needs no second look.
        self._views: dict[str, tuple[object, ...]] = {}

    def columns(self, name: str, location: str, clocks: tuple[str | None, ...]) -> tuple[Format, tuple[Column, ...]]:
        """Describe the rows at a location as a source would see them.

        Parameters
        ----------
        location
            File or glob, relative to the project.
        clocks
            Columns declared as event timestamp or arrival; dates among them become TIMESTAMP.

        Raises
        ------
        SourceDataError
            If nothing is there, or it cannot be read.
        InvalidArgumentError
            If the format is unknown.
        """
        format_ = files.format_of(location)
        paths = files.find_files(self._project, name, location)
        with self._lock:
            found = self._describe(name, exp.select("*").from_(files.reader(format_, paths)))
        return format_, _normalized_columns(found, clocks)

    def frame_columns(self, name: str, frame: pd.DataFrame, clocks: tuple[str | None, ...]) -> tuple[Column, ...]:
        """Keep a data frame under a source's name for this session, and describe it. Its index is ignored."""
        return self.table_columns(name, pa.Table.from_pandas(frame, preserve_index=False), clocks)

    def table_columns(self, name: str, table: pa.Table, clocks: tuple[str | None, ...]) -> tuple[Column, ...]:
        """Keep an Arrow table under a source's name for this session, and describe it."""
        with self._lock:
            self._keep(name, table)
            found = self._describe(name, exp.select("*").from_(exp.to_table(_table_name(name), dialect="duckdb")))
        return _normalized_columns(found, clocks)

    def give(self, source: Source, rows: pa.Table) -> Source:
        """Keep rows in place of a source's data, for this session; give the source that reads them.

        Parameters
        ----------
        rows
            The declared columns as this engine or another one gave them: a type that Arrow lacks may stand as another.
        """
        given = msgspec.structs.replace(source, format="dataframe", location="")
        with self._lock:
            self._keep(source.name, rows)
            self._given.add(source.name)
        return given

    def relation(self, source: Source) -> str:
        """Make the source's rows available and give their name in queries.

        Raises
        ------
        SourceDataError
            If the data is gone, unreadable, or no longer has the declared columns.
        """
        identity = hashlib.sha256(msgspec.json.encode(source)).hexdigest()[:8]
        name = f"{source.name}_{identity}"
        data = self._data(source)
        with self._lock:
            if self._views.get(name) == data:
                return name
            rows = self._rows(source)
            found = self._describe(source.name, exp.select("*").from_(rows))
            if source.name in self._given:
                view = _as_declared(rows, source, dict(found))
            else:
                files.check_unchanged(source, found)
                declared = [(column, dtype) for column, dtype in found if column in source.column_names]
                view = files.normalized(rows, declared, (source.event_timestamp, source.arrival))
            self._connection.sql(view.sql("duckdb")).create_view(name, replace=True)
            self._views[name] = data
        return name

    def describe(
        self, query: exp.Query, *, parameters: Mapping[str, object], tables: Mapping[str, pa.Table] | None = None
    ) -> list[tuple[str, str]]:
        """Tell names and types of a bound query's columns without running it; `tables` as in `run`."""
        tables = tables or {}
        with self._lock:
            for name, table in tables.items():
                self._connection.register(name, table)
            try:
                # An ordinary sum has the type of the exact one, and is bound in a fraction of the time.
                text = exact_sum.lower(query, "plain").sql("duckdb", copy=False)
                rows = self._connection.execute(f"DESCRIBE {text}", _used(query, parameters)).fetchall()  # the text is a generated tree
            finally:
                for name in tables:
                    self._connection.unregister(name)
        return [(str(row[0]), str(row[1])) for row in rows]

    def run(
        self, query: exp.Query, *, parameters: Mapping[str, object] | None = None, tables: Mapping[str, pa.Table] | None = None
    ) -> pa.Table:
        """Run a bound query.

        Parameters
        ----------
        parameters
            Values of the query's named parameters; instants are naive UTC datetimes.
        tables
            Arrow tables that the query reads by name.

        Raises
        ------
        SourceDataError
            If the engine fails on the data, such as an integer too large for BIGINT or a text that cannot be cast.
        """
        tables = tables or {}
        with self._lock:
            for name, table in tables.items():
                self._connection.register(name, table)
            try:
                return self._run(query, _used(query, parameters or {}))
            except duckdb.InterruptException as error:
                raise KeyboardInterrupt from error
            except RuntimeError as error:
                # DuckDB words Ctrl-C during a fetch this way.
                if "interrupt" in str(error).lower():
                    raise KeyboardInterrupt from error
                raise
            except duckdb.Error as error:
                raise SourceDataError(f"The engine cannot compute this: {_first_line(error)}") from error
            finally:
                for name in tables:
                    self._connection.unregister(name)

    def _run(self, query: exp.Query, parameters: Mapping[str, object]) -> pa.Table:
        if not exact_sum.has_exact_sum(query):
            return self._connection.sql(query.sql("duckdb"), params=parameters).to_arrow_table()
        text = exact_sum.lower(query, "narrow").sql("duckdb", copy=False)
        if text not in self._wide:
            try:
                return self._connection.sql(text, params=parameters).to_arrow_table()
            except (duckdb.InvalidInputException, duckdb.ConversionException, duckdb.OutOfRangeException):
                self._wide.add(text)
        return self._connection.sql(exact_sum.lower(query, "wide").sql("duckdb", copy=False), params=parameters).to_arrow_table()

    def readable(self, query: exp.Query) -> str:
        """Write a bound query for people, with plain sums where the engine adds up floating point numbers exactly."""
        return str(exact_sum.lower(query, "plain").sql("duckdb", pretty=True))

    def read(self, name: str, location: str) -> pa.Table:
        """Read all rows of a file or glob, with times in UTC microseconds; `name` stands in errors.

        Raises
        ------
        SourceDataError
            If nothing is there, or it cannot be read.
        """
        format_ = files.format_of(location)
        rows = files.reader(format_, files.find_files(self._project, name, location))
        with self._lock:
            found = self._describe(name, exp.select("*").from_(rows))
            return self.run(files.normalized(rows, found, ()))

    def newest(self, source: Source) -> datetime | None:
        """Find the greatest event timestamp of a source, an aware UTC instant; None when it has none."""
        if source.event_timestamp is None:
            return None
        asked = (source.name, source.event_timestamp, self.identity(source))
        if asked not in self._newest:
            newest = exp.Max(this=exp.column(exp.to_identifier(source.event_timestamp, quoted=True)))
            table = self.run(exp.select(exp.alias_(newest, "newest")).from_(exp.to_table(self.relation(source))))
            self._newest[asked] = table.column(0)[0].as_py()
        value = self._newest[asked]
        return value.replace(tzinfo=UTC) if value is not None else None

    def snapshot(self, source: Source) -> list[dict[str, object]]:
        """Identify the data behind a source right now: each file with its size in bytes and modification time."""
        if source.format == "dataframe":
            return [{"rows": self._tables[source.name].num_rows}]
        result: list[dict[str, object]] = []
        for path in files.find_files(self._project, source.name, source.location):
            status = Path(path).stat()
            modified = datetime.fromtimestamp(status.st_mtime, UTC).isoformat()
            result.append({"file": Path(path).name, "bytes": status.st_size, "modified_at": modified})
        return result

    def identity(self, source: Source) -> tuple[object, ...]:
        """Tell the data behind a source right now from any other of this session; equal means unchanged."""
        if source.format == "dataframe":
            return (self._generations.get(source.name),)
        return self._data(source)

    def close(self) -> None:
        """Give the connection back."""
        with self._lock:
            self._connection.close()

    def _keep(self, name: str, table: pa.Table) -> None:
        self._tables[name] = table
        self._generations[name] = self._generations.get(name, 0) + 1
        self._given.discard(name)
        self._connection.register(_table_name(name), table)

    def _data(self, source: Source) -> tuple[object, ...]:
        if source.format == "dataframe":
            # A view finds its table by name, so another table of the same columns needs no other view.
            table = self._tables.get(source.name)
            return (table.schema if table is not None else None, source.name in self._given)
        paths = files.find_files(self._project, source.name, source.location)
        return tuple((path, status.st_mtime_ns, status.st_size) for path in paths if (status := Path(path).stat()))

    def _rows(self, source: Source) -> exp.Expr:
        if source.format == "dataframe":
            if source.name not in self._tables:
                raise SourceDataError(
                    f"Source {source.name!r} was a DataFrame of another session.", hint="Declare it again in this notebook."
                )
            return exp.to_table(_table_name(source.name), dialect="duckdb")
        paths = files.find_files(self._project, source.name, source.location)
        return files.reader(source.format, paths, source.columns)

    def _describe(self, name: str, query: exp.Query) -> list[tuple[str, str]]:
        try:
            return files.describe(self._connection, query)
        except duckdb.Error as error:
            raise SourceDataError(f"Source {name!r} cannot be read: {_first_line(error)}") from error


def _as_declared(rows: exp.Expr, source: Source, found: Mapping[str, str]) -> exp.Select:
    """Select the declared columns in their declared types."""

    def read(column: Column) -> exp.Expr:
        node = exp.column(exp.to_identifier(column.name, quoted=True))
        return node if found[column.name] == column.dtype else exp.cast(node, column.dtype, dialect="duckdb")

    return exp.select(*(exp.alias_(read(column), column.name, quoted=True) for column in source.columns)).from_(rows).from_(rows)


def _table_name(name: str) -> str:
    return f"__jf_frame_{name}"


def _used(query: exp.Query, parameters: Mapping[str, object]) -> dict[str, object]:
    """Keep the parameters that the query has; DuckDB refuses others."""
    names = {placeholder.name for placeholder in query.find_all(exp.Placeholder)}
    return {name: value for name, value in parameters.items() if name in names}


def _first_line(error: duckdb.Error) -> str:
    return str(error).splitlines()[0]


def _normalized_columns(found: list[tuple[str, str]], clocks: tuple[str | None, ...]) -> tuple[Column, ...]:
    wanted = {clock.lower() for clock in clocks if clock}
    return tuple(Column(name, files.normalized_dtype(dtype, is_clock=name.lower() in wanted)) for name, dtype in found)
