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
    is_aggregate,
    is_as_of,
)
from jupyter_features.analysis.sql_text import SqlText
from jupyter_features.errors import DefinitionError

_ALLOWED = (*STRUCTURE, *SCALARS, *AGGREGATES)
_CLAUSES = {
    "limit": ("JF115", "LIMIT picks rows by an order that another engine may not keep.", "Rank inside the source or filter with WHERE."),
    "offset": ("JF115", "OFFSET picks rows by an order that another engine may not keep.", "Filter with WHERE."),
    "order": ("JF115", "ORDER BY has no meaning in a definition: one row per entity, in no order.", "Remove it."),
    "with_": ("JF190", "Common table expressions are not covered yet.", "Write one SELECT ... GROUP BY the join key."),
    "distinct": ("JF190", "SELECT DISTINCT is not covered yet.", "GROUP BY the join key gives one row per entity."),
    "windows": ("JF190", "Named windows are not covered yet.", ""),
    "qualify": ("JF190", "QUALIFY is not covered yet.", "A state source already gives the newest row per key."),
    "sample": ("JF114", "A sample gives other rows every time.", "Remove it."),
    "laterals": ("JF190", "LATERAL is not covered yet.", ""),
    "pivots": ("JF190", "PIVOT is not covered yet.", "Use FILTER (WHERE ...) for each column."),
}
_NOT_YET: dict[type[exp.Expr], str] = {
    exp.Subquery: "Subqueries are not covered yet.",
    exp.Exists: "EXISTS is not covered yet.",
    exp.Window: "Window functions are not covered yet.",
    exp.Lambda: "Lambdas are not covered yet.",
    exp.Placeholder: "Parameters are not covered yet.",
    exp.Parameter: "Parameters are not covered yet.",
    exp.Array: "Arrays are not covered yet.",
    exp.Bracket: "Indexing is not covered yet.",
}


def check_rules(source: SqlText, tree: exp.Select) -> None:
    """Refuse what is not on the allow-list.

    Raises
    ------
    DefinitionError
        JF109 `*`, JF113 unknown function, JF114 clocks and chance, JF115 row limits, JF121 order-dependent
        aggregates, JF122 nested aggregates, JF190 what is not covered yet.
    """
    for clause, (rule, message, hint) in _CLAUSES.items():
        node = tree.args.get(clause)
        if node:
            raise source.refuse(rule, message, node if isinstance(node, exp.Expr) else tree, hint=hint)
    if not tree.args.get("from_"):
        raise source.refuse("JF105", "The SELECT has no FROM.", tree, hint="Read a declared source.")
    for node in tree.walk():
        _check_node(source, tree, node)


def _check_node(source: SqlText, tree: exp.Select, node: exp.Expr) -> None:
    if isinstance(node, exp.Select) and node is not tree:
        raise source.refuse("JF190", "Subqueries are not covered yet.", node, hint="Write one SELECT ... GROUP BY the join key.")
    for kind, message in _NOT_YET.items():
        if isinstance(node, kind):
            raise source.refuse("JF190", message, node, hint="Write one SELECT ... GROUP BY the join key.")
    _check_structure(source, node)
    if not (is_as_of(node) or isinstance(node, _ALLOWED)):
        raise _refused_function(source, node)


def _check_structure(source: SqlText, node: exp.Expr) -> None:
    if isinstance(node, exp.Star) and not isinstance(node.parent, exp.Count):
        raise source.refuse("JF109", "SELECT * would change with the source.", node, hint="Name the columns.")
    if isinstance(node, exp.Table) and not isinstance(node.this, exp.Identifier):
        raise source.refuse(
            "JF123", "A definition reads declared sources only, not files or functions.", node, hint="Declare it with %feature source."
        )
    if isinstance(node, exp.Group) and any(node.args.get(kind) for kind in ("cube", "rollup", "grouping_sets", "all", "totals")):
        raise source.refuse("JF112", "GROUP BY must name exactly the join key.", node)
    if isinstance(node, exp.Count) and isinstance(node.this, exp.Distinct) and len(node.this.expressions) > 1:
        raise source.refuse("JF190", "COUNT(DISTINCT a, b) is not covered yet.", node, hint="Count one column.")
    if is_aggregate(node) and any(is_aggregate(inner) for inner in node.walk() if inner is not node):
        raise source.refuse("JF122", "An aggregate cannot stand inside an aggregate.", node)


def _refused_function(source: SqlText, node: exp.Expr) -> DefinitionError:
    name = (node.name if isinstance(node, exp.Anonymous) else node.sql_name() if isinstance(node, exp.Func) else node.key).lower()
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
