"""The spine plan: one instant per row of the entity dataframe, by joining the rows into every source."""

from __future__ import annotations

from sqlglot import exp

from jupyter_features.compiler.normal_form import Relation, bind_as_of, bind_tables, load
from jupyter_features.compiler.visibility import column, newest_first, visible
from jupyter_features.definitions.feature_view import CompiledView
from jupyter_features.definitions.source import Source
from jupyter_features.definitions.source_reference import SourceReference

SPINE_TABLE = "__jf_spine"
ROW = "__jf_row"
AS_OF = "__jf_as_of"
_RANK = "__jf_rank"


def spine_plan(view: CompiledView, relation: Relation) -> exp.Select:
    """Bind Q to the rows of table `__jf_spine`.

    The table has `__jf_row` (unique BIGINT), `__jf_as_of` (TIMESTAMP, UTC) and the entity's join keys. Rows with
    a NULL key or instant match nothing.

    Returns
    -------
    exp.Select
        `__jf_row` and the features of the view, one row per spine row for which Q gives one.
    """
    tree = load(view)
    base = tree.args["from_"].this.name
    grouped = tree.args.get("group")
    keys = set(view.entity.key_names)
    for join in tree.args.get("joins") or []:
        same_row = exp.EQ(this=column(base, ROW), expression=column(join.this.name, ROW))
        join.set("on", exp.and_(join.args["on"], same_row))
    if grouped:
        grouped.set("expressions", [*grouped.expressions, column(base, ROW), column(base, AS_OF)])
    features = [projection for projection in tree.expressions if projection.alias not in keys]
    tree.set("expressions", [exp.alias_(column(base, ROW), ROW, quoted=True), *features])
    return bind_as_of(
        bind_tables(tree, view, lambda reference, source: _rows_of_spine(reference, source, relation(source))), column(base, AS_OF)
    )


def _rows_of_spine(reference: SourceReference, source: Source, table: str) -> exp.Select:
    """Give each spine row its visible source rows; of a state source only the newest."""
    same_key = [exp.EQ(this=column("s", own), expression=column("p", key)) for key, own in source.key]
    rows = (
        exp.select(column("p", ROW), column("p", AS_OF), *(column("s", name) for name in source.column_names))
        .from_(exp.to_table(SPINE_TABLE).as_("p"))
        .join(exp.to_table(table).as_("s"), on=exp.and_(*same_key, *visible(source, "s", column("p", AS_OF), reference.lookback)))
    )
    if source.kind != "state":
        return rows
    rank = exp.Window(this=exp.RowNumber(), partition_by=[column("p", ROW)], order=exp.Order(expressions=newest_first(source, "s")))
    ranked = rows.select(exp.alias_(rank, _RANK, quoted=True)).subquery("s")
    kept = [ROW, AS_OF, *source.column_names]
    return (
        exp.select(*(column("s", name) for name in kept))
        .from_(ranked)
        .where(exp.EQ(this=column("s", _RANK), expression=exp.Literal.number(1)))
    )
