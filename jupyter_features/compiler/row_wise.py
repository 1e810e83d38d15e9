"""The plan of an on-demand SQL view: its expressions, row by row, over a table of inputs."""

from __future__ import annotations

from sqlglot import exp

from jupyter_features.compiler.normal_form import load
from jupyter_features.compiler.visibility import column
from jupyter_features.definitions.feature_view import CompiledView

INPUTS_TABLE = "__jf_inputs"
ROW = "__jf_row"


def row_wise_plan(view: CompiledView) -> exp.Query:
    """Bind an on-demand view to table `__jf_inputs`.

    The table has `__jf_row` (unique BIGINT) and a column for each input and request column.

    Returns
    -------
    exp.Query
        `__jf_row` and the features of the view, one row per row of the table, in the order of `__jf_row`.
    """
    query = load(view)
    assert isinstance(query, exp.Select)
    table = query.args["from_"].this
    table.set("this", exp.to_identifier(INPUTS_TABLE, quoted=True))
    row = column(str(table.alias_or_name), ROW)
    query.set("expressions", [exp.alias_(row, ROW, quoted=True), *query.expressions])
    return query.order_by(exp.Ordered(this=row.copy()))
