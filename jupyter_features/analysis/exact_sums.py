"""Exact sums: floating point numbers add up to the same bits in any order of rows."""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import exp

from jupyter_features.analysis.functions import EXACT_SUM, ORDER_SENSITIVE
from jupyter_features.analysis.number_kind import number_kind
from jupyter_features.analysis.scopes import all_selects, own_nodes
from jupyter_features.definitions.source import Source


def exact_sums(query: exp.Query, references: Mapping[str, Source]) -> exp.Query:
    """Make a floating point SUM an EXACT_SUM, the correctly rounded sum.

    STDDEV, VARIANCE, and a SUM of what nobody can tell the type of, add in the order of their values.

    Parameters
    ----------
    query
        A qualified query; it is left as it is, and comes back itself if it adds nothing up.
    """
    if query.find(*ORDER_SENSITIVE) is None:
        return query
    query = query.copy()
    for select in all_selects(query):
        _order_sums(select, references)
    return query


def _order_sums(select: exp.Select, references: Mapping[str, Source]) -> None:
    # Innermost first: one sum may stand inside another, before OVER, and goes with it.
    for node in reversed([node for node in own_nodes(select) if isinstance(node, ORDER_SENSITIVE)]):
        # An order that the author wrote may leave ties, so it does not count.
        operand = node.this.this if isinstance(node.this, exp.Order) else node.this
        inner = operand.expressions[0] if isinstance(operand, exp.Distinct) else operand
        kind = number_kind(inner, select, references) if isinstance(node, exp.Sum) else None
        if kind == "exact":
            continue
        if kind == "floating" and inner is operand:
            node.replace(exp.Anonymous(this=EXACT_SUM, expressions=[operand.copy()]))
        elif inner.find(exp.Column):
            node.set("this", exp.Order(this=operand.copy(), expressions=[exp.Ordered(this=inner.copy(), nulls_first=False)]))
