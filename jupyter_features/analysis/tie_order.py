"""Tie order: a window whose answer depends on the order of tied rows orders them by all that tells them apart."""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import exp

from jupyter_features.analysis.functions import TIE_SENSITIVE
from jupyter_features.analysis.scopes import alias_of, all_selects, own_nodes, readers
from jupyter_features.definitions.source import Source


def order_ties(query: exp.Query, references: Mapping[str, Source]) -> exp.Query:
    """Complete the order of each such window.

    Parameters
    ----------
    query
        A qualified query; it is left as it is, and comes back itself if it has no window.
    """
    if query.find(exp.Window) is None:
        return query
    query = query.copy()
    for select in all_selects(query):
        _order_ties(select, references)
    return query


def _order_ties(select: exp.Select, references: Mapping[str, Source]) -> None:
    windows = [node for node in own_nodes(select) if isinstance(node, exp.Window) and _shows_ties(node)]
    if not windows:
        return
    identity = _identity(select, references)
    for window in windows:
        order = window.args["order"]
        known = {ordered.this.sql() for ordered in order.expressions}
        rest = [exp.Ordered(this=part.copy(), nulls_first=False) for part in identity if part.sql() not in known]
        order.set("expressions", [*order.expressions, *rest])


def _identity(select: exp.Select, references: Mapping[str, Source]) -> list[exp.Expr]:
    """Name what tells the rows that a window sees apart: the grouping, else all columns of all relations."""
    group = select.args.get("group")
    if group:
        return [key for key in group.expressions if key.find(exp.Column)]
    return [
        exp.column(exp.to_identifier(name, quoted=True), table=exp.to_identifier(alias_of(node.this), quoted=True))
        for node in readers(select)
        for name in _columns_of(node.this, references)
    ]


def _shows_ties(window: exp.Window) -> bool:
    if not window.args.get("order"):
        return False
    spec = window.args.get("spec")
    return isinstance(window.this, TIE_SENSITIVE) or (spec is not None and spec.args.get("kind") == "ROWS")


def _columns_of(relation: exp.Expr, references: Mapping[str, Source]) -> list[str]:
    if isinstance(relation, exp.Subquery):
        return [projection.alias for projection in relation.this.selects]
    return list(references[relation.name].column_names)
