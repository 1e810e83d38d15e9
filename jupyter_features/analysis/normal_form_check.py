"""A last look at a normal form that comes from somebody else's compiler: is it one at all?"""

from __future__ import annotations

from sqlglot import exp, parse_one
from sqlglot.errors import SqlglotError

from jupyter_features.definitions.feature_view import CompiledView

_LONGEST = 200_000
# Far below where Python's own limit would depend on who calls.
_DEEPEST = 150


def normal_form_fault(view: CompiledView) -> str:
    """Say what is wrong with the normal form of a view, as the end of a sentence; empty if nothing is.

    It must be one query, every column must name its relation, every table must be a source reference of the definition
    (`inputs` in an on-demand view), and the features must be among its outputs.
    """
    if not view.normal_sql:
        return "" if view.definition.python else "its query is missing"
    if len(view.normal_sql) > _LONGEST:
        return f"its query is longer than {_LONGEST:,} characters"
    try:
        query = parse_one(view.normal_sql, read="duckdb")
    except (SqlglotError, RecursionError):
        return "its query cannot be read"
    if not isinstance(query, exp.Query):
        return "it is not a query"
    if _is_deep(query):
        return "its query is nested too deeply"
    known = {"inputs"} if view.definition.is_on_demand else {reference.alias for reference in view.definition.sources}
    known |= {cte.alias for cte in query.find_all(exp.CTE)}
    unknown = sorted({table.name for table in query.find_all(exp.Table)} - known)
    if unknown:
        return f"it reads {unknown[0]!r}, which is no source of it"
    if any(not column.table for column in query.find_all(exp.Column)):
        return "its query does not say where each column comes from"
    missing = [name for name in view.feature_names if name not in query.named_selects]
    return f"its query does not give {missing[0]!r}" if missing else ""


def _is_deep(query: exp.Query) -> bool:
    level: list[exp.Expr] = [query]
    for _ in range(_DEEPEST):
        level = [child for each in level for child in each.iter_expressions()]
    return bool(level)
