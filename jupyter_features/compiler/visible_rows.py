"""The visible rows themselves: what a Python feature view is given in place of tables."""

from __future__ import annotations

from sqlglot import exp

from jupyter_features.compiler.normal_form import Relation
from jupyter_features.compiler.spine import ROW, rows_of_spine
from jupyter_features.compiler.visibility import column, newest_first
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
    seen = rows_of_spine(reference, source, relation(source)).subquery("s")
    oldest_first = [
        exp.Ordered(this=ordered.this.copy(), desc=False, nulls_first=True) for ordered in newest_first(source, "s")
    ]
    names = [column("s", name) for name in (ROW, *source.column_names)]
    return exp.select(*names).from_(seen).order_by(exp.Ordered(this=column("s", ROW)), *oldest_first)
