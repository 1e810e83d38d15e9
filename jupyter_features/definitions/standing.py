"""Standing: where a version is in its life, and whether to start using it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import Struct

State = Literal["published", "certified", "deprecated", "retired", "yanked"]


class Certification(Struct, frozen=True, kw_only=True):
    """One version was reviewed for reuse by somebody other than its author.

    Parameters
    ----------
    evidence
        What the reviewer looked at: a link or a sentence.
    expires_at
        Aware UTC; None means never.
    """

    by: str
    at: datetime
    evidence: str
    expires_at: datetime | None = None


class Standing(Struct, frozen=True, kw_only=True):
    """Where one version is in its life.

    Parameters
    ----------
    reason
        Why it was deprecated, retired or yanked; else empty.
    replacement
        The view to use instead of a deprecated or retired one; may be empty.
    certification
        The one in force; None if there is none, or it has expired.
    """

    state: State = "published"
    reason: str = ""
    replacement: str = ""
    certification: Certification | None = None

    def warning(self, reference: str) -> str:
        """Say in a sentence why one should not start using the version; empty if one may."""
        if self.state not in ("deprecated", "retired", "yanked"):
            return ""
        instead = f" Use {self.replacement!r} instead." if self.replacement else ""
        return f"{reference} is {self.state}: {self.reason or 'no reason was given'}.{instead}"
