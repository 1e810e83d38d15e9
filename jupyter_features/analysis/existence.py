"""Existence: an aggregate over no rows gives no row, as it does for an entity without visible rows."""

from __future__ import annotations

from sqlglot import exp

from jupyter_features.analysis.scopes import aggregates_all, all_selects


def require_rows(query: exp.Query) -> exp.Query:
    """Add `HAVING COUNT(*) > 0` to every SELECT that aggregates without GROUP BY.

    Plain SQL answers such a SELECT with one row even if there is nothing to aggregate, while a plan that asks for many
    instants at once groups by them and so has no row for that instant. The condition makes all plans agree on no row.

    Parameters
    ----------
    query
        A qualified query; it is left as it is, and comes back itself if it has no such SELECT.
    """
    if not any(aggregates_all(select) for select in all_selects(query)):
        return query
    query = query.copy()
    for select in all_selects(query):
        if aggregates_all(select):
            some = exp.GT(this=exp.Count(this=exp.Star(), big_int=True), expression=exp.Literal.number(0))
            written = select.args.get("having")
            select.set("having", exp.Having(this=exp.and_(some, written.this) if written else some))
    return query
