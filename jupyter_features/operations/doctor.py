"""Doctor: does everything that this project needs work, and what to do where it does not."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version

from jupyter_features.card import Card, Displayed, Table
from jupyter_features.errors import JupyterFeaturesError


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at; `advice` says what to do, and is empty if it works."""

    what: str
    is_well: bool
    told: str
    advice: str = ""


@dataclass(frozen=True)
class Examination(Displayed):
    """Everything that was looked at."""

    findings: tuple[Finding, ...]

    @property
    def is_passed(self) -> bool:
        """Tell whether everything works."""
        return all(finding.is_well for finding in self.findings)

    def card(self) -> Card:
        """Show what is wrong first."""
        ordered = sorted(self.findings, key=lambda finding: finding.is_well)
        rows = [(finding.what, "ok" if finding.is_well else "WRONG", finding.told) for finding in ordered]
        wrong = [finding for finding in ordered if not finding.is_well]
        return Card(
            "Doctor",
            label="all is well" if not wrong else f"{len(wrong)} wrong",
            state="ok" if not wrong else "failed",
            tables=(Table(("what", "state", "found"), rows),),
            next_step=wrong[0].advice if wrong else "",
        )


def examine(what: str, look: Callable[[], str]) -> Finding:
    """Look at one thing; an error of ours is a finding, with its hint as advice."""
    try:
        return Finding(what, True, look())
    except JupyterFeaturesError as error:
        return Finding(what, False, error.message, error.hint)


def examine_registry(problems: Sequence[str]) -> list[Finding]:
    """Tell each thing that is wrong with the stored data."""
    advice = "Restore the registry from a backup, and report this."
    return [Finding("registry", False, problem, advice) for problem in problems]


def packages() -> str:
    """Name the versions that matter when something is reported."""
    names = ("jupyter_features", "duckdb", "sqlglot", "pandas", "sqlalchemy")
    return ", ".join([f"Python {sys.version.split()[0]}", *(f"{name} {version(name)}" for name in names)])
