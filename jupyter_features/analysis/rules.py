"""Rules: what a definition may be made of, checked on the tree as written."""

from __future__ import annotations

from sqlglot import exp

from jupyter_features.analysis.functions import (
    AGGREGATES,
    CLOCKS,
    ORDER_DEPENDENT,
    RANDOMS,
    SCALARS,
    STRUCTURE,
    WINDOW_FUNCTIONS,
    is_aggregate,
    is_as_of,
)
from jupyter_features.analysis.relation_form import check_relation
from jupyter_features.analysis.scopes import is_windowed
from jupyter_features.analysis.sql_text import SqlText
from jupyter_features.errors import DefinitionError

_ALLOWED = (*STRUCTURE, *SCALARS, *AGGREGATES, *WINDOW_FUNCTIONS)
_CLAUSES = {
    "limit": ("JF115", "LIMIT picks rows by an order that another engine may not keep.", "Rank with ROW_NUMBER() and filter on it."),
    "offset": ("JF115", "OFFSET picks rows by an order that another engine may not keep.", "Filter with WHERE."),
    "order": ("JF115", "ORDER BY has no meaning in a definition: rows have no order.", "Remove it."),
    "windows": ("JF190", "Named windows are not covered yet.", "Write the window where it is used."),
    "sample": ("JF114", "A sample gives other rows every time.", "Remove it."),
    "laterals": ("JF190", "LATERAL is not covered yet.", "Join a subquery by the join key."),
    "pivots": ("JF190", "PIVOT is not covered yet.", "Use FILTER (WHERE ...) for each column."),
}
_NOT_YET: dict[type[exp.Expr], str] = {
    exp.Lambda: "Lambdas are not covered yet.",
    exp.Placeholder: "Undeclared parameters are not covered.",
    exp.Parameter: "Parameters are written :name.",
    exp.Array: "Arrays are not covered yet.",
    exp.Bracket: "Indexing is not covered yet.",
    exp.Intersect: "INTERSECT is not covered yet.",
    exp.Except: "EXCEPT is not covered yet.",
}


_ZONED = {exp.DType.TIMESTAMPTZ, exp.DType.TIMESTAMPLTZ, exp.DType.TIMETZ}


def check_rules(source: SqlText, query: exp.Query) -> None:
    """Refuse what is not on the allow-list.

    Parameters
    ----------
    query
        A query without common table expressions, as written.

    Raises
    ------
    DefinitionError
        JF109 `*`, JF113 unknown function, JF114 clocks and chance, JF115 row limits, JF121 order-dependent
        aggregates, JF122 nested aggregates, JF133 zones, JF126 subqueries outside FROM, JF190 what is not covered yet.
    """
    for select in query.find_all(exp.Select):
        _check_clauses(source, select)
    for union in query.find_all(exp.SetOperation):
        _check_clauses(source, union)
    for node in query.walk():
        _check_node(source, node)


def _check_clauses(source: SqlText, query: exp.Query) -> None:
    for clause, (rule, message, hint) in _CLAUSES.items():
        node = query.args.get(clause)
        if node:
            raise source.refuse(rule, message, node if isinstance(node, exp.Expr) else query, hint=hint)
    if isinstance(query, exp.Select) and not query.args.get("from_"):
        raise source.refuse("JF105", "A SELECT has no FROM.", query, hint="Read a declared source.")


def _check_node(source: SqlText, node: exp.Expr) -> None:
    if isinstance(node, exp.SetOperation) and isinstance(node.parent, exp.Subquery) and isinstance(node.parent.parent, exp.SetOperation):
        raise source.refuse(
            "JF190", "Parentheses on the right of a UNION are not covered yet.", node, hint="Give that UNION its own name with WITH."
        )
    if isinstance(node, (exp.Exists, exp.Select, exp.SetOperation)) and not _stands_in_from(node):
        raise source.refuse(
            "JF126", "A subquery stands outside FROM.", node, hint="Join it by the join key: JOIN (SELECT ... GROUP BY the key) AS name."
        )
    for kind, message in _NOT_YET.items():
        if isinstance(node, kind):
            raise source.refuse("JF190", message, node)
    _check_structure(source, node)
    _check_zone(source, node)
    if not (is_as_of(node) or isinstance(node, _ALLOWED)):
        raise _refused_function(source, node)


def _stands_in_from(node: exp.Expr) -> bool:
    parent = node.parent
    if isinstance(parent, exp.SetOperation) or parent is None:
        return True
    return isinstance(parent, exp.Subquery) and isinstance(parent.parent, (exp.From, exp.Join))


def _check_zone(source: SqlText, node: exp.Expr) -> None:
    if isinstance(node, exp.DataType) and node.this in _ZONED:
        hint = "Cast to TIMESTAMP: instants are UTC here."
        raise source.refuse("JF133", "A timestamp with a zone means what the session's zone makes of it.", node.parent, hint=hint)


def _check_structure(source: SqlText, node: exp.Expr) -> None:
    if isinstance(node, exp.Star) and not isinstance(node.parent, exp.Count):
        raise source.refuse("JF109", "SELECT * would change with the source.", node, hint="Name the columns.")
    if isinstance(node, (exp.Table, exp.Subquery)):
        check_relation(source, node)
    if isinstance(node, exp.Table) and not isinstance(node.this, exp.Identifier):
        raise source.refuse(
            "JF123", "A definition reads declared sources only, not files or functions.", node, hint="Declare it with %feature source."
        )
    if isinstance(node, exp.Group) and any(node.args.get(kind) for kind in ("cube", "rollup", "grouping_sets", "all", "totals")):
        raise source.refuse(
            "JF112",
            "GROUP BY must name its columns.",
            node.parent.expressions[0] if node.parent else node,
            hint="Write the join key, and what else it needs.",
        )
    if isinstance(node, exp.Count) and isinstance(node.this, exp.Distinct) and len(node.this.expressions) > 1:
        raise source.refuse("JF190", "COUNT(DISTINCT a, b) is not covered yet.", node, hint="Count one column.")
    if isinstance(node, WINDOW_FUNCTIONS) and not isinstance(node.parent, exp.Window):
        raise source.refuse("JF113", f"{node.key.upper()} needs OVER (...).", node)
    if isinstance(node, exp.Subquery) and isinstance(node.this, exp.Table):
        raise source.refuse("JF105", "Parentheses in FROM hold a SELECT.", node.this, hint="Write the table or join without them.")
    if isinstance(node, exp.SetOperation) and (node.args.get("by_name") or node.args.get("on")):
        raise source.refuse("JF190", "UNION BY NAME is not covered yet.", node.expression, hint="Write the columns in the same order.")
    if is_aggregate(node) and not is_windowed(node) and any(is_aggregate(inner) for inner in node.walk() if inner is not node):
        raise source.refuse("JF122", "An aggregate cannot stand inside an aggregate.", node)


def _refused_function(source: SqlText, node: exp.Expr) -> DefinitionError:
    node = node.this if isinstance(node, exp.IgnoreNulls) and isinstance(node.this, exp.AnyValue) else node
    name = (node.name if isinstance(node, exp.Anonymous) else node.sql_name() if isinstance(node, exp.Func) else node.key).lower()
    name = source.called(node).lower() or name
    if name in CLOCKS:
        return source.refuse(
            "JF114", f"{name}() would leak the moment of computation into the past.", node, hint="Use as_of(): the instant asked about."
        )
    if name in RANDOMS:
        return source.refuse("JF114", f"{name}() gives another answer every time.", node, hint="A feature must be reproducible.")
    if name in ORDER_DEPENDENT or isinstance(node, (exp.IgnoreNulls, exp.RespectNulls)):
        return source.refuse(
            "JF121", f"{name}() depends on the order of rows.", node, hint="Use MIN, MAX, or a state source for the newest value."
        )
    if isinstance(node, exp.Func):
        hint = "as_of() takes no argument." if name == "as_of" else ""
        return source.refuse(
            "JF113", f"The function {name}() is not on the list of functions with one meaning everywhere.", node, hint=hint
        )
    return source.refuse("JF190", f"{node.key.upper()} is not covered yet.", node)
