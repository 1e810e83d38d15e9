"""What a feature test found."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from jupyter_features.card import Card, Displayed, Table, format_value
from jupyter_features.clock import format_instant


@dataclass(frozen=True)
class Mismatch:
    """One expected value that a path does not give."""

    path: str
    entity: str
    as_of: datetime | None
    feature: str
    expected: object
    found: object

    def cells(self) -> tuple[str, ...]:
        """Write it as a line of a table."""
        as_of = format_instant(self.as_of) if self.as_of else ""
        return (self.entity, as_of, self.feature, format_value(self.expected), format_value(self.found), self.path)


@dataclass(frozen=True)
class TestReport(Displayed):
    """Outcome of the tests of one view.

    Parameters
    ----------
    tests
        Number of `expect` tables.
    values
        Number of expected values compared on each of the two paths.
    """

    view: str
    tests: int
    values: int
    mismatches: tuple[Mismatch, ...]

    @property
    def is_passed(self) -> bool:
        """Tell whether every value was as expected on both paths."""
        return not self.mismatches

    def card(self) -> Card:
        """Show the count, or each mismatch."""
        rows = tuple(wrong.cells() for wrong in self.mismatches)
        tables = (Table(("entity", "as of", "feature", "expected", "found", "path"), rows),) if rows else ()
        return Card(
            title=f"Test of {self.view}",
            label="passed" if self.is_passed else "failed",
            state="ok" if self.is_passed else "failed",
            facts=(("Compared", f"{self.values} expected values, each on the training path and on the serving path"),),
            tables=tables,
            next_step=f"%feature plan {self.view}" if self.is_passed else f"mend the test or the definition of {self.view}",
        )
