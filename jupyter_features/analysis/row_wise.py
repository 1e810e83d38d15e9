"""Row-wise: an on-demand expression answers for one row from that row alone."""

from __future__ import annotations

from sqlglot import exp

from jupyter_features.analysis.functions import is_aggregate, is_as_of
from jupyter_features.analysis.sql_text import SqlText

INPUTS = "inputs"
_CLAUSES = ("where", "group", "having", "qualify", "distinct", "joins", "with_")


def read_inputs(source: SqlText, query: exp.Query) -> exp.Select:
    """Check that a query is a list of expressions, and let it read the relation `inputs`.

    Parameters
    ----------
    query
        As written: `SELECT amount / spend_90d AS ratio`, with or without `FROM inputs`.

    Raises
    ------
    DefinitionError
        JF134 if a row's answer would need other rows, or there would be other rows than those asked about.
    """
    if not isinstance(query, exp.Select):
        raise source.refuse("JF134", "An on-demand view is one SELECT.", query, hint="Write SELECT expression AS name, ...")
    for clause in _CLAUSES:
        if query.args.get(clause):
            word = {"with_": "WITH", "joins": "JOIN", "group": "GROUP BY"}.get(clause, clause.upper())
            raise source.refuse(
                "JF134",
                f"{word} cannot stand in an on-demand view: it has exactly the rows of the request.",
                _node(query, clause),
                hint=_HINT,
            )
    for node in query.walk():
        if is_aggregate(node) or isinstance(node, exp.Window):
            raise source.refuse("JF134", "An on-demand view sees one row at a time; this needs several.", node, hint=_HINT)
        if is_as_of(node):
            raise source.refuse(
                "JF134", "An on-demand view has no as_of().", node, hint="Take an instant in the request, or a feature of a view."
            )
    read = query.args["from_"].this if query.args.get("from_") else None
    if read is not None and (not isinstance(read, exp.Table) or read.args.get("joins")):
        raise source.refuse("JF134", "An on-demand view reads its inputs as they are.", read, hint="Write FROM inputs, or leave FROM out.")
    query = query.copy()
    if not query.args.get("from_"):
        query = query.from_(exp.to_table(INPUTS))
    return query


_HINT = "Compute it in a feature view of its own, and name that in --inputs."


def _node(query: exp.Select, clause: str) -> exp.Expr:
    found = query.args[clause]
    first: exp.Expr = found[0] if isinstance(found, list) else found
    return first if first.find(exp.Identifier) else query.expressions[0]
