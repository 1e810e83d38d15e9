"""Check: does a view keep the law on real rows?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from jupyter_features.analysis.rule_warnings import rule_warnings
from jupyter_features.analysis.severity import CHANGEABLE, Severities
from jupyter_features.card import Card, Detail, Displayed, Table, format_value
from jupyter_features.clock import format_instant
from jupyter_features.definitions.feature_view import CompiledView
from jupyter_features.definitions.source import Source
from jupyter_features.engines.duckdb.engine import DuckDBEngine
from jupyter_features.errors import DefinitionError
from jupyter_features.operations.gates.determinism import check_determinism
from jupyter_features.operations.gates.future import check_future
from jupyter_features.operations.gates.one_row import check_one_row
from jupyter_features.operations.gates.paths import check_paths
from jupyter_features.operations.gates.result import CheckResult, Example, SourceRow
from jupyter_features.operations.gates.row_wise import check_row_wise
from jupyter_features.operations.gates.sample import draw_sample
from jupyter_features.operations.gates.trial import Trial
from jupyter_features.operations.gates.zones import check_zones


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

    @property
    def failures(self) -> tuple[CheckResult, ...]:
        """The failed checks."""
        return tuple(result for result in self.results if not result.is_passed)

    def summary(self) -> str:
        """Say it in one line."""
        failed = ", ".join(result.name for result in self.failures)
        return f"failed: {failed}" if failed else f"{', '.join(self.passed_names)}: passed"

    def card(self) -> Card:
        """Show each check; when one failed, the smallest example against the view."""
        return self._failed_card() if self.failures else self._passed_card()

    def _passed_card(self) -> Card:
        return Card(
            title=f"Checks of {self.view}", label="passed", state="ok", tables=(self._table(),), next_step=f"%feature publish {self.view}"
        )

    def _failed_card(self) -> Card:
        first = self.failures[0]
        facts = [("Failed", ", ".join(result.name for result in self.failures)), ("Passed", ", ".join(self.passed_names))]
        details = [Detail("All checks", self._table())]
        if first.example is None:
            facts.append(("Because", first.detail))
        else:
            facts += _facts(first.example)
        for other in self.failures[1:]:
            details += [Detail(f"{other.name}: {other.detail}", table) for table in _row_tables(other.example)]
        return Card(
            title=f"Checks of {self.view}",
            label="failed",
            state="failed",
            facts=facts,
            tables=_row_tables(first.example),
            details=details,
            next_step=f"mend the definition, then %feature check {self.view}",
        )

    def _table(self) -> Table:
        rows = tuple((result.name, "passed" if result.is_passed else "FAILED", result.detail) for result in self.results)
        return Table(("check", "result", "detail"), rows)


def check(view: CompiledView, engine: DuckDBEngine, severities: Severities = CHANGEABLE) -> CheckReport:
    """Run every check on real rows of some entities, at instants at which something happened.

    Returns
    -------
    CheckReport
        `rules`: the definition compiles. `one row`: one row per entity. `determinism`: order of rows, threads and
        repetition change nothing. `future`: deleting, and separately changing, every invisible source row changes nothing.
        `paths`: training, requests, materialization and the online store agree. `zones`: the session's zone changes nothing.
    """
    rules = _rules(view, severities)
    if view.definition.is_on_demand:
        return CheckReport(view.name, view.fingerprint, (rules, *check_row_wise(view, engine)))
    if not view.sources:
        return CheckReport(view.name, view.fingerprint, (rules,))
    trial = Trial(view, draw_sample(view, engine))
    try:
        results = [rules, check_one_row(trial, engine)]
        if results[-1].is_passed:
            results += [check_determinism(trial), check_future(trial), check_paths(trial, engine), check_zones(trial)]
    finally:
        trial.close()
    return CheckReport(view.name, view.fingerprint, tuple(results))


class Checker:
    """Checks views, each once as long as neither it nor its data changes."""

    def __init__(self, engine: DuckDBEngine, severities: Severities = CHANGEABLE) -> None:
        self._engine = engine
        self._severities = severities
        self._reports: dict[str, tuple[object, CheckReport]] = {}

    def check(self, view: CompiledView) -> CheckReport:
        """Run every check, or give the report that is known."""
        identity = (view, [self._engine.identity(source) for source in _sources_of(view)])
        known = self._reports.get(view.name)
        if known is None or known[0] != identity:
            known = self._reports[view.name] = (identity, check(view, self._engine, self._severities))
        return known[1]


def _sources_of(view: CompiledView) -> list[Source]:
    """Give the view's sources, and those of the views it reads."""
    return [*view.sources, *(source for each in view.inputs for source in _sources_of(each.view))]


def _rules(view: CompiledView, severities: Severities) -> CheckResult:
    sources = {reference.alias: view.source(reference.source) for reference in view.definition.sources}
    try:
        warnings = rule_warnings(view.definition, sources, severities)
    except DefinitionError as error:
        return CheckResult("rules", False, f"{error.rule}: {error.message}")
    told = f"; {warnings[0].line}" if warnings else ""
    return CheckResult("rules", True, f"the definition compiles{told}")


def _facts(example: Example) -> list[tuple[str, str]]:
    facts = [("Where", example.where), ("What", example.difference)]
    if len(example.values) > 1:
        facts.append(("Also", ", ".join(value.feature for value in example.values[1:])))
    if example.rows:
        several = len(example.rows) > 1
        facts.append(("Why", f"{'these rows' if several else 'this row'} of {_sources(example.rows)} {example.blame}"))
    return facts


def _sources(rows: tuple[SourceRow, ...]) -> str:
    return " and ".join(dict.fromkeys(row.source for row in rows))


def _row_tables(example: Example | None) -> list[Table]:
    """Show the guilty rows, a table for each source."""
    tables = []
    for source in dict.fromkeys(row.source for row in example.rows) if example else ():
        rows = [row for row in example.rows if row.source == source] if example else []
        cells = tuple(tuple(_format_cell(value) for _, value in row.cells) for row in rows)
        tables.append(Table(tuple(name for name, _ in rows[0].cells), cells, source))
    return tables


def _format_cell(value: object) -> str:
    return format_instant(value) if isinstance(value, datetime) else format_value(value)
