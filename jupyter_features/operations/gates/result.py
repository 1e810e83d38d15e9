"""The outcome of one gate, and the smallest example of its failure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from jupyter_features.card import format_value
from jupyter_features.clock import format_instant


@dataclass(frozen=True)
class SourceRow:
    """One row of a source: its columns, the join key and the clocks first, as (name, value)."""

    source: str
    cells: tuple[tuple[str, object], ...]


@dataclass(frozen=True)
class WrongValue:
    """One feature that came out in two ways; `expected` is what it must be."""

    feature: str
    expected: object
    found: object


@dataclass(frozen=True)
class Example:
    """One entity at one instant whose answer changed.

    Parameters
    ----------
    key
        (join key, value) pairs that name the entity.
    expected_as, found_as
        How the two answers were computed, such as `without invisible rows` and `with them`.
    rows
        Few source rows that suffice to change the answer; empty if no source row is to blame.
    blame
        What those rows are, such as `invisible then, yet counted`.
    """

    key: tuple[tuple[str, object], ...]
    as_of: datetime
    values: tuple[WrongValue, ...]
    expected_as: str
    found_as: str
    rows: tuple[SourceRow, ...] = ()
    blame: str = ""

    @property
    def where(self) -> str:
        """Name the entity and the instant."""
        entity = ", ".join(f"{name} {format_value(value)}" for name, value in self.key)
        return f"{entity} as of {format_instant(self.as_of)}" if entity else f"as of {format_instant(self.as_of)}"

    @property
    def difference(self) -> str:
        """Name the first value that differs, and how it was computed both times."""
        first = self.values[0]
        expected, found = format_value(first.expected), format_value(first.found)
        return f"{first.feature}: {expected} {self.expected_as}, {found} {self.found_as}"


@dataclass(frozen=True)
class CheckResult:
    """One check; `detail` says in a line what was compared, or what is wrong."""

    name: str
    is_passed: bool
    detail: str
    example: Example | None = None


def failed(name: str, example: Example) -> CheckResult:
    """Make the result of a gate that found an example against the view."""
    return CheckResult(name, False, f"{example.where}: {example.difference}", example)
