"""Doctor: does everything that this project needs work, and what to do where it does not."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from typing import TypeVar

from jupyter_features.card import Card, Displayed, Table
from jupyter_features.definitions.feature_view import FeatureViewVersion
from jupyter_features.errors import JupyterFeaturesError
from jupyter_features.operations.recompile import check_compiled

Found = TypeVar("Found")

_ADVICE = "Restore the registry from a backup, and report this."


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


def attempt(what: str, ask: Callable[[], Found]) -> tuple[Found | None, list[Finding]]:
    """Ask for something; an error is a finding, one of ours with its hint as advice.

    Returns
    -------
    answer, findings
        None and one finding if it failed, else the answer and none.
    """
    try:
        return ask(), []
    except JupyterFeaturesError as error:
        return None, [Finding(what, False, error.message, error.hint or _ADVICE)]
    except Exception as error:  # noqa: BLE001  # damaged data makes anything of our code, and the next thing is to be looked at all the same
        return None, [Finding(what, False, f"{type(error).__name__}: {error}", _ADVICE)]


def examine(what: str, look: Callable[[], str]) -> Finding:
    """Look at one thing, and tell what was found."""
    told, wrong = attempt(what, look)
    return wrong[0] if wrong else Finding(what, True, told or "")


def examine_registry(problems: Callable[[], Sequence[str]]) -> list[Finding]:
    """Tell each thing that is wrong with the stored data."""
    found, wrong = attempt("registry", problems)
    return [*wrong, *(Finding("registry", False, problem, _ADVICE) for problem in found or ())]


def examine_version(version: FeatureViewVersion) -> list[Finding]:
    """Compile a stored definition again; nothing is found if everything that is stored follows from its text."""
    _, wrong = attempt(version.reference, lambda: check_compiled(version.view, verdict="is not what was published"))
    return [replace(finding, advice=_ADVICE) for finding in wrong]


def packages() -> str:
    """Name the versions that matter when something is reported."""
    names = ("jupyter_features", "duckdb", "sqlglot", "pandas", "sqlalchemy")
    return ", ".join([f"Python {sys.version.split()[0]}", *(f"{name} {version(name)}" for name in names)])
