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
from jupyter_features.engines.duckdb import files
from jupyter_features.errors import SourceDataError


class DuckDBEngine:
    """Runs bound queries over files and data frames.

    Parameters
    ----------
    project
        Folder that relative source locations start from.

    Notes
    -----
    The session's zone is UTC. Calls from several threads take turns.
    """

    name = "duckdb"

    def __init__(self, project: Path) -> None:
        self._project = project
        self._lock = threading.RLock()
        self._connection = duckdb.connect()
        self._connection.execute("SET TimeZone = 'UTC'")
        self._tables: dict[str, pa.Table] = {}
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
            self._tables[name] = table
            self._connection.register(_table_name(name), table)
            found = self._describe(name, exp.select("*").from_(exp.to_table(_table_name(name), dialect="duckdb")))
        return _normalized_columns(found, clocks)

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
            files.check_unchanged(source, found)
            declared = [(column, dtype) for column, dtype in found if column in source.column_names]
            view = files.normalized(rows, declared, (source.event_timestamp, source.arrival))
            self._connection.sql(view.sql("duckdb")).create_view(name, replace=True)
            self._views[name] = data
        return name

    def describe(self, query: exp.Query, *, parameters: Mapping[str, object]) -> list[tuple[str, str]]:
        """Tell names and types of a bound query's columns without running it."""
        with self._lock:
            rows = self._connection.execute(
                f"DESCRIBE {query.sql('duckdb')}", _used(query, parameters)
            ).fetchall()  # the text is a generated tree
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
                return self._connection.sql(query.sql("duckdb"), params=_used(query, parameters or {})).to_arrow_table()
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
        newest = exp.Max(this=exp.column(exp.to_identifier(source.event_timestamp, quoted=True)))
        table = self.run(exp.select(exp.alias_(newest, "newest")).from_(exp.to_table(self.relation(source))))
        value = table.column(0)[0].as_py()
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

    def close(self) -> None:
        """Give the connection back."""
        with self._lock:
            self._connection.close()

    def _data(self, source: Source) -> tuple[object, ...]:
        if source.format == "dataframe":
            return (id(self._tables.get(source.name)),)
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
