"""Evidence: what was checked and tested of one definition before it was published."""

from __future__ import annotations

from msgspec import Struct


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
        The feature tests as written.
    """

    fingerprint: str
    checks: tuple[CheckRecord, ...]
    tests: int = 0
    values: int = 0
    mismatches: int = 0
    texts: tuple[str, ...] = ()

    @property
    def passed_names(self) -> tuple[str, ...]:
        """Names of the passed checks."""
        return tuple(check.name for check in self.checks if check.is_passed)

    def refusal(self, fingerprint: str) -> str:
        """Say why this does not speak for a definition, as the end of a sentence; empty if it does."""
        if self.fingerprint != fingerprint:
            return f"its checks and tests ran on another definition ({self.fingerprint})"
        if not self.checks:
            return "no check ran on it"
        failed = [check for check in self.checks if not check.is_passed]
        if failed:
            return f"check {failed[0].name!r} failed: {failed[0].detail}"
        return f"{self.mismatches} tested values differ" if self.mismatches else ""
