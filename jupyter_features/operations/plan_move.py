"""Plan a move: what a publication, a pointer's move or a review would change, and what stands against it. Writes nothing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from jupyter_features.card import Card, Detail, Displayed, Table
from jupyter_features.clock import format_instant
from jupyter_features.definitions.consumer import Consumer, to_acknowledge
from jupyter_features.definitions.evidence import CheckRecord
from jupyter_features.definitions.feature_view import CompiledView
from jupyter_features.definitions.listing import ViewDetail
from jupyter_features.engines.duckdb.engine import DuckDBEngine
from jupyter_features.errors import FeatureFunctionError, RowContractError, SourceDataError
from jupyter_features.operations.asker import Asker
from jupyter_features.operations.difference import Difference, ValueChange, difference
from jupyter_features.operations.plan import Plan
from jupyter_features.registry.questions import FoundVersion

Step = Literal["publish", "promote", "rollback", "certify", "deprecate"]


@dataclass(frozen=True)
class SchemaChange:
    """A feature's type before and after; `-` where it does not exist."""

    feature: str
    before: str
    after: str


@dataclass(frozen=True)
class Duplicate:
    """A published view that says the same, or nearly; `kind` and `evidence` say what they share."""

    reference: str
    owner: str
    state: str
    kind: str
    evidence: str


@dataclass(frozen=True)
class MovePlan(Displayed):
    """What one step would do; the same value is a card in a notebook and the JSON behind the sidebar's dialog.

    Parameters
    ----------
    environment
        Whose pointer moves; empty where none does.
    before, after
        The versions that the environment serves; for a review, `after` is the version reviewed. None means nothing, or a
        draft, which has no number yet.
    is_change
        False if everything is like that already.
    level, reasons
        Compatibility from `before` to `after`; empty if one of them does not exist.
    definition
        Lines that change, as a unified diff.
    value_changes, values_at
        Per feature of both, on sampled entities, at one instant; none if `note` says why.
    acknowledge
        Names of the consumers that must be told, and named, before.
    duplicates
        What is published already, and like a draft; the likest first.
    needs_reason
        Whether a draft is published only with a reason, because its like exists.
    cost
        What materializing a draft would take, in words; empty if that is not known.
    checks, tests
        What passed when the version, or the draft, was checked and tested.
    blockers
        Sentences that say why it would be refused; empty if nothing known stands against it.
    """

    step: Step
    name: str
    environment: str = ""
    before: int | None = None
    after: int | None = None
    is_change: bool = True
    level: str = ""
    reasons: tuple[str, ...] = ()
    definition: str = ""
    schema_changes: tuple[SchemaChange, ...] = ()
    value_changes: tuple[ValueChange, ...] = ()
    values_at: datetime | None = None
    note: str = ""
    consumers: tuple[Consumer, ...] = ()
    acknowledge: tuple[str, ...] = ()
    checks: tuple[CheckRecord, ...] = ()
    tests: int = 0
    blockers: tuple[str, ...] = ()
    duplicates: tuple[Duplicate, ...] = ()
    needs_reason: bool = False
    cost: str = ""

    def refusal(self, *, reason: str, acknowledge: Sequence[str]) -> str:
        """Say in sentences what it would be refused for, with what is given; empty if nothing known stands against it."""
        missing = [name for name in self.acknowledge if name not in acknowledge]
        # Some start with a name, which keeps its letters.
        found = [f"{'It' if blocker.startswith('it ') else blocker[:2]}{blocker[2:]}." for blocker in self.blockers]
        if self.needs_reason and not reason.strip():
            found.append(f"It exists already{self._first_duplicate()}; say why another is needed: --reason '...'.")
        if missing:
            told = " ".join(f"--ack {name!r}" for name in missing)
            found.append(
                f"It breaks what {', '.join(missing)} read{'s' if len(missing) == 1 else ''}; tell their owners, then say so: {told}."
            )
        return " ".join(found)

    def _first_duplicate(self) -> str:
        return f" as {self.duplicates[0].reference} ({self.duplicates[0].evidence})" if self.duplicates else ""

    def card(self) -> Card:
        """Show what moves, how much it changes, whom it concerns, and what stands against it."""
        facts = [*self._moves(), *(("Not ready", blocker) for blocker in self.blockers)]
        if self.level:
            facts.append(("Compatibility", ": ".join(filter(None, (self.level, "; ".join(self.reasons))))))
        if self.values_at is not None:
            facts.append((f"Values as of {format_instant(self.values_at)}", self._values()))
        facts.append(("Checks", ", ".join(check.name for check in self.checks if check.is_passed) or "none"))
        facts.append(("Tests", f"{self.tests} passed" if self.tests else "none"))
        if self.consumers:
            facts.append(("Read by", ", ".join(f"{each.name} ({each.owner})" for each in self.consumers)))
        if self.acknowledge:
            facts.append(("To be told", ", ".join(self.acknowledge)))
        if self.needs_reason:
            facts.append(("Needs a reason", f"it exists already{self._first_duplicate()}"))
        if self.cost:
            facts.append(("Materializing", self.cost))
        if self.note:
            facts.append(("Note", self.note))
        tables = (Table(("feature", "before", "after"), [(c.feature, c.before, c.after) for c in self.schema_changes]),)
        return Card(
            title=f"Plan to {self.step} {self.name}{'' if self.after is None else f'@{self.after}'}",
            label="" if self.is_change else "nothing would change",
            state="failed" if self.blockers else "ok",
            facts=facts,
            tables=tables if self.schema_changes else (),
            details=(Detail("Definition, changed lines", self.definition),) if self.definition else (),
        )

    def _moves(self) -> list[tuple[str, str]]:
        if not self.environment:
            return []
        served = [f"{self.name}@{version}" if version is not None else "nothing" for version in (self.before, self.after)]
        after = "this draft" if self.step == "publish" and self.after is None else served[1]
        return [(self.environment, f"serves {served[0]}, would serve {after}")]

    def _values(self) -> str:
        moved = [f"{change.feature} {change.changed:,} of {change.entities:,}" for change in self.value_changes if change.changed]
        return f"changed: {', '.join(moved)}" if moved else "none changed"


def plan_publication(plan: Plan, own: Collection[str]) -> MovePlan:
    """Say of a draft's plan, which was rehearsed, what the other steps say of theirs.

    Parameters
    ----------
    own
        Names of the owner and of its members.
    """
    move = MovePlan(
        step="publish",
        name=plan.view.name,
        environment=plan.environment,
        before=plan.current.version if plan.current else None,
        is_change=plan.change != "unchanged" or bool(plan.edits),
        note="; ".join(map(str, plan.edits)),
        consumers=plan.consumers,
        checks=plan.evidence.checks,
        tests=plan.tests.tests,
        blockers=plan.blockers,
        duplicates=tuple(Duplicate(each.reference, each.owner, each.state, each.kind, each.evidence) for each in plan.duplicates.findings),
        needs_reason=bool(plan.needs_reason),
        cost=plan.cost.text() if plan.cost else "",
    )
    planned = _with_difference(move, plan.difference, set(own))
    return replace(planned, acknowledge=plan.acknowledge or planned.acknowledge)


def plan_pointer(
    step: Literal["promote", "rollback"],
    detail: ViewDetail,
    asker: Asker,
    *,
    environment: str,
    before: FoundVersion | None,
    after: FoundVersion,
    compare: Callable[[CompiledView, CompiledView, tuple[str, str]], tuple[Difference, str]],
) -> MovePlan:
    """Plan to let an environment serve another version.

    Parameters
    ----------
    detail
        Of the version `after`.
    compare
        Gives the difference of two versions, and why values were not compared; empty if they were.
    """
    is_change = before is None or before.version.version != after.version.version
    found, note = None, ""
    if before is not None and is_change:
        found, note = compare(before.version.view, after.version.view, (before.version.reference, after.version.reference))
    move = MovePlan(
        step=step,
        name=detail.name,
        environment=environment,
        before=before.version.version if before else None,
        after=after.version.version,
        is_change=is_change,
        note=note,
        consumers=detail.consumers,
        checks=_recorded(detail),
        tests=detail.tests,
        blockers=(*_unservable(detail), *asker.refusals(detail.owner)),
    )
    planned = _with_difference(move, found, {detail.owner, *asker.members(detail.owner)})
    # Going back to what was served before is the way out of trouble: nobody is asked first.
    return replace(planned, acknowledge=()) if step == "rollback" else planned


def plan_certification(detail: ViewDetail, asker: Asker) -> MovePlan:
    """Plan to approve one version: what was checked and tested, and whether the one who asks may review it."""
    blockers = [*_unservable(detail), *asker.refusals(detail.owner, "certifier")]
    if detail.author == asker.subject.name:
        blockers.append(f"{detail.author!r} published it; somebody else must review it")
    if not detail.checks or not detail.tests:
        blockers.append(f"it was published without a passed {'check' if not detail.checks else 'feature test'}")
    newest = next(line for line in detail.versions if line.version == detail.version)
    return MovePlan(
        step="certify",
        name=detail.name,
        after=detail.version,
        is_change=detail.standing.certification is None,
        level=newest.level,
        reasons=newest.changes,
        definition=newest.difference,
        consumers=detail.consumers,
        checks=_recorded(detail),
        tests=detail.tests,
        blockers=tuple(blockers),
    )


def plan_deprecation(detail: ViewDetail, asker: Asker) -> MovePlan:
    """Plan to ask people not to start using a view: whom it concerns; what is served stays."""
    ended = [f"{detail.name!r} is retired already"] if detail.standing.state == "retired" else []
    return MovePlan(
        step="deprecate",
        name=detail.name,
        is_change=detail.standing.state != "deprecated",
        note="It is served as before; who searches for it sees the reason.",
        consumers=detail.consumers,
        checks=_recorded(detail),
        tests=detail.tests,
        blockers=(*ended, *asker.refusals(detail.owner)),
    )


def compare_readable(
    before: CompiledView,
    after: CompiledView,
    labels: tuple[str, str],
    *,
    engine: DuckDBEngine,
    instant_of: Callable[[CompiledView], datetime],
) -> tuple[Difference, str]:
    """Compare two versions with their values if their data can be read, else without.

    Returns
    -------
    difference, note
        Why no values were compared; empty if they were.
    """
    try:
        return difference(before, after, labels=labels, engine=engine, as_of=instant_of(after)), ""
    except (SourceDataError, FeatureFunctionError, RowContractError) as error:
        return difference(before, after, labels=labels, engine=engine, as_of=None), f"Values were not compared: {error.message}"


def _with_difference(move: MovePlan, found: Difference | None, own: set[str]) -> MovePlan:
    if found is None or found.before.fingerprint == found.after.fingerprint:
        return move
    return replace(
        move,
        level=found.compatibility.level,
        reasons=found.compatibility.reasons,
        definition=found.definition_lines(),
        schema_changes=tuple(SchemaChange(*change) for change in found.schema_changes),
        value_changes=found.value_changes,
        values_at=found.as_of if found.value_changes else None,
        acknowledge=to_acknowledge(move.consumers, own) if found.compatibility.level == "MAJOR" else (),
    )


def _unservable(detail: ViewDetail) -> tuple[str, ...]:
    standing = detail.standing
    return (f"it is {standing.state}: {standing.reason}",) if standing.state in ("yanked", "retired") else ()


def _recorded(detail: ViewDetail) -> tuple[CheckRecord, ...]:
    return tuple(CheckRecord(name, True) for name in detail.checks)
