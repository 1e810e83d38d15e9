"""Number kind: whether an expression is exact or floating, as the engine computes it; a guess is no answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Literal

from sqlglot import exp

from jupyter_features.analysis.functions import EXACT_SUM
from jupyter_features.analysis.scopes import alias_of, branches, readers
from jupyter_features.definitions.source import Source
from jupyter_features.dtypes import is_decimal, is_float

Kind = Literal["exact", "floating"] | None
"""Integers and decimals are exact, DOUBLE and FLOAT are floating, None is what nobody can tell."""

_INTEGERS = {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT"}
_SAME_AS_OPERAND = (exp.Paren, exp.Neg, exp.Abs, exp.Round, exp.Ceil, exp.Floor, exp.Sum, exp.Min, exp.Max, exp.Filter, exp.Window)
_SAME_AS_VALUE = (exp.Lag, exp.FirstValue, exp.LastValue, exp.Nullif)
_MIXED = (exp.Add, exp.Sub, exp.Mul, exp.Mod, exp.IntDiv)
_FLOATING = (exp.Sqrt, exp.Ln, exp.Exp, exp.Pow, exp.Stddev, exp.StddevPop, exp.StddevSamp, exp.Variance, exp.VariancePop)
_EXACT = (exp.Count, exp.CountIf, exp.Sign, exp.DateDiff, exp.Length, exp.Year, exp.Quarter, exp.Month, exp.Day, exp.Hour, exp.Minute)
_RANKS = (exp.RowNumber, exp.Rank, exp.DenseRank)


def number_kind(node: exp.Expr, select: exp.Select, references: Mapping[str, Source]) -> Kind:
    """Tell the kind of a number that stands in a SELECT.

    Parameters
    ----------
    node
        A qualified expression of `select` itself, not of its subqueries.
    """

    def of(inner: exp.Expr) -> Kind:
        return number_kind(inner, select, references)

    if isinstance(node, exp.Column):
        return _column_kind(node, select, references)
    if isinstance(node, exp.Literal):
        return None if node.is_string else "floating" if "e" in str(node.this).lower() else "exact"
    if isinstance(node, exp.Cast):
        return _dtype_kind(node.to.sql("duckdb"))
    if isinstance(node, (*_SAME_AS_OPERAND, *_SAME_AS_VALUE)):
        return of(node.this)
    if isinstance(node, exp.Distinct):
        return of(node.expressions[0])
    if isinstance(node, exp.Anonymous):
        return "floating" if node.name == EXACT_SUM else None
    return _operation_kind(node, of)


def _operation_kind(node: exp.Expr, of: Callable[[exp.Expr], Kind]) -> Kind:
    if isinstance(node, (*_EXACT, *_RANKS)):
        return "exact"
    if isinstance(node, _FLOATING):
        return "floating"
    if isinstance(node, exp.Div):
        return "floating" if of(node.this) and of(node.expression) else None
    if isinstance(node, _MIXED):
        return _mixed(of(side) for side in (node.this, node.expression))
    if isinstance(node, (exp.Coalesce, exp.Greatest, exp.Least)):
        return _mixed(of(side) for side in _values([node.this, *node.expressions]))
    if isinstance(node, exp.Case):
        return _mixed(of(side) for side in _values([*(each.args["true"] for each in node.args["ifs"]), node.args.get("default")]))
    if isinstance(node, exp.If):
        return _mixed(of(side) for side in _values([node.args["true"], node.args.get("false")]))
    return None


def _values(nodes: Iterable[exp.Expr | None]) -> list[exp.Expr]:
    return [node for node in nodes if node is not None and not isinstance(node, exp.Null)]


def _mixed(kinds: Iterable[Kind]) -> Kind:
    """Combine: one floating number makes the result floating, one unknown makes it unknown."""
    found = set(kinds)
    if None in found or not found:
        return None
    return "floating" if "floating" in found else "exact"


def _column_kind(column: exp.Column, select: exp.Select, references: Mapping[str, Source]) -> Kind:
    relation = next((node.this for node in readers(select) if alias_of(node.this) == column.table), None)
    if isinstance(relation, exp.Table):
        return _dtype_kind(references[relation.name].column(column.name).dtype)
    if not isinstance(relation, exp.Subquery):
        return None
    position = [projection.alias_or_name for projection in relation.this.selects].index(column.name)
    inner = [(each.selects[position].unalias(), each) for each in branches(relation.this.unnest())]
    return _mixed(number_kind(projection, each, references) for projection, each in inner if not isinstance(projection, exp.Null))


def _dtype_kind(dtype: str) -> Kind:
    name = {"INT": "INTEGER", "INT128": "HUGEINT", "REAL": "FLOAT"}.get(dtype, dtype)
    if name in _INTEGERS or is_decimal(name.replace(", ", ",")) or name == "DECIMAL":
        return "exact"
    return "floating" if is_float(name) else None
