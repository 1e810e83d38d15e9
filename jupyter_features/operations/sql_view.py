"""Evaluate a SQL feature view: bind its query to one instant or to many, and let the engine run it."""

from __future__ import annotations

from datetime import datetime
from math import ceil

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from sqlglot import exp

from jupyter_features.compiler.constants import AS_OF_PARAMETER, KEYS_TABLE, constants_plan
from jupyter_features.compiler.spine import AS_OF, ROW, SPINE_TABLE, spine_plan
from jupyter_features.compiler.visibility import column
from jupyter_features.definitions.feature_view import CompiledView
from jupyter_features.engines.duckdb.engine import DuckDBEngine
from jupyter_features.errors import RowContractError
from jupyter_features.operations.choose_plan import choose_plan
from jupyter_features.operations.frame import slices


def sql_at_instant(view: CompiledView, engine: DuckDBEngine, as_of: datetime, keys: pa.Table | None) -> pa.Table:
    """Compute a SQL view at one instant.

    Parameters
    ----------
    as_of
        Naive UTC.
    keys
        Join keys under the entity's names to restrict to; None means every entity.

    Returns
    -------
    pa.Table
        Join keys and features in any order of columns and rows.
    """
    _check_static_keys(view, engine)
    plan = constants_plan(view, engine.relation, keys=keys is not None)
    return engine.run(plan, parameters={AS_OF_PARAMETER: as_of}, tables={KEYS_TABLE: keys} if keys is not None else {})


def sql_at_rows(view: CompiledView, engine: DuckDBEngine, spine: pa.Table) -> pa.Table:
    """Compute a SQL view at each row's own instant.

    Parameters
    ----------
    spine
        `__jf_row` (numbers from 0, none twice), `__jf_as_of` and the join keys.

    Returns
    -------
    pa.Table
        `__jf_row` and features; one row per row of `spine` for which Q gives one, in any order.

    Raises
    ------
    TooManyPairsError
        If even the best plan would compare too many rows.
    """
    _check_static_keys(view, engine)
    chosen = choose_plan(view, engine, spine)
    size = max(1, ceil(spine.num_rows / chosen.batches))
    if chosen.batches > 1 and not view.entity.join_keys:
        # What holds for everybody is computed once for each instant of a batch.
        spine = spine.sort_by(AS_OF)
    answers = _run(view, engine, chosen.query(view, engine.relation), spine, size)
    return _with_ties_ranked(view, engine, spine, size, answers) if chosen.name == "lookup" else answers


def _run(view: CompiledView, engine: DuckDBEngine, query: exp.Query, spine: pa.Table, size: int) -> pa.Table:
    answers = _answers(view, query)
    return pa.concat_tables(engine.run(answers, tables={SPINE_TABLE: batch}) for batch in slices(spine, size))


def _answers(view: CompiledView, query: exp.Query) -> exp.Query:
    """Leave out what a plan carries for its own use, so that the engine need not give it."""
    names = (ROW, *view.feature_names)
    return exp.select(*(column("q", name) for name in names), copy=False).from_(query.subquery("q", copy=False), copy=False)


def _with_ties_ranked(view: CompiledView, engine: DuckDBEngine, spine: pa.Table, size: int, answers: pa.Table) -> pa.Table:
    """Ask again, by the plan that ranks them, for the rows that have more than one answer."""
    tied = pa.array(np.flatnonzero(np.bincount(answers.column(ROW).to_numpy()) > 1))
    if not len(tied):
        return answers
    alone = answers.filter(pc.invert(pc.is_in(answers.column(ROW), tied)))
    again = spine.filter(pc.is_in(spine.column(ROW), tied))
    return pa.concat_tables([alone, _run(view, engine, spine_plan(view, engine.relation), again, size)])


def _check_static_keys(view: CompiledView, engine: DuckDBEngine) -> None:
    """Refuse a joined static source with two rows for a key: each event would silently count twice."""
    if len(view.sources) == 1:
        return
    for source in view.sources:
        if source.kind != "static" or not source.key:
            continue
        keys = [exp.column(exp.to_identifier(name, quoted=True)) for name in source.key_columns]
        several = exp.select(*keys).from_(exp.to_table(engine.relation(source))).group_by(*keys).having("COUNT(*) > 1").limit(1)
        known = several.where(*(exp.Not(this=exp.Is(this=key.copy(), expression=exp.Null())) for key in keys))
        found = engine.run(known).to_pylist()
        if found:
            raise RowContractError(
                f"Static source {source.name!r} has several rows for one {source.entity or 'key'}. The first is {found[0]}.",
                hint="Keep one row per join key, or declare it as state with its event timestamp.",
            )
