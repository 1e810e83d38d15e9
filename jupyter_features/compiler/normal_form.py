"""The normal form of a view as a tree, and the parts of it that every plan replaces."""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp, parse_one

from jupyter_features.analysis.functions import is_as_of
from jupyter_features.definitions.feature_view import CompiledView
from jupyter_features.definitions.source import Source
from jupyter_features.definitions.source_reference import SourceReference

Relation = Callable[[Source], str]
"""Gives the engine's name of a source's rows."""


def load(view: CompiledView) -> exp.Select:
    """Read the stored normal form back into a fresh tree."""
    tree = parse_one(view.normal_sql, read="duckdb")
    assert isinstance(tree, exp.Select)
    return tree


def bind_tables(tree: exp.Select, view: CompiledView, bind: Callable[[SourceReference, Source], exp.Select]) -> exp.Select:
    """Replace every table by a subquery of its visible rows, under the same alias."""
    references = {reference.alias: reference for reference in view.definition.sources}
    for node in [tree.args["from_"], *(tree.args.get("joins") or [])]:
        reference = references[node.this.name]
        node.set("this", bind(reference, view.source(reference.source)).subquery(exp.to_identifier(reference.alias, quoted=True)))
    return tree


def bind_as_of(tree: exp.Select, as_of: exp.Expr) -> exp.Select:
    """Replace every `as_of()` by an expression."""
    for node in list(tree.walk()):
        if is_as_of(node):
            node.replace(as_of.copy())
    return tree
