"""Scopes: the SELECTs of a query and what each of them reads, without what stands inside its subqueries."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from jupyter_features.analysis.functions import is_aggregate

Query = exp.Select | exp.SetOperation


def readers(select: exp.Select) -> list[exp.Expr]:
    """List the FROM and JOIN nodes of a SELECT, in order; `node.this` is a table or a subquery."""
    return [select.args["from_"], *(select.args.get("joins") or [])]


def branches(query: exp.Expr) -> list[exp.Select]:
    """List the SELECTs that a query's rows come from: one, or each branch of a UNION."""
    if isinstance(query, exp.SetOperation):
        return [*branches(query.this), *branches(query.expression)]
    assert isinstance(query, exp.Select)
    return [query]


def alias_of(relation: exp.Expr) -> str:
    """Give the name that columns are qualified with."""
    return str(relation.alias_or_name)


def own_nodes(select: exp.Select) -> Iterator[exp.Expr]:
    """Walk a SELECT without going into its subqueries."""
    return select.walk(prune=lambda node: isinstance(node, exp.Subquery))


def own_columns(select: exp.Select) -> list[exp.Column]:
    """List the columns that a SELECT itself names."""
    return [node for node in own_nodes(select) if isinstance(node, exp.Column)]


def conjuncts(condition: exp.Expr | None) -> list[exp.Expr]:
    """Split a condition into the parts that must all hold, through any parentheses; none if there is no condition."""
    if condition is None:
        return []
    condition = condition.unnest()
    if isinstance(condition, exp.And):
        return [*conjuncts(condition.this), *conjuncts(condition.expression)]
    return [condition]


def is_windowed(aggregate: exp.Expr) -> bool:
    """Tell whether an aggregate, with its FILTER if it has one, stands before OVER."""
    parent = aggregate.parent.parent if isinstance(aggregate.parent, exp.Filter) else aggregate.parent
    return isinstance(parent, exp.Window)


def all_selects(query: exp.Expr) -> list[exp.Select]:
    """List every SELECT of a query, innermost last."""
    return list(query.find_all(exp.Select))


def aggregates_all(select: exp.Select) -> bool:
    """Tell whether a SELECT makes one row of all its rows: it aggregates and has no GROUP BY."""
    if select.args.get("group"):
        return False
    return bool(select.args.get("having")) or any(is_aggregate(node) and not is_windowed(node) for node in own_nodes(select))
