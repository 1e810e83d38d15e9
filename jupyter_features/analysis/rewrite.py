"""Rewrite: say each thing the one way that means the same on every path and engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlglot import exp
from sqlglot.optimizer.annotate_types import annotate_types

from jupyter_features.analysis.functions import ORDER_SENSITIVE
from jupyter_features.definitions.source import Source

_WIDE_INTEGERS = {"HUGEINT", "UHUGEINT", "UBIGINT"}
_OTHER_TIMES = {"TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS"}


def rewrite(tree: exp.Select, references: Mapping[str, Source]) -> exp.Select:
    """Rewrite traps away.

    AVG becomes SUM / COUNT, because engines' own averages differ in the last bit. Division by zero gives NULL.
    A floating point SUM, STDDEV or VARIANCE adds in the order of its values, so that threads and row order do not show.

    Parameters
    ----------
    tree
        A qualified tree.
    """
    safe = tree.copy().transform(_average_to_quotient).transform(_safe_division)
    schema: dict[str, object] = {alias: {column.name: column.dtype for column in origin.columns} for alias, origin in references.items()}
    rewritten = annotate_types(safe, schema=schema, dialect="duckdb").transform(_ordered)
    assert isinstance(rewritten, exp.Select)
    return rewritten


def cast_outputs(tree: exp.Select, dtypes: Sequence[str]) -> exp.Select:
    """Bring output types that few stores know to ones that all know: BIGINT for wide integers, TIMESTAMP for other times.

    Parameters
    ----------
    dtypes
        Type of each output, in order.
    """
    tree = tree.copy()
    for projection, dtype in zip(tree.expressions, dtypes, strict=True):
        if dtype in _WIDE_INTEGERS:
            projection.set("this", exp.cast(projection.this.copy(), "BIGINT", dialect="duckdb"))
        elif dtype in _OTHER_TIMES:
            projection.set("this", exp.cast(projection.this.copy(), "TIMESTAMP", dialect="duckdb"))
    return tree


def _average_to_quotient(node: exp.Expr) -> exp.Expr:
    if isinstance(node, exp.Filter) and isinstance(node.this, exp.Avg):
        total, count = _total_and_count(node.this)
        predicate = node.expression
        return exp.paren(
            exp.Div(
                this=exp.Filter(this=total, expression=predicate.copy()), expression=exp.Filter(this=count, expression=predicate.copy())
            )
        )
    if isinstance(node, exp.Avg) and not isinstance(node.parent, exp.Filter):
        total, count = _total_and_count(node)
        return exp.paren(exp.Div(this=total, expression=count))
    return node


def _total_and_count(average: exp.Avg) -> tuple[exp.Expr, exp.Expr]:
    return exp.Sum(this=average.this.copy()), exp.Count(this=average.this.copy())


def _safe_division(node: exp.Expr) -> exp.Expr:
    if isinstance(node, (exp.Div, exp.IntDiv, exp.Mod)) and not isinstance(node.expression, exp.Nullif):
        divisor = node.expression
        if not (isinstance(divisor, exp.Literal) and float(divisor.this) != 0):
            node.set("expression", exp.Nullif(this=divisor.copy(), expression=exp.Literal.number(0)))
    return node


def _ordered(node: exp.Expr) -> exp.Expr:
    if not isinstance(node, ORDER_SENSITIVE) or isinstance(node.this, exp.Order):
        return node
    operand = node.this
    inner = operand.expressions[0] if isinstance(operand, exp.Distinct) else operand
    if isinstance(node, exp.Sum) and inner.is_type(*exp.DataType.INTEGER_TYPES, exp.DType.DECIMAL):
        return node
    node.set("this", exp.Order(this=operand.copy(), expressions=[exp.Ordered(this=inner.copy(), nulls_first=False)]))
    return node
