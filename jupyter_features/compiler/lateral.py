"""The LATERAL plan: Q once for each row of the entity dataframe, as a correlated subquery.

It says the law most plainly, and engines that have LATERAL run it about as fast as the spine plan.
"""

from __future__ import annotations

from sqlglot import exp

from jupyter_features.compiler.normal_form import Relation, bind_as_of, bind_tables, load
from jupyter_features.compiler.spine import AS_OF, ROW, SPINE_TABLE
from jupyter_features.compiler.visibility import column, newest_first, visible
from jupyter_features.definitions.feature_view import CompiledView
from jupyter_features.definitions.source import Source
from jupyter_features.definitions.source_reference import SourceReference


def lateral_plan(view: CompiledView, relation: Relation) -> exp.Query:
    """Bind Q to the rows of table `__jf_spine`.

    Returns
    -------
    exp.Query
        As of `spine_plan`.
    """
    as_of = column("p", AS_OF)

    def bind(reference: SourceReference, source: Source) -> exp.Select:
        is_keyed = source.is_keyed_by(view.entity)
        same_key = [exp.EQ(this=column("s", own), expression=column("p", key)) for key, own in source.key] if is_keyed else []
        rows = exp.select(*(column("s", name) for name in source.column_names)).from_(exp.to_table(relation(source)).as_("s"))
        seen = rows.where(*same_key, *visible(source, "s", as_of, reference.lookback, is_keyed=is_keyed))
        return _newest(seen, source) if source.kind == "state" else seen

    query = bind_tables(bind_as_of(load(view), lambda _: as_of.copy()), view, bind)
    outputs = [exp.alias_(column("q", str(projection.alias)), str(projection.alias), quoted=True) for projection in query.selects]
    carried = [exp.alias_(column("p", name), name, quoted=True) for name in (ROW, AS_OF)]
    answer = exp.Lateral(this=exp.Subquery(this=query), alias=exp.TableAlias(this=exp.to_identifier("q")))
    known = [exp.Not(this=exp.Is(this=column("p", name), expression=exp.Null())) for name in (AS_OF, *view.entity.key_names)]
    return exp.select(*carried, *outputs).from_(exp.to_table(SPINE_TABLE).as_("p")).join(answer, join_type="cross").where(*known)


def _newest(rows: exp.Select, source: Source) -> exp.Select:
    keys = [column("s", name) for name in source.key_columns]
    rank = exp.Window(this=exp.RowNumber(), partition_by=keys, order=exp.Order(expressions=newest_first(source, "s")))
    rows.set("qualify", exp.Qualify(this=exp.EQ(this=rank, expression=exp.Literal.number(1))))
    return rows
