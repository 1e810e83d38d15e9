"""Safe division: by zero it gives NULL, where engines give an error, infinity or NaN."""

from __future__ import annotations

from sqlglot import exp

_DIVISIONS = (exp.Div, exp.IntDiv, exp.Mod)


def safe_division(query: exp.Query) -> exp.Query:
    """Make each divisor that could be zero NULL where it is; the query is left as it is, and comes back itself if it divides nothing."""
    if query.find(*_DIVISIONS) is None:
        return query
    safe = query.transform(_safe)
    assert isinstance(safe, exp.Query)
    return safe


def _safe(node: exp.Expr) -> exp.Expr:
    if isinstance(node, _DIVISIONS) and not _is_never_zero(node.expression):
        node.set("expression", exp.Nullif(this=node.expression.copy(), expression=exp.Literal.number(0)))
    return node


def _is_never_zero(divisor: exp.Expr) -> bool:
    divisor = divisor.unnest()
    if isinstance(divisor, exp.Nullif):
        return _is_number(divisor.expression) and float(divisor.expression.this) == 0
    return _is_number(divisor) and float(divisor.this) != 0


def _is_number(node: exp.Expr) -> bool:
    return isinstance(node, exp.Literal) and not node.is_string
