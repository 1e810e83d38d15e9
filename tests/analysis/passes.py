"""A little shop to try passes on: its sources as a pass sees them, and its rows as DuckDB sees them."""

from __future__ import annotations

import re
from functools import cache

import duckdb
from sqlglot import exp, parse_one

from jupyter_features.analysis.inline_ctes import inline_ctes
from jupyter_features.analysis.parse import parse
from jupyter_features.analysis.qualify import qualify
from jupyter_features.analysis.sql_text import SqlText
from jupyter_features.definitions.source import Column, Source
from jupyter_features.definitions.source_reference import as_source_references
from jupyter_features.engines.duckdb.exact_sum import lower

from ..pairs import Pair, by_clause, shown_rows

TABLES = """
CREATE MACRO as_of() AS TIMESTAMP '1998-02-02 00:00';

CREATE TABLE purchases (customer_id BIGINT, purchased_at TIMESTAMP, cds INTEGER, amount DOUBLE);
INSERT INTO purchases VALUES
    (1, '1998-01-01', 1, 10.0), (1, '1998-01-31', 2, 20.0), (1, '1998-01-31', 3, 36.0),
    (2, '1998-01-15', 0, 5.5), (2, '1998-01-16', NULL, NULL),
    (3, '1997-01-01', 4, 0.0);

CREATE TABLE profiles (customer_id BIGINT, valid_from TIMESTAMP, segment VARCHAR, "Score" INTEGER);
INSERT INTO profiles VALUES (1, '1998-01-01', 'new', 3), (1, '1998-02-01', 'loyal', 5), (2, '1998-01-10', 'new', 4);

CREATE TABLE refunds (customer_id BIGINT, "refundedAt" TIMESTAMP, cds INTEGER, refund DECIMAL(10, 2));
INSERT INTO refunds VALUES (1, '1998-02-01', 1, 4.50), (3, '1998-01-05', 4, 2.00);

CREATE TABLE inputs (cds INTEGER, amount DOUBLE, segment VARCHAR);
INSERT INTO inputs VALUES (1, 10.0, 'new'), (3, NULL, 'loyal');
"""
CLOCKS = {"purchases": "purchased_at", "profiles": "valid_from", "refunds": "refundedAt"}


def sources_of(pair: Pair) -> dict[str, Source]:
    """Give the source of each reference: those that the pair declares, else the tables that it names."""
    named = [name for name in CLOCKS if re.search(rf"\b{name}\b", pair.given, re.IGNORECASE)]
    return {each.alias: _source(each.source) for each in as_source_references(pair.texts("source") or named)}


@cache
def _source(name: str) -> Source:
    columns = tuple(Column(row[0], row[1]) for row in _shop().execute(f"DESCRIBE {name}").fetchall())
    key, clock = (("customer_id", "customer_id"),), CLOCKS[name]
    return Source(
        name=name, location="", format="dataframe", entity="customer", kind="events", columns=columns, key=key, event_timestamp=clock
    )


def qualified(pair: Pair) -> exp.Query:
    """Take a query as far as `rewrite` and `require_rows` get it."""
    text = SqlText(pair.given)
    return qualify(text, inline_ctes(text, parse(text)), sources_of(pair))


def written(query: exp.Query) -> str:
    """Write what a pass made, clause by clause."""
    return by_clause(query.sql("duckdb", comments=False))


def rows_of_expected(pair: Pair) -> str:
    """Run the expected text; DuckDB adds floating point numbers of the shop without a rounding error."""
    return _answer(pair, lower(parse_one(pair.expected, read="duckdb"), "plain").sql("duckdb"))


def rows_of_given(pair: Pair) -> str:
    """Give the rows by hand; without those, what DuckDB makes of the text as its author wrote it."""
    return pair.rows_in_any_order if pair.rows else _answer(pair, pair.given)


def _answer(pair: Pair, sql: str) -> str:
    for each in as_source_references(pair.texts("source")):
        _shop().execute(f"CREATE OR REPLACE VIEW {each.alias} AS FROM {each.source}")
    result = _shop().execute(sql)
    return shown_rows([column[0].lower() for column in result.description or []], result.fetchall())


@cache
def _shop() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute(TABLES)
    return connection
