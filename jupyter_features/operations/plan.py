"""Plan: what publishing would change, and what stands against it. Writes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from jupyter_features.card import Card, Detail, Displayed, Table
from jupyter_features.definitions.consumer import Consumer
from jupyter_features.definitions.evidence import CheckRecord, Evidence
from jupyter_features.definitions.feature_view import CompiledView, FeatureViewVersion
from jupyter_features.engines.duckdb.engine import DuckDBEngine
from jupyter_features.operations.check import CheckReport
from jupyter_features.operations.cost import Cost, materialization_cost
from jupyter_features.operations.difference import Difference, difference
from jupyter_features.operations.edits import Edit
from jupyter_features.operations.similarity.report import Duplicates
from jupyter_features.operations.test_report import TestReport

Change = Literal["new", "unchanged", "changed"]


@dataclass(frozen=True)
class Plan(Displayed):
    """What publishing a draft would do.

    Parameters
    ----------
    current
        The version that the environment serves now; None if there is none.
    difference
        From the current version to the draft; None if there is none.
    consumers
        Who reads any version of the view.
    duplicates
        What is published already, and like the draft.
    cost
        Of the first materialization; None for an on-demand view.
    blockers
        Sentences that say why it cannot be published; empty if it can.
    edits
        Words for people that would change.
    needs_reason
        Why it is published only with a reason; empty if it needs none.
    acknowledge
        Names of the consumers that publishing has to name.
    """

    view: CompiledView
    environment: str
    current: FeatureViewVersion | None
    change: Change
    difference: Difference | None
    consumers: tuple[Consumer, ...]
    duplicates: Duplicates
    cost: Cost | None
    checks: CheckReport
    tests: TestReport
    test_texts: tuple[str, ...]
    blockers: tuple[str, ...]
    edits: tuple[Edit, ...] = ()
    needs_reason: str = ""
    acknowledge: tuple[str, ...] = ()

    @property
    def evidence(self) -> Evidence:
        """The record of checks and tests that the registry asks for."""
        return Evidence(
            fingerprint=self.checks.fingerprint,
            checks=tuple(CheckRecord(result.name, result.is_passed, result.detail) for result in self.checks.results),
            tests=self.tests.tests,
            values=self.tests.values,
            mismatches=len(self.tests.mismatches),
            texts=self.test_texts,
        )

    def card(self) -> Card:
        """Show the change, its checks, who is concerned, and what stands against it."""
        current = self.current.reference if self.current else "nothing yet"
        facts = [("Serves now", f"{current} in {self.environment}"), ("Checks", self.checks.summary()), ("Tests", self._tests())]
        facts += [("Not ready", blocker) for blocker in self.blockers]
        details: list[Detail] = []
        tables: tuple[Table, ...] = ()
        if self.difference is not None and self.change == "changed":
            facts += self.difference.facts()
            tables = self.difference.tables()
            details += self.difference.details()
        facts += [("Edits", str(edit)) for edit in self.edits]
        if self.consumers:
            facts.append(("Read by", ", ".join(f"{each.name} ({each.owner})" for each in self.consumers)))
        if self.acknowledge:
            facts.append(("To be told", ", ".join(self.acknowledge)))
        if self.needs_reason and not self.duplicates.must_explain:
            facts.append(("Exists already", self.needs_reason))
        if self.duplicates.findings:
            first = self.duplicates.findings[0]
            facts.append(
                ("Exists already" if first.is_exact else "Like it", self.duplicates.blocker() or f"{first.reference} ({first.evidence})")
            )
            details += self.duplicates.card().details
        if self.cost is not None:
            facts.append(("Materializing", self.cost.text()))
        return Card(
            title=f"Plan for {self.view.name}",
            label="unchanged, edited" if self.edits and self.change == "unchanged" else self.change,
            state="failed" if self.blockers else "warning" if self.needs_reason else "ok",
            facts=facts,
            tables=tables,
            details=[*details, Detail("Lineage", self._lineage())],
            next_step="" if self.blockers else self._next_step(),
        )

    def _next_step(self) -> str:
        reason = " --reason '...'" if self.needs_reason else ""
        told = "".join(f" --ack {name!r}" for name in self.acknowledge)
        return f"%feature publish {self.view.name}{reason}{told}"

    def _tests(self) -> str:
        if not self.tests.tests:
            return "none yet"
        return f"{self.tests.tests} passed" if self.tests.is_passed else f"{len(self.tests.mismatches)} values differ"

    def _lineage(self) -> Table:
        rows = [(each.name, ", ".join(each.value_lineage) or "the rows alone", ", ".join(each.row_lineage)) for each in self.view.features]
        return Table(("feature", "values from", "rows decided by"), rows)


def plan(
    view: CompiledView,
    *,
    current: FeatureViewVersion | None,
    environment: str,
    consumers: tuple[Consumer, ...],
    duplicates: Duplicates,
    checks: CheckReport,
    tests: TestReport,
    test_texts: tuple[str, ...],
    engine: DuckDBEngine,
    as_of: datetime,
    edits: tuple[Edit, ...] = (),
) -> Plan:
    """Compare a draft with what an environment serves.

    Parameters
    ----------
    as_of
        Instant at which values are compared.
    """
    change: Change = "new" if current is None else "unchanged" if current.view.fingerprint == view.fingerprint else "changed"
    labels = (current.reference if current else "", "this draft")
    return Plan(
        view=view,
        environment=environment,
        current=current,
        change=change,
        difference=difference(current.view, view, labels=labels, engine=engine, as_of=as_of) if current else None,
        consumers=consumers,
        duplicates=duplicates,
        cost=materialization_cost(view, engine, as_of) if checks.is_passed else None,
        checks=checks,
        tests=tests,
        test_texts=test_texts,
        blockers=_blockers(view, checks, tests),
        edits=edits,
        needs_reason=duplicates.blocker() if change != "unchanged" else "",
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
