"""Choose the physical plan of a training set by what it would cost, and refuse what no plan can afford."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from sqlglot import exp

from jupyter_features.compiler.estimate import ASKED, PAIRS, SAMPLE_TABLE, pairs_query, tile_width
from jupyter_features.compiler.lookup import is_lookup, lookup_plan
from jupyter_features.compiler.normal_form import Relation
from jupyter_features.compiler.spine import AS_OF, ROW, SPINE_TABLE, spine_plan
from jupyter_features.compiler.tiles import cut_edges, tiles_plan
from jupyter_features.definitions.feature_view import CompiledView
from jupyter_features.definitions.source import Source
from jupyter_features.definitions.source_reference import SourceReference
from jupyter_features.engines.duckdb.engine import DuckDBEngine
from jupyter_features.errors import PlanNotCoveredError, TooManyPairsError
from jupyter_features.operations.source_sample import COUNT, SourceSample, sample_of

PAIRS_ALLOWED = 2_000_000_000
"""More take minutes on two cores, whatever the plan."""
PAIRS_AT_ONCE = 100_000_000
"""The spine plan takes its rows in batches of so many pairs, to bound its memory."""
_FEW = 20_000_000
_SAMPLED_INSTANTS = 2_000


@dataclass(frozen=True)
class ChosenPlan:
    """A plan, and what was estimated of it.

    Parameters
    ----------
    name
        `spine`, `tiles` or `lookup`.
    pairs
        Estimated pairs of a row of the entity dataframe and a source row it sees; 0 where there can only be few.
    width
        Length of a tile; None for the other plans.
    """

    name: str
    pairs: int
    width: timedelta | None = None

    @property
    def batches(self) -> int:
        """In how many parts the rows are computed."""
        return max(1, ceil(self.pairs / PAIRS_AT_ONCE)) if self.width is None else 1

    def query(self, view: CompiledView, relation: Relation) -> exp.Query:
        """Bind the view by this plan."""
        if self.name == "lookup":
            return lookup_plan(view, relation)
        return spine_plan(view, relation) if self.width is None else tiles_plan(view, relation, self.width)


@dataclass(frozen=True)
class _Estimate:
    pairs: int = 0
    rows_seen: float = 0.0
    window: timedelta = timedelta()
    busiest: str = ""


def choose_plan(view: CompiledView, engine: DuckDBEngine, spine: pa.Table) -> ChosenPlan:
    """Choose by a pair estimate, which costs some milliseconds once a source's data was sampled.

    Parameters
    ----------
    spine
        `__jf_row`, `__jf_as_of` and the join keys.

    Raises
    ------
    TooManyPairsError
        If no plan that covers the view is cheap enough.
    """
    estimates = [_estimate(view, reference, engine, spine) for reference in view.definition.sources] if spine.num_rows else []
    most = max(estimates, key=lambda estimate: estimate.pairs, default=_Estimate())
    pairs = sum(estimate.pairs for estimate in estimates)
    if is_lookup(view):
        _check(view, pairs, most, "")
        return ChosenPlan("lookup", pairs)
    if pairs <= _FEW:
        return ChosenPlan("spine", pairs)
    try:
        edges = cut_edges(view)
        width = tile_width(most.window, most.rows_seen, edges)
        compared = int(spine.num_rows * (most.window / width + edges * most.rows_seen * (width / most.window)))
        if compared < pairs / 2:
            _check(view, compared, most, "")
            return ChosenPlan("tiles", pairs, width)
        reason = ""
    except PlanNotCoveredError as error:
        reason = error.reason
    _check(view, pairs, most, reason)
    return ChosenPlan("spine", pairs)


def _check(view: CompiledView, pairs: int, estimate: _Estimate, reason: str) -> None:
    if pairs > PAIRS_ALLOWED:
        raise TooManyPairsError(view.name, pairs=_rounded(pairs), limit=PAIRS_ALLOWED, busiest=estimate.busiest, reason=reason)


def _estimate(view: CompiledView, reference: SourceReference, engine: DuckDBEngine, spine: pa.Table) -> _Estimate:
    source = view.source(reference.source)
    is_keyed = source.is_keyed_by(view.entity)
    # A static row has no instant; of global state every row knows until when it counts, so no history is compared.
    if source.kind == "static" or (source.kind == "state" and not is_keyed):
        return _Estimate()
    sample = sample_of(source, engine)
    if not view.entity.join_keys:
        spine = _instants(spine)
    if spine.num_rows * sample.total <= _FEW:
        return _Estimate()
    asked = _some(spine, _SAMPLED_INSTANTS if is_keyed else _SAMPLED_INSTANTS // 10)
    weight = sample.weight(engine)
    scale = weight * spine.num_rows / asked.num_rows
    for bound in (_pairs_of_the_busiest, _pairs_of_keys) if is_keyed else ():
        if (most := bound(sample, engine, asked) * scale) <= _FEW:
            return _Estimate(pairs=int(most))
    counts = engine.run(pairs_query(reference, source, is_keyed=is_keyed), tables={SPINE_TABLE: asked, SAMPLE_TABLE: sample.rows(engine)})
    found, seeing = (int(pc.sum(counts.column(name)).as_py() or 0) for name in (PAIRS, ASKED))
    if not found:
        return _Estimate()
    return _Estimate(
        pairs=int(found * scale),
        rows_seen=found * weight / seeing,
        window=reference.lookback or sample.span(engine),
        busiest=_busiest(source, counts.slice(0, 1).to_pylist()[0], weight),
    )


def _pairs_of_the_busiest(sample: SourceSample, engine: DuckDBEngine, asked: pa.Table) -> int:
    """Count the pairs as if every row asked about the key with most sampled rows: a bound that costs nothing."""
    return int(asked.num_rows) * int(pc.max(sample.counts(engine).column(COUNT)).as_py() or 0)


def _pairs_of_keys(sample: SourceSample, engine: DuckDBEngine, asked: pa.Table) -> int:
    """Count the pairs with all sampled rows of the same keys, whenever they were: where they are few, no query need tell how many count."""
    counts = sample.counts(engine)
    names = [key for key, _ in sample.source.key]
    keys = [counts.column(own).cast(asked.schema.field(key).type) for key, own in sample.source.key]
    pairs = asked.select(names).join(pa.table([*keys, counts.column(COUNT)], names=[*names, COUNT]), keys=names, join_type="inner")
    return int(pc.sum(pairs.column(COUNT)).as_py() or 0)


def _instants(spine: pa.Table) -> pa.Table:
    """Take one row of each instant: what holds for everybody is computed once for all its rows."""
    return spine.group_by(AS_OF).aggregate([(ROW, "min")]).rename_columns({f"{ROW}_min": ROW})


def _some(spine: pa.Table, count: int) -> pa.Table:
    """Pick rows at random, the same ones each time."""
    if spine.num_rows <= count:
        return spine
    return spine.take(pa.array(np.random.default_rng(0).choice(spine.num_rows, count, replace=False, shuffle=False)))


def _busiest(source: Source, first: dict[str, Any], weight: float) -> str:
    """Word which entity has most pairs; without keys everybody has the same."""
    seen = _rounded(first.pop(PAIRS) * weight / first.pop(ASKED))
    who = ", ".join(f"{key} = {value!r}" for key, value in first.items())
    return (
        f"Most come from {who}, which sees about {seen:,} rows of {source.name!r}." if who else f"All see {seen:,} rows of {source.name!r}."
    )


def _rounded(number: float) -> int:
    """Keep two digits: the rest of an estimate says nothing."""
    return int(float(f"{number:.2g}"))
