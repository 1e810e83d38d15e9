"""Plan: what publishing would change, and what stands against it. Writes nothing."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from jupyter_features.card import Card, Detail, Displayed, Table
from jupyter_features.clock import format_instant
from jupyter_features.definitions.feature_view import CompiledView, FeatureViewVersion
from jupyter_features.engines.duckdb.engine import DuckDBEngine
from jupyter_features.operations.check import CheckReport
from jupyter_features.operations.evaluate import at_instant
from jupyter_features.operations.test_report import TestReport

Change = Literal["new", "unchanged", "changed"]


@dataclass(frozen=True)
class ValueChange:
    """How one feature's values would move: of `entities` with a value before or after, `changed` differ."""

    feature: str
    entities: int
    changed: int


@dataclass(frozen=True)
class Plan(Displayed):
    """What publishing a draft would do.

    Parameters
    ----------
    current
        The version that the environment serves now; None if there is none.
    blockers
        Sentences that say why it cannot be published; empty if it can.
    """

    view: CompiledView
    environment: str
    current: FeatureViewVersion | None
    change: Change
    schema_changes: tuple[tuple[str, str, str], ...]
    value_changes: tuple[ValueChange, ...]
    as_of: datetime | None
    checks: CheckReport
    tests: TestReport
    blockers: tuple[str, ...]

    def card(self) -> Card:
        """Show the change, its checks, and what stands against it."""
        current = self.current.reference if self.current else "nothing yet"
        facts = [("Serves now", f"{current} in {self.environment}"), ("Checks", self.checks.summary()), ("Tests", self._tests())]
        facts += [("Not ready", blocker) for blocker in self.blockers]
        if self.value_changes and self.as_of:
            moved = ", ".join(f"{value.feature} {value.changed:,} of {value.entities:,}" for value in self.value_changes if value.changed)
            facts.append((f"Values as of {format_instant(self.as_of)}", f"changed: {moved}" if moved else "none changed"))
        tables = (Table(("feature", "now", "then"), self.schema_changes),) if self.schema_changes else ()
        details = (Detail("Definition, changed lines", self._definition_diff()),) if self.change == "changed" else ()
        return Card(
            title=f"Plan for {self.view.name}",
            label=self.change,
            state="failed" if self.blockers else "ok",
            facts=facts,
            tables=tables,
            details=details,
            next_step="" if self.blockers else f"%feature publish {self.view.name}",
        )

    def _tests(self) -> str:
        if not self.tests.tests:
            return "none yet"
        return f"{self.tests.tests} passed" if self.tests.is_passed else f"{len(self.tests.mismatches)} values differ"

    def _definition_diff(self) -> str:
        before = self.current.view.definition.body.splitlines() if self.current else []
        return "\n".join(difflib.unified_diff(before, self.view.definition.body.splitlines(), "now", "then", lineterm="", n=1))


def plan(
    view: CompiledView,
    *,
    current: FeatureViewVersion | None,
    environment: str,
    checks: CheckReport,
    tests: TestReport,
    engine: DuckDBEngine,
    as_of: datetime,
) -> Plan:
    """Compare a draft with what an environment serves.

    Parameters
    ----------
    as_of
        Instant at which values are compared, for every entity.
    """
    change: Change = "new" if current is None else "unchanged" if current.view.fingerprint == view.fingerprint else "changed"
    return Plan(
        view=view,
        environment=environment,
        current=current,
        change=change,
        schema_changes=_schema_changes(current.view, view) if current else (),
        value_changes=_value_changes(current.view, view, engine, as_of) if current and change == "changed" else (),
        as_of=as_of,
        checks=checks,
        tests=tests,
        blockers=_blockers(view, checks, tests),
    )


def _blockers(view: CompiledView, checks: CheckReport, tests: TestReport) -> tuple[str, ...]:
    definition = view.definition
    blockers = []
    if not definition.owner.strip():
        blockers.append("it has no owner; add --owner TEAM or '-- owner: TEAM'")
    if not definition.description.strip():
        blockers.append("it has no description; add '-- description: ...'")
    blockers += [
        f"source {source.name!r} is a DataFrame, which others cannot read; save it as Parquet and declare that"
        for source in view.sources
        if source.format == "dataframe"
    ]
    blockers += [
        f"input {each.label!r} is a draft; publish it, and name {each.view.name!r} instead" for each in view.inputs if each.version is None
    ]
    if not checks.is_passed:
        failed = next(result for result in checks.results if not result.is_passed)
        blockers.append(f"check {failed.name!r} failed: {failed.detail}")
    if not tests.is_passed:
        blockers.append(f"{len(tests.mismatches)} tested values differ; run %feature test {view.name}")
    return tuple(blockers)


def _schema_changes(before: CompiledView, after: CompiledView) -> tuple[tuple[str, str, str], ...]:
    old = {feature.name: feature.dtype for feature in before.features}
    new = {feature.name: feature.dtype for feature in after.features}
    names = list(dict.fromkeys([*old, *new]))
    return tuple((name, old.get(name, "-"), new.get(name, "-")) for name in names if old.get(name) != new.get(name))


def _value_changes(before: CompiledView, after: CompiledView, engine: DuckDBEngine, as_of: datetime) -> tuple[ValueChange, ...]:
    if before.entity.key_names != after.entity.key_names or before.definition.is_on_demand or after.definition.is_on_demand:
        return ()
    old, new = _by_key(before, engine, as_of), _by_key(after, engine, as_of)
    keys = old.keys() | new.keys()
    shared = [name for name in after.feature_names if name in before.feature_names]
    return tuple(
        ValueChange(name, len(keys), sum(old.get(key, {}).get(name) != new.get(key, {}).get(name) for key in keys)) for name in shared
    )


def _by_key(view: CompiledView, engine: DuckDBEngine, as_of: datetime) -> dict[tuple[object, ...], dict[str, object]]:
    rows = at_instant(view, engine, as_of).to_pylist()
    return {tuple(row[key] for key in view.entity.key_names): row for row in rows}
