"""Outcome: what became of one definition that was to be published among others."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

Outcome = Literal["unchanged", "published", "would publish", "refused"]


def exit_code_of(outcomes: Collection[Outcome]) -> int:
    """Give 0 if all is done or nothing is to do, 1 if one is refused, or would be, and 3 if a dry run found something to publish."""
    return 1 if "refused" in outcomes else 3 if "would publish" in outcomes else 0
