"""The visible rows themselves: what a Python feature view is given in place of tables."""

from __future__ import annotations

from sqlglot import exp

from jupyter_features.compiler.constants import AS_OF_PARAMETER
from jupyter_features.compiler.normal_form import Relation
from jupyter_features.compiler.spine import ROW, spine_rows
from jupyter_features.compiler.visibility import column, newest_first, visible
from jupyter_features.definitions.feature_view import CompiledView
from jupyter_features.definitions.source_reference import SourceReference


def visible_rows_plan(view: CompiledView, reference: SourceReference, relation: Relation) -> exp.Select:
    """Give each row of table `__jf_spine` the source rows it may see.

    Returns
    -------
    exp.Select
        `__jf_row` and the columns of the source, sorted by `__jf_row`, then oldest row first in an order that leaves no
        two different rows tied; of a state source only the newest row of each key.
    """
    source = view.source(reference.source)
    seen = spine_rows(view, reference, relation).subquery("s")
    oldest_first = [exp.Ordered(this=ordered.this.copy(), desc=False, nulls_first=True) for ordered in newest_first(source, "s")]
    names = [column("s", name) for name in (ROW, *source.column_names)]
    return exp.select(*names).from_(seen).order_by(exp.Ordered(this=column("s", ROW)), *oldest_first)


def visible_keys_plan(view: CompiledView, relation: Relation) -> exp.Query:
    """Find the entities that see any row at the parameter `as_of`, a TIMESTAMP in UTC.

    Returns
    -------
    exp.Query
        The join keys under the entity's names, each entity once, sorted. Sources that do not describe the entity have no say.
    """
    own = [reference for reference in view.definition.sources if view.source(reference.source).is_keyed_by(view.entity)]
    first, *others = [_keys_of(view, reference, relation) for reference in own]
    query: exp.Query = first
    for other in others:
        query = exp.union(query, other, distinct=True)
    names = [exp.column(exp.to_identifier(name, quoted=True)) for name in view.entity.key_names]
    return exp.select(*names).from_(query.subquery("keys")).order_by(*(name.copy() for name in names))


def _keys_of(view: CompiledView, reference: SourceReference, relation: Relation) -> exp.Select:
    source = view.source(reference.source)
    as_of = exp.cast(exp.Placeholder(this=AS_OF_PARAMETER), "TIMESTAMP", dialect="duckdb")
    named = [exp.alias_(column("s", own), key, quoted=True) for key, own in source.key]
    rows = exp.select(*named).distinct().from_(exp.to_table(relation(source)).as_("s"))
    return rows.where(*visible(source, "s", as_of, reference.lookback))
