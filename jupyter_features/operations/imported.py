"""What an import did, or would do."""

from __future__ import annotations

from dataclasses import dataclass

from jupyter_features.card import Card, Displayed, State, Table
from jupyter_features.operations.outcome import Outcome, exit_code_of

_STATES: dict[int, State] = {0: "ok", 1: "failed", 3: "warning"}


@dataclass(frozen=True)
class ImportedView:
    """What became of one definition.

    Parameters
    ----------
    file
        Name of its file without the suffix.
    reference
        The version here; empty if there is none yet.
    message
        What there is to say in a sentence; may be empty.
    """

    file: str
    name: str
    outcome: Outcome
    reference: str = ""
    message: str = ""


@dataclass(frozen=True)
class Imported(Displayed):
    """Every definition of the folder, in the order in which they were tried."""

    environment: str
    views: tuple[ImportedView, ...]
    is_dry_run: bool = False

    @property
    def exit_code(self) -> int:
        """See `exit_code_of`."""
        return exit_code_of({each.outcome for each in self.views})

    def card(self) -> Card:
        """Show one line per definition, and why some are refused."""
        rows = [(each.file, each.reference, each.outcome, "" if each.outcome == "refused" else each.message) for each in self.views]
        return Card(
            "Import",
            label=f"{'dry run, ' if self.is_dry_run else ''}{self.environment}",
            state=_STATES[self.exit_code],
            tables=(Table(("file", "version", "outcome", ""), rows),) if rows else (),
            notes=[f"{each.file} is refused: {each.message}" for each in self.views if each.outcome == "refused"],
        )
