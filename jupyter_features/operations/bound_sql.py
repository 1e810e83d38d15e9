"""The bound SQL of a feature view: what each physical plan makes of it, for people to read."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

import numpy as np
import pyarrow as pa
from sqlglot import exp

from jupyter_features.compiler.constants import constants_plan
from jupyter_features.compiler.lateral import lateral_plan
from jupyter_features.compiler.row_wise import row_wise_plan
from jupyter_features.compiler.spine import AS_OF, ROW, spine_plan
from jupyter_features.compiler.tiles import tiles_plan
from jupyter_features.definitions.feature_view import CompiledView
from jupyter_features.engines.duckdb.engine import DuckDBEngine
from jupyter_features.errors import InvalidArgumentError
from jupyter_features.operations.arrow_types import arrow_type
from jupyter_features.operations.choose_plan import ChosenPlan, choose_plan
from jupyter_features.operations.source_sample import sample_of

PlanName = Literal["constants", "spine", "lateral", "tiles", "chosen"]
PLANS: tuple[PlanName, ...] = ("constants", "spine", "lateral", "tiles", "chosen")
TYPICAL_ROWS = 100_000
_DAY = timedelta(days=1)


def bound_sql(view: CompiledView, engine: DuckDBEngine, plan: PlanName) -> str:
    """Write a view's SQL with every source bounded in time.

    Parameters
    ----------
    plan
        `constants` answers for one instant `$as_of`; the others for the rows of table `__jf_spine`, `tiles` with tiles of
        a day. `chosen` is the one that a training set of 100,000 rows would use, each at the instant of an event; a first
        line says which, and how many pairs of rows were estimated. An on-demand view has one plan, over its inputs.

    Raises
    ------
    InvalidArgumentError
        If the view is a Python function.
    PlanNotCoveredError
        If the plan cannot answer for this view.
    TooManyPairsError
        If no plan could afford that training set.
    """
    if not view.normal_sql:
        raise InvalidArgumentError(
            f"{view.name!r} is a Python function, so there is no SQL to show.", hint=f"%feature show {view.name} shows the function."
        )
    if view.definition.is_on_demand:
        return engine.readable(row_wise_plan(view))
    if plan == "chosen":
        chosen = choose_plan(view, engine, _typical_rows(view, engine))
        return f"-- {_described(chosen)}\n{engine.readable(chosen.query(view, engine.relation))}"
    return engine.readable(_query(view, engine, plan))


def _query(view: CompiledView, engine: DuckDBEngine, plan: PlanName) -> exp.Query:
    if plan == "constants":
        return constants_plan(view, engine.relation)
    if plan == "tiles":
        return tiles_plan(view, engine.relation, _DAY)
    return spine_plan(view, engine.relation) if plan == "spine" else lateral_plan(view, engine.relation)


def _described(chosen: ChosenPlan) -> str:
    width = f" of {chosen.width}" if chosen.width else ""
    pairs = f"about {chosen.pairs:,} pairs of rows" if chosen.pairs else "few pairs of rows"
    return f"The {chosen.name} plan{width}, for {TYPICAL_ROWS:,} rows at instants of events: {pairs}."


def _typical_rows(view: CompiledView, engine: DuckDBEngine) -> pa.Table:
    """Ask at the source's own keys and instants, again and again."""
    keyed = [source for source in view.sources if source.kind == "events" and source.is_keyed_by(view.entity)]
    if not keyed:
        return _no_rows(view)
    source = keyed[0]
    rows = sample_of(source, engine).rows(engine)
    if not rows.num_rows:
        return _no_rows(view)
    picked = rows.take(pa.array(np.arange(TYPICAL_ROWS) % rows.num_rows))
    keys = {key: picked.column(own) for key, own in source.key}
    return pa.table({**keys, ROW: pa.array(np.arange(TYPICAL_ROWS)), AS_OF: picked.column(source.event_timestamp)})


def _no_rows(view: CompiledView) -> pa.Table:
    fields = [pa.field(key.name, arrow_type(key.dtype)) for key in view.entity.join_keys]
    return pa.schema([*fields, pa.field(ROW, pa.int64()), pa.field(AS_OF, pa.timestamp("us"))]).empty_table()
