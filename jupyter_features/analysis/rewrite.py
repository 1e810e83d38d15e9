"""Rewrite: say each thing the one way that means the same on every path and engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlglot import exp

from jupyter_features.analysis.functions import EXACT_SUM, ORDER_SENSITIVE, TIE_SENSITIVE
from jupyter_features.analysis.number_kind import number_kind
from jupyter_features.analysis.scopes import alias_of, all_selects, branches, own_nodes, readers
from jupyter_features.definitions.source import Source

_WIDE_INTEGERS = {"HUGEINT", "UHUGEINT", "UBIGINT"}
_OTHER_TIMES = {"TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS"}


def rewrite(query: exp.Query, references: Mapping[str, Source]) -> exp.Query:
    """Rewrite traps away.

    AVG becomes SUM / COUNT, because engines' own averages differ in the last bit. Division by zero gives NULL.
    A floating point SUM becomes EXACT_SUM, the correctly rounded sum; STDDEV, VARIANCE, and a SUM of what nobody can tell
    the type of, add in the order of their values. So threads and row order do not show.
    A window whose answer depends on the order of tied rows orders them by all their columns.

    Parameters
    ----------
    query
        A qualified query.
    """
    quotients: exp.Expr = query.copy()
    while quotients.find(exp.Avg):
        quotients = quotients.transform(_average_to_quotient)
    rewritten = quotients.transform(_safe_division)
    for select in all_selects(rewritten):
        _order_sums(select, references)
        _order_ties(select, references)
    assert isinstance(rewritten, exp.Query)
    return rewritten


def cast_outputs(query: exp.Query, dtypes: Sequence[str]) -> exp.Query:
    """Bring output types that few stores know to ones that all know: BIGINT for wide integers, TIMESTAMP for other times.

    Parameters
    ----------
    dtypes
        Type of each output, in order.
    """
    query = query.copy()
    for select in branches(query):
        for projection, dtype in zip(select.expressions, dtypes, strict=True):
            if dtype in _WIDE_INTEGERS:
                projection.set("this", exp.cast(projection.this.copy(), "BIGINT", dialect="duckdb"))
            elif dtype in _OTHER_TIMES:
                projection.set("this", exp.cast(projection.this.copy(), "TIMESTAMP", dialect="duckdb"))
    return query


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


def _safe_division(node: exp.Expr) -> exp.Expr:
    if isinstance(node, (exp.Div, exp.IntDiv, exp.Mod)) and not _is_never_zero(node.expression):
        node.set("expression", exp.Nullif(this=node.expression.copy(), expression=exp.Literal.number(0)))
    return node


def _is_never_zero(divisor: exp.Expr) -> bool:
    divisor = divisor.unnest()
    if isinstance(divisor, exp.Nullif):
        return _is_number(divisor.expression) and float(divisor.expression.this) == 0
    return _is_number(divisor) and float(divisor.this) != 0


def _is_number(node: exp.Expr) -> bool:
    return isinstance(node, exp.Literal) and not node.is_string


def _order_sums(select: exp.Select, references: Mapping[str, Source]) -> None:
    for node in [node for node in own_nodes(select) if isinstance(node, ORDER_SENSITIVE)]:
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
