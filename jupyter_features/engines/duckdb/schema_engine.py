"""The schema engine: knows the types of declared columns and not a single row."""

from __future__ import annotations

from pathlib import Path

from sqlglot import exp

from jupyter_features.definitions.source import Source
from jupyter_features.engines.duckdb.engine import DuckDBEngine


class SchemaEngine(DuckDBEngine):
    """Infers the types of queries whose data is out of reach, or is none of its business: it opens no file and no network.

    Sources are empty tables of their declared columns. What somebody else wrote can be described here.
    """

    def __init__(self) -> None:
        super().__init__(Path(), is_sealed=True)

    def relation(self, source: Source) -> str:
        """Make an empty table of the declared columns and give its name in queries."""
        columns = [exp.alias_(exp.cast(exp.null(), column.dtype, dialect="duckdb"), column.name, quoted=True) for column in source.columns]
        empty = exp.select(*columns).where(exp.false())
        self._connection.sql(empty.sql("duckdb")).create_view(source.name, replace=True)
        return source.name
