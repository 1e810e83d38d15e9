"""The spine plan: one instant per row of the entity dataframe, by joining the rows into every source."""

from __future__ import annotations

from sqlglot import exp

from jupyter_features.analysis.scopes import alias_of, all_selects, own_nodes, readers
from jupyter_features.compiler.newest import newest_instant, newest_rows
from jupyter_features.compiler.normal_form import Relation, bind_as_of, bind_tables, load
from jupyter_features.compiler.visibility import column, visible
from jupyter_features.definitions.feature_view import CompiledView
from jupyter_features.definitions.source import Source
from jupyter_features.definitions.source_reference import SourceReference

SPINE_TABLE = "__jf_spine"
ROW = "__jf_row"
AS_OF = "__jf_as_of"


def spine_plan(view: CompiledView, relation: Relation) -> exp.Query:
    """Bind Q to the rows of table `__jf_spine`.

    The table has `__jf_row` (unique BIGINT), `__jf_as_of` (TIMESTAMP, UTC) and the entity's join keys. Rows with
    a NULL key or instant match nothing. Every scope of Q carries the spine row of its rows: it joins, groups,
    partitions and selects by it beside whatever the author wrote.

    Returns
    -------
    exp.Query
        `__jf_row`, `__jf_as_of` and the outputs of the view, one row per spine row for which Q gives one.
    """
    query = bind_as_of(load(view), lambda node: column(_base_of(node), AS_OF))
    for select in all_selects(query):
        _carry_row(select)
    return bind_tables(query, view, lambda reference, source: rows_of_spine(reference, source, relation(source)))


def _base_of(node: exp.Expr) -> str:
    select = node.find_ancestor(exp.Select)
    assert select is not None
    return alias_of(readers(select)[0].this)


def _carry_row(select: exp.Select) -> None:
    base, *joins = readers(select)
    row, as_of = column(alias_of(base.this), ROW), column(alias_of(base.this), AS_OF)
    for join in joins:
        same_row = exp.EQ(this=row.copy(), expression=column(alias_of(join.this), ROW))
        join.set("on", exp.and_(join.args["on"], same_row))
    for window in [node for node in own_nodes(select) if isinstance(node, exp.Window)]:
        window.set("partition_by", [*(window.args.get("partition_by") or []), row.copy()])
    group = select.args.get("group")
    if group:
        group.set("expressions", [*group.expressions, row.copy(), as_of.copy()])
    carried = [exp.alias_(row.copy(), ROW, quoted=True), exp.alias_(as_of.copy(), AS_OF, quoted=True)]
    select.set("expressions", [*carried, *select.expressions])


def rows_of_spine(reference: SourceReference, source: Source, table: str) -> exp.Select:
    """Give each spine row its visible source rows; of a state source only the newest."""
    same_key = [exp.EQ(this=column("s", own), expression=column("p", key)) for key, own in source.key]
    conditions = visible(source, "s", column("p", AS_OF), reference.lookback)
    pairs = exp.select().from_(exp.to_table(SPINE_TABLE).as_("p")).join(exp.to_table(table).as_("s"), on=exp.and_(*same_key, *conditions))
    if source.kind != "state":
        return pairs.select(column("p", ROW), column("p", AS_OF), *(column("s", name) for name in source.column_names))
    question = [column("p", name) for name in (ROW, AS_OF, *(key for key, _ in source.key))]
    latest = pairs.select(*question, newest_instant(source)).group_by(*question)
    return newest_rows(source, table, latest, carried=(ROW, AS_OF), conditions=visible(source, "s", column("l", AS_OF), reference.lookback))
