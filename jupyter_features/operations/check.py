"""Check: does a view keep the law on real rows?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from sqlglot import exp

from jupyter_features.card import Card, Displayed, Table
from jupyter_features.clock import format_instant
from jupyter_features.compiler.constants import AS_OF_PARAMETER, KEYS_TABLE, constants_plan
from jupyter_features.compiler.visibility import column
from jupyter_features.definitions.feature_view import CompiledView
from jupyter_features.definitions.source import Source
from jupyter_features.engines.duckdb.engine import DuckDBEngine
from jupyter_features.errors import RowContractError
from jupyter_features.operations.evaluate import at_instant, at_rows

SAMPLED_ENTITIES = 100
_PERCENTILES = (0.25, 0.5, 1.0)


@dataclass(frozen=True)
class CheckResult:
    """One check; `detail` says what was compared, or the smallest example of the failure."""

    name: str
    is_passed: bool
    detail: str


@dataclass(frozen=True)
class CheckReport(Displayed):
    """All checks of one view."""

    view: str
    fingerprint: str
    results: tuple[CheckResult, ...]

    @property
    def is_passed(self) -> bool:
        """Tell whether every check passed."""
        return all(result.is_passed for result in self.results)

    @property
    def passed_names(self) -> tuple[str, ...]:
        """Names of the passed checks."""
        return tuple(result.name for result in self.results if result.is_passed)

    def summary(self) -> str:
        """Say it in one line."""
        failed = [result.name for result in self.results if not result.is_passed]
        return f"failed: {', '.join(failed)}" if failed else f"{', '.join(self.passed_names)}: passed"

    def card(self) -> Card:
        """Show each check."""
        rows = tuple((result.name, "passed" if result.is_passed else "FAILED", result.detail) for result in self.results)
        return Card(
            title=f"Checks of {self.view}",
            label="passed" if self.is_passed else "failed",
            state="ok" if self.is_passed else "failed",
            tables=(Table(("check", "result", "detail"), rows),),
            next_step=f"%feature publish {self.view}" if self.is_passed else "",
        )


def check(view: CompiledView, engine: DuckDBEngine) -> CheckReport:
    """Run every check on a sample of entities, at instants at which events happened.

    Returns
    -------
    CheckReport
        `rules`: the definition compiles. `one row`: one row per entity. `future`: deleting every invisible source row
        and shuffling the others changes nothing. `paths`: the training path gives what the serving path gives.
    """
    results = [CheckResult("rules", True, "the definition compiles")]
    try:
        instants = _instants(view, engine)
        spread = _spread_keys(view, engine)
        samples = [
            (instant, at_instant(view, engine, instant, keys=list(dict.fromkeys([*spread, *_last_keys(view, engine, instant)]))))
            for instant in instants
        ]
    except RowContractError as error:
        return CheckReport(view.name, view.fingerprint, (*results, CheckResult("one row", False, error.message)))
    results.append(CheckResult("one row", True, f"one row per {view.entity.name}"))
    results.append(_compare("future", view, samples, lambda instant, sample: _visible_only(view, engine, instant, sample)))
    results.append(_compare("paths", view, samples, lambda instant, sample: _as_training(view, engine, instant, sample)))
    return CheckReport(view.name, view.fingerprint, tuple(results))


def _compare(
    name: str, view: CompiledView, samples: list[tuple[datetime, pa.Table]], other: Callable[[datetime, pa.Table], pa.Table]
) -> CheckResult:
    for instant, sample in samples:
        again = other(instant, sample)
        keys = list(view.entity.key_names)
        difference = _first_difference(_sorted_rows(sample, keys), _sorted_rows(again, keys), len(keys))
        if difference:
            return CheckResult(name, False, f"as of {format_instant(instant)}: {difference}")
    rows = sum(sample.num_rows for _, sample in samples)
    return CheckResult(name, True, f"{rows} rows at {len(samples)} instants")


def _instants(view: CompiledView, engine: DuckDBEngine) -> list[datetime]:
    """Choose instants at, just after, and exactly one lookback after events, because boundaries are where leaks show."""
    source = _clocked(view)
    if source is None or source.event_timestamp is None:
        return [datetime(2000, 1, 1)]  # noqa: DTZ001  # static rows are visible at any instant
    happened = exp.column(exp.to_identifier(source.event_timestamp, quoted=True))
    quantiles = [
        exp.alias_(exp.Anonymous(this="quantile_disc", expressions=[happened.copy(), exp.Literal.number(part)]), f"q{part}")
        for part in _PERCENTILES
    ]
    row = engine.run(exp.select(*quantiles).from_(exp.to_table(engine.relation(source)))).to_pylist()[0]
    early, middle, newest = row.values()
    if newest is None:
        return []
    just_after = timedelta(microseconds=1)
    lookback = _longest_lookback(view, source)
    boundary = [middle + lookback] if lookback else []
    return sorted({early, middle + just_after, newest + just_after, *boundary})


def _clocked(view: CompiledView) -> Source | None:
    return next((source for source in view.sources if source.event_timestamp), None)


def _spread_keys(view: CompiledView, engine: DuckDBEngine) -> list[tuple[object, ...]]:
    """Choose entities at large, the same ones every time."""
    rows, keys, known = _keys_of(view, engine)
    spread = exp.Anonymous(this="hash", expressions=[key.copy() for key in keys])
    chosen = exp.select(*keys).distinct().from_(rows).where(*known).order_by(spread).limit(SAMPLED_ENTITIES // 2)
    return [tuple(row.values()) for row in engine.run(chosen).to_pylist()]


def _last_keys(view: CompiledView, engine: DuckDBEngine, instant: datetime) -> list[tuple[object, ...]]:
    """Choose the entities with the last rows up to an instant, so that some rows stand exactly on it."""
    source = _clocked(view)
    if source is None or source.event_timestamp is None:
        return []
    rows, keys, known = _keys_of(view, engine)
    happened = column("s", source.event_timestamp)
    until = exp.LTE(this=happened, expression=exp.cast(exp.Placeholder(this=AS_OF_PARAMETER), "TIMESTAMP", dialect="duckdb"))
    latest = exp.select(*keys).from_(rows).where(*known, until).order_by(exp.Ordered(this=happened.copy(), desc=True))
    found = engine.run(latest.limit(SAMPLED_ENTITIES // 2), parameters={AS_OF_PARAMETER: instant})
    return [tuple(row.values()) for row in found.to_pylist()]


def _keys_of(view: CompiledView, engine: DuckDBEngine) -> tuple[exp.Expr, list[exp.Column], list[exp.Expr]]:
    """Give the rows of the view's main source, its key columns, and the conditions that they are known."""
    source = _clocked(view) or view.sources[0]
    keys = [column("s", name) for name in source.key_columns]
    known: list[exp.Expr] = [exp.Not(this=exp.Is(this=key.copy(), expression=exp.Null())) for key in keys]
    return exp.to_table(engine.relation(source)).as_("s"), keys, known


def _visible_only(view: CompiledView, engine: DuckDBEngine, instant: datetime, sample: pa.Table) -> pa.Table:
    """Compute the sample from source rows that were filtered outside the compiler, in another order."""
    keys = sample.select(list(view.entity.key_names))
    tables = {}
    for source in view.sources:
        rows = _rows_of(engine, source, keys)
        kept = rows.filter(_visible_mask(source, rows, instant, _longest_lookback(view, source)))
        tables[f"__jf_visible_{source.name}"] = kept.take(np.random.default_rng(1).permutation(kept.num_rows))
    plan = constants_plan(view, lambda source: f"__jf_visible_{source.name}", keys=True)
    result = engine.run(plan, parameters={AS_OF_PARAMETER: instant}, tables={**tables, KEYS_TABLE: keys})
    return result.select(sample.column_names).cast(sample.schema)


def _rows_of(engine: DuckDBEngine, source: Source, keys: pa.Table) -> pa.Table:
    same = [exp.EQ(this=column("s", own), expression=column("k", key)) for key, own in source.key]
    rows = exp.select(*(column("s", name) for name in source.column_names)).from_(exp.to_table(engine.relation(source)).as_("s"))
    return engine.run(rows.join(exp.to_table(KEYS_TABLE).as_("k"), on=exp.and_(*same)), tables={KEYS_TABLE: keys})


def _longest_lookback(view: CompiledView, source: Source) -> timedelta | None:
    """A source read under two names shows what either shows."""
    lookbacks = [reference.lookback for reference in view.definition.sources if reference.source == source.name]
    return None if None in lookbacks else max(length for length in lookbacks if length is not None)


def _visible_mask(source: Source, rows: pa.Table, instant: datetime, lookback: timedelta | None) -> pa.Array:
    if source.event_timestamp is None:
        return pa.array(np.ones(rows.num_rows, dtype=bool))
    before = pc.less if source.kind == "events" and not source.inclusive else pc.less_equal
    happened = rows.column(source.event_timestamp)
    mask = before(happened, pa.scalar(instant, happened.type))
    if lookback is not None:
        mask = pc.and_(mask, pc.greater_equal(happened, pa.scalar(instant - lookback, happened.type)))
    if source.arrival is not None:
        mask = pc.and_(mask, before(rows.column(source.arrival), pa.scalar(instant, happened.type)))
    return pc.fill_null(mask, False)


def _as_training(view: CompiledView, engine: DuckDBEngine, instant: datetime, sample: pa.Table) -> pa.Table:
    keys = sample.select(list(view.entity.key_names))
    values = at_rows(view, engine, keys, pa.array([instant] * keys.num_rows, pa.timestamp("us")))
    return pa.table([*keys.columns, *values.features.columns], schema=sample.schema)


def _sorted_rows(table: pa.Table, keys: list[str]) -> list[tuple[object, ...]]:
    ordered = table.sort_by([(name, "ascending") for name in keys])
    return list(zip(*(column.to_pylist() for column in ordered.columns), strict=True))


def _first_difference(expected: list[tuple[object, ...]], found: list[tuple[object, ...]], key_count: int) -> str:
    if len(expected) != len(found):
        return f"{len(expected)} entities against {len(found)}"
    for left, right in zip(expected, found, strict=True):
        # NaN is equal to itself here.
        if any(a != b and not (a != a and b != b) for a, b in zip(left, right, strict=True)):
            return f"{left[:key_count]}: {left[key_count:]} against {right[key_count:]}"
    return ""
