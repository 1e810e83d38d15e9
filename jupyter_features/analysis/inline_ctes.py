"""Inline common table expressions: WITH is another spelling of a subquery in FROM."""

from __future__ import annotations

from sqlglot import exp

from jupyter_features.analysis.relation_form import check_relation
from jupyter_features.analysis.sql_text import SqlText


def inline_ctes(source: SqlText, query: exp.Query) -> exp.Query:
    """Replace each use of a common table expression by its body.

    Parameters
    ----------
    query
        It is left as it is, and comes back itself if it has none.

    Raises
    ------
    DefinitionError
        JF130 if one is recursive, or renames its columns in its head; JF114 or JF190 if one is read in a way that a
        subquery is not.
    """
    if not any(node.args.get("with_") for node in query.walk()):
        return query
    query = query.copy()
    # Innermost first: an inner WITH may give a name another meaning than the outer one.
    for owner in reversed([node for node in query.walk() if node.args.get("with_")]):
        _inline(source, owner)
    return query


def _inline(source: SqlText, owner: exp.Expr) -> None:
    clause = owner.args["with_"]
    if clause.args.get("recursive"):
        raise source.refuse(
            "JF130", "A recursive common table expression may never end.", clause, hint="Compute it when the data is written."
        )
    owner.set("with_", None)
    bodies: dict[str, exp.Expr] = {}
    for cte in clause.expressions:
        if cte.args["alias"].columns:
            raise source.refuse(
                "JF130", "Name the columns inside the common table expression.", cte.args["alias"], hint="SELECT ... AS name."
            )
        # A body sees the ones before it, as it stands itself before those after it.
        _replace_uses(source, cte.this, bodies)
        bodies[cte.alias.lower()] = cte.this
    _replace_uses(source, owner, bodies)


def _replace_uses(source: SqlText, query: exp.Expr, bodies: dict[str, exp.Expr]) -> None:
    for table in list(query.find_all(exp.Table)):
        body = bodies.get(table.name.lower()) if not table.db else None
        if body is not None:
            check_relation(source, table)
            name = table.args["alias"].this if table.args.get("alias") else table.this
            table.replace(exp.Subquery(this=body.copy(), alias=exp.TableAlias(this=name.copy())))
