"""Time bounds: conditions that compare a time of a row with the instant, told from those of a row alone."""

from __future__ import annotations

from collections.abc import Iterable

from sqlglot import exp

from jupyter_features.analysis.functions import is_as_of
from jupyter_features.compiler.spine import AS_OF
from jupyter_features.compiler.visibility import column
from jupyter_features.errors import PlanNotCoveredError

# The name of the source's rows; the author's own alias gives way.
ROWS = "s"
_COMPARISONS = (exp.LT, exp.LTE, exp.GT, exp.GTE)


def split_conditions(conditions: Iterable[exp.Expr], times: tuple[str | None, ...]) -> tuple[list[exp.Expr], list[exp.Expr]]:
    """Part conditions into those of a row alone, and bounds of some of its times by the instant.

    Raises
    ------
    PlanNotCoveredError
        If one depends on `as_of()` otherwise.
    """
    filters: list[exp.Expr] = []
    bounds: list[exp.Expr] = []
    for condition in conditions:
        for each in _without_between(condition):
            bound = each.transform(lambda node: column("p", AS_OF) if is_as_of(node) else node)
            is_bound = any(isinstance(node, exp.Column) and node.name == AS_OF for node in bound.walk())
            if is_bound and not _is_time_bound(bound, times):
                raise PlanNotCoveredError(
                    "tiles", f"{as_written(each)} depends on as_of() otherwise than as a bound of the event timestamp"
                )
            (bounds if is_bound else filters).append(bound)
    return filters, bounds


def _without_between(condition: exp.Expr) -> list[exp.Expr]:
    condition = condition.unnest()
    if not isinstance(condition, exp.Between):
        return [condition]
    low = exp.GTE(this=condition.this.copy(), expression=condition.args["low"].copy())
    return [low, exp.LTE(this=condition.this.copy(), expression=condition.args["high"].copy())]


def _is_time_bound(bound: exp.Expr, times: tuple[str | None, ...]) -> bool:
    """Tell whether it compares one time column with something that is the same for all rows: then it is monotone in time."""
    if not isinstance(bound, _COMPARISONS):
        return False
    sides = [bound.this.unnest(), bound.expression.unnest()]
    own = [[node for node in side.walk() if isinstance(node, exp.Column) and node.table == ROWS] for side in sides]
    plain = [side for side, columns in zip(sides, own, strict=True) if columns]
    return len(plain) == 1 and isinstance(plain[0], exp.Column) and plain[0].name in times


def time_of(bound: exp.Expr) -> exp.Column:
    """Take the time column of a bound."""
    columns: list[exp.Column] = [node for node in bound.walk() if isinstance(node, exp.Column) and node.table == ROWS]
    return columns[0]


def edge_of(bound: exp.Expr) -> exp.Expr:
    """Take the side of a bound that is not the time column."""
    left: exp.Expr = bound.this.unnest()
    right: exp.Expr = bound.expression.unnest()
    return right if isinstance(left, exp.Column) and left.table == ROWS else left


def as_written(node: exp.Expr) -> str:
    """Write an expression about as its author did."""
    plain = node.transform(lambda each: exp.column(each.name) if isinstance(each, exp.Column) else each)
    return str(plain.sql("duckdb"))
