"""Sample: real rows of some entities, few enough to be computed over and over, and the instants to ask at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa
from sqlglot import exp

from jupyter_features.compiler.constants import KEYS_TABLE
from jupyter_features.compiler.visibility import column
from jupyter_features.definitions.feature_view import CompiledView
from jupyter_features.definitions.source import Source
from jupyter_features.engines.duckdb.engine import DuckDBEngine
from jupyter_features.operations.arrow_types import arrow_type
from jupyter_features.operations.gates.answers import Key, Question
from jupyter_features.operations.gates.instants import choose_instants

# A Python function runs once for each entity and instant, each time a gate asks.
_ENTITIES = {"SQL": 60, "Python": 12}
_MOST_ROWS = 10_000

Rows = Mapping[str, pa.Table]
"""For each reference of the view, by its alias, rows of its source."""


@dataclass(frozen=True)
class Sample:
    """What the gates compute with.

    Parameters
    ----------
    keys
        Join keys of the entities, in the entity's order; one empty key for a view without an entity.
    instants
        Naive UTC, sorted.
    is_whole
        Whether the rows are all rows of those entities. The law must hold for any rows, so that part of them will do; but
        then the answers are not those of the whole source.
    """

    rows: Rows
    keys: tuple[Key, ...]
    instants: tuple[datetime, ...]
    is_whole: bool

    @property
    def few_instants(self) -> tuple[datetime, ...]:
        """Two of the instants, for what costs one query each."""
        return self.instants[1::3][:2] or self.instants

    def questions(self, instants: Sequence[datetime] | None = None) -> list[Question]:
        """Every entity at some instants, by default all, in order."""
        return [(instant, key) for instant in (self.instants if instants is None else instants) for key in self.keys]


def draw_sample(view: CompiledView, engine: DuckDBEngine) -> Sample:
    """Draw the same sample each time from the same data.

    The entities of each source are chosen by a hash of their keys, and those with the newest rows are added.
    """
    keys = _keys(view, engine)
    by_source = {source.name: _rows_of(view, source, keys, engine) for source in view.sources}
    rows = {reference.alias: by_source[reference.source].slice(0, _MOST_ROWS) for reference in view.definition.sources}
    is_whole = all(table.num_rows <= _MOST_ROWS for table in by_source.values())
    return Sample(rows, tuple(keys), tuple(choose_instants(view, rows)), is_whole)


def _keys(view: CompiledView, engine: DuckDBEngine) -> list[Key]:
    if not view.entity.join_keys:
        return [()]
    own = [source for source in view.sources if source.is_keyed_by(view.entity)]
    share = max(1, _ENTITIES["Python" if view.definition.python else "SQL"] // (2 * len(own)))
    found: dict[Key, None] = {}
    for source in own:
        for query in (_spread_keys(source, engine), _newest_keys(source, engine)):
            found |= dict.fromkeys(_typed(view, engine.run(query.limit(share))))
    return sorted(found, key=repr)


def _spread_keys(source: Source, engine: DuckDBEngine) -> exp.Select:
    spread = exp.Anonymous(this="hash", expressions=[key.copy() for key in _key_columns(source)])
    return _known(source, engine).distinct().order_by(spread)


def _newest_keys(source: Source, engine: DuckDBEngine) -> exp.Select:
    clock = [exp.Ordered(this=column("s", source.event_timestamp), desc=True, nulls_first=False)] if source.event_timestamp else []
    return _known(source, engine).order_by(*clock, *(exp.Ordered(this=key) for key in _key_columns(source)))


def _known(source: Source, engine: DuckDBEngine) -> exp.Select:
    keys = _key_columns(source)
    known = [exp.Not(this=exp.Is(this=key.copy(), expression=exp.Null())) for key in keys]
    return exp.select(*keys).from_(exp.to_table(engine.relation(source)).as_("s")).where(*known)


def _key_columns(source: Source) -> list[exp.Column]:
    return [column("s", name) for name in source.key_columns]


def _typed(view: CompiledView, table: pa.Table) -> list[Key]:
    columns = [table.column(index).cast(arrow_type(key.dtype)).to_pylist() for index, key in enumerate(view.entity.join_keys)]
    return list(zip(*columns, strict=True))


def _rows_of(view: CompiledView, source: Source, keys: Sequence[Key], engine: DuckDBEngine) -> pa.Table:
    """Read the rows of the entities, one more than wanted if there are as many, in an order that no column has."""
    query = exp.select(*(column("s", name) for name in source.column_names)).from_(exp.to_table(engine.relation(source)).as_("s"))
    spread = exp.Anonymous(this="hash", expressions=[column("s", name) for name in source.column_names])
    query = query.order_by(spread).limit(_MOST_ROWS + 1)
    if not source.is_keyed_by(view.entity):
        return engine.run(query)
    wanted = pa.Table.from_arrays(
        [pa.array([key[index] for key in keys], arrow_type(join.dtype)) for index, join in enumerate(view.entity.join_keys)],
        names=list(view.entity.key_names),
    )
    same = [exp.EQ(this=column("s", own), expression=column("k", key)) for key, own in source.key]
    return engine.run(query.join(exp.to_table(KEYS_TABLE).as_("k"), on=exp.and_(*same)), tables={KEYS_TABLE: wanted})
