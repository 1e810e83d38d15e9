"""Averages: each becomes a sum over a count, because engines' own averages differ in the last bit."""

from __future__ import annotations

from sqlglot import exp


def averages_to_quotients(query: exp.Query) -> exp.Query:
    """Replace every AVG, one inside another too, by SUM / COUNT of the same rows.

    Parameters
    ----------
    query
        A qualified query; it is left as it is, and comes back itself if it has none.
    """
    quotients: exp.Expr = query
    while quotients.find(exp.Avg):
        quotients = quotients.transform(_average_to_quotient)
    assert isinstance(quotients, exp.Query)
    return quotients


def _average_to_quotient(node: exp.Expr) -> exp.Expr:
    if isinstance(node, exp.Window) and (average := _average_in(node.this)) is not None:
        return exp.paren(exp.Div(this=_in_place_of(node, exp.Sum, average), expression=_in_place_of(node, exp.Count, average)))
    if isinstance(node, exp.Window):
        return node
    inside_window = isinstance(node.parent, exp.Window) and node.arg_key == "this"
    if not inside_window and isinstance(node, exp.Filter) and (average := _average_in(node)) is not None:
        return exp.paren(exp.Div(this=_in_place_of(node, exp.Sum, average), expression=_in_place_of(node, exp.Count, average)))
    if isinstance(node, exp.Avg) and not isinstance(node.parent, (exp.Filter, exp.Window)):
        return exp.paren(exp.Div(this=exp.Sum(this=node.this.copy()), expression=exp.Count(this=node.this.copy())))
    return node


def _average_in(node: exp.Expr) -> exp.Avg | None:
    inner = node.this if isinstance(node, exp.Filter) else node
    return inner if isinstance(inner, exp.Avg) else None


def _in_place_of(node: exp.Expr, function: type[exp.Expr], average: exp.Avg) -> exp.Expr:
    """Copy a window or filter with another aggregate of the same operand in place of its average."""
    copied = node.copy()
    found = next(inner for inner in copied.walk() if isinstance(inner, exp.Avg))
    found.replace(function(this=average.this.copy()))
    return copied
