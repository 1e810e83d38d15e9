"""Evaluate a Python feature view: its function once for each (entity, as_of), on the rows visible there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
import pandas as pd
import pyarrow as pa

from jupyter_features.card import format_value
from jupyter_features.clock import format_instant
from jupyter_features.compiler.constants import AS_OF_PARAMETER
from jupyter_features.compiler.spine import AS_OF, ROW, SPINE_TABLE
from jupyter_features.compiler.visible_rows import visible_keys_plan, visible_rows_plan
from jupyter_features.definitions.feature_view import CompiledView
from jupyter_features.definitions.source_reference import SourceReference
from jupyter_features.definitions.typed_name import TypedName
from jupyter_features.engines.duckdb.engine import DuckDBEngine
from jupyter_features.operations.pandas_types import pandas_dtype
from jupyter_features.operations.python_function import load_function
from jupyter_features.operations.python_values import Answer, read_answer, to_arrow

# Visible rows of this many questions are in memory at a time.
BLOCK_ROWS = 5_000


@dataclass(frozen=True)
class Answers:
    """What the function gave: `values` for the spine's `rows`, both in the same order."""

    rows: list[int] = field(default_factory=list)
    values: list[Answer] = field(default_factory=list)


def python_at_instant(view: CompiledView, engine: DuckDBEngine, as_of: datetime, keys: pa.Table | None) -> pa.Table:
    """Compute a Python view at one instant; see `sql_at_instant`."""
    spine = spine_at(view, visible_keys(view, engine, as_of) if keys is None else keys, as_of)
    answers = python_at_rows(view, engine, spine)
    own = spine.select(list(view.entity.key_names)).take(answers.column(ROW))
    return pa.table([*own.columns, *answers.columns], names=[*own.column_names, *answers.column_names]).drop_columns([ROW])


def python_at_rows(view: CompiledView, engine: DuckDBEngine, spine: pa.Table) -> pa.Table:
    """Compute a Python view at each row's own instant; see `sql_at_rows`.

    Raises
    ------
    FeatureFunctionError
        If the function raises, or gives something that is no feature.
    """
    types = [TypedName(feature.name, feature.dtype) for feature in view.features]
    answers = call_at_rows(view, engine, spine)
    columns = [pa.array(answers.rows, pa.int64()), *to_arrow(answers.values, types)]
    return pa.table(columns, names=[ROW, *view.feature_names])


def call_at_rows(view: CompiledView, engine: DuckDBEngine, spine: pa.Table) -> Answers:
    """Call the function for each row of a spine that sees any row of its entity.

    Parameters
    ----------
    spine
        `__jf_row` (0 to N - 1, ascending), `__jf_as_of` and the join keys.
    """
    function = load_function(view.name, view.definition.python)
    answers = Answers()
    for start in range(0, spine.num_rows, BLOCK_ROWS):
        for question in _questions(view, engine, spine.slice(start, BLOCK_ROWS)):
            answer = function(question.arguments, question.describe)
            answers.values.append(read_answer(answer, question.describe))
            answers.rows.append(question.row)
    return answers


def calls_for_each_row(view: CompiledView) -> bool:
    """Tell whether computing a view calls a function for each row: it is a Python view over sources, or has one as input."""
    if view.definition.is_on_demand:
        return any(calls_for_each_row(each.view) for each in view.inputs)
    return bool(view.definition.python)


def visible_keys(view: CompiledView, engine: DuckDBEngine, as_of: datetime, *, limit: int | None = None) -> pa.Table:
    """Give the join keys of the entities that see any row at an instant, sorted; the first `limit` of them.

    Parameters
    ----------
    as_of
        Naive UTC.
    """
    if not view.entity.join_keys:
        return pa.table({})
    plan = visible_keys_plan(view, engine.relation)
    return engine.run(plan.limit(limit) if limit else plan, parameters={AS_OF_PARAMETER: as_of})


def spine_at(view: CompiledView, keys: pa.Table, as_of: datetime) -> pa.Table:
    """Ask about some entities at one instant (naive UTC); a global view is one question."""
    count = keys.num_rows if view.entity.join_keys else 1
    own = dict(zip(keys.column_names, keys.columns, strict=True))
    return pa.table({**own, ROW: pa.array(range(count), pa.int64()), AS_OF: pa.array([as_of] * count, pa.timestamp("us"))})


@dataclass(frozen=True)
class _Question:
    """One call: the arguments, and what they are about."""

    view: CompiledView
    spine: pa.Table
    row: int
    arguments: dict[str, object]

    def describe(self) -> str:
        asked = self.spine.slice(self.row - self.spine.column(ROW)[0].as_py(), 1).to_pylist()[0]
        keys = ", ".join(f"{name} {format_value(asked[name])}" for name in self.view.entity.key_names)
        return f"{keys or 'everybody'} as of {format_instant(asked[AS_OF])}"


def _questions(view: CompiledView, engine: DuckDBEngine, spine: pa.Table) -> Iterator[_Question]:
    groups = [_Groups.read(view, reference, engine, spine) for reference in view.definition.sources]
    first = spine.column(ROW)[0].as_py()
    instants = [pd.Timestamp(instant).as_unit("us") for instant in spine.column(AS_OF).to_pylist()]
    seen = np.any([group.sizes > 0 for group in groups if group.is_own], axis=0)
    for position in np.flatnonzero(seen & spine.column(AS_OF).is_valid().to_numpy()).tolist():
        arguments: dict[str, object] = {group.alias: group.frame_of(position) for group in groups}
        yield _Question(view, spine, first + position, {**arguments, "as_of": instants[position]})


@dataclass(frozen=True)
class _Groups:
    """The visible rows of one source for a block of questions, those of one question side by side.

    Parameters
    ----------
    is_own
        Whether the source describes the entity, so that its rows make the entity known.
    starts, sizes
        Where the rows of each question are, shape (number of questions,).
    """

    alias: str
    is_own: bool
    frame: pd.DataFrame
    starts: np.ndarray
    sizes: np.ndarray

    @classmethod
    def read(cls, view: CompiledView, reference: SourceReference, engine: DuckDBEngine, spine: pa.Table) -> _Groups:
        """Ask the engine for the visible rows."""
        table = engine.run(visible_rows_plan(view, reference, engine.relation), tables={SPINE_TABLE: spine})
        rows = table.column(ROW).to_numpy()
        first = spine.column(ROW)[0].as_py()
        edges = np.searchsorted(rows, np.arange(first, first + spine.num_rows + 1))
        # One type per column whatever the rows are: a missing integer must not turn its neighbours into floats.
        frame = table.drop_columns([ROW]).to_pandas(types_mapper=pandas_dtype)
        is_own = not view.entity.join_keys or view.source(reference.source).is_keyed_by(view.entity)
        return cls(reference.alias, is_own, frame, edges[:-1], np.diff(edges))

    def frame_of(self, position: int) -> pd.DataFrame:
        """Give the rows of one question under an index of their own, so that the block does not show."""
        start = self.starts[position]
        return self.frame.iloc[start : start + self.sizes[position]].reset_index(drop=True)
