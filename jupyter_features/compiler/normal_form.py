"""The normal form of a view as a tree, and the parts of it that every plan replaces."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from sqlglot import exp, parse_one

from jupyter_features.analysis.functions import is_as_of
from jupyter_features.analysis.sql_text import forget_places
from jupyter_features.definitions.feature_view import CompiledView
from jupyter_features.definitions.source import Source
from jupyter_features.definitions.source_reference import SourceReference

Relation = Callable[[Source], str]
"""Gives the engine's name of a source's rows."""


def load(view: CompiledView) -> exp.Query:
    """Read the stored normal form back into a fresh tree."""
    return _parsed(view.normal_sql).copy()


# The text of a version never changes, and copying a tree is several times faster than reading it again.
@lru_cache(maxsize=1024)
def _parsed(normal_sql: str) -> exp.Query:
    query = parse_one(normal_sql, read="duckdb")
    assert isinstance(query, exp.Query)
    forget_places(query)
    return query


def bind_tables(query: exp.Query, view: CompiledView, bind: Callable[[SourceReference, Source], exp.Select]) -> exp.Query:
    """Replace every table by a subquery of its visible rows, under the same alias."""
    references = {reference.alias: reference for reference in view.definition.sources}
    for table in list(query.find_all(exp.Table)):
        reference = references[table.name]
        rows = bind(reference, view.source(reference.source))
        table.replace(rows.subquery(exp.to_identifier(table.alias_or_name, quoted=True), copy=False))
    return query


def bind_as_of(query: exp.Query, as_of: Callable[[exp.Expr], exp.Expr]) -> exp.Query:
    """Replace every `as_of()` by what stands for it at that place."""
    for node in list(query.walk()):
        if is_as_of(node):
            node.replace(as_of(node))
    return query
