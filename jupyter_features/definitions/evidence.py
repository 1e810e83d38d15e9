"""Evidence: what was checked and tested of one definition before it was published."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from jupyter_features.definitions.feature_view import CompiledView, FeatureView

GATES = ("rules", "one row", "determinism", "future", "paths", "zones")
ON_DEMAND_GATES = ("rules", "row-wise", "paths")
"""Names of the checks that a view of each kind is put to; see `operations/check.py`."""
Count = Annotated[int, Meta(ge=0, le=2**31 - 1)]
"""What a database's integer holds."""


class CheckRecord(Struct, frozen=True):
    """One check; `detail` says in a line what was compared, or what is wrong."""

    name: str
    is_passed: bool
    detail: str = ""


class Evidence(Struct, frozen=True, kw_only=True):
    """The record of one run of all checks and feature tests.

    Parameters
    ----------
    fingerprint
        Of the definition that they ran on.
    tests, values
        Number of feature tests, and of expected values compared on each path.
    mismatches
        Number of expected values that a path did not give.
    texts
        The feature tests as written; one text may hold several.
    """

    fingerprint: str
    checks: tuple[CheckRecord, ...]
    tests: Count = 0
    values: Count = 0
    mismatches: Count = 0
    texts: tuple[str, ...] = ()

    @property
    def passed_names(self) -> tuple[str, ...]:
        """Names of the passed checks."""
        return tuple(check.name for check in self.checks if check.is_passed)

    def refusal(self, view: CompiledView) -> str:
        """Say why this does not speak for a definition, as the end of a sentence; empty if it does."""
        if self.fingerprint != view.fingerprint:
            return f"its checks and tests ran on another definition ({self.fingerprint})"
        failed = [check for check in self.checks if not check.is_passed]
        if failed:
            return f"check {failed[0].name!r} failed: {failed[0].detail}"
        missing = [name for name in gates_of(view.definition) if name not in self.passed_names]
        if missing:
            return f"check {missing[0]!r} did not run on it"
        if self.tests and not self.texts:
            return f"it counts {self.tests:,} feature tests and shows none"
        return f"{self.mismatches} tested values differ" if self.mismatches else ""


def gates_of(definition: FeatureView) -> tuple[str, ...]:
    """Name the checks that a definition must pass before it is published."""
    return ON_DEMAND_GATES if definition.is_on_demand else GATES
