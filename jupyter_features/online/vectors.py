"""What an online store says of a write and of a read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Written:
    """Counts of one write.

    Parameters
    ----------
    changed
        Entities that are new or have another value than before.
    emptied
        Entities that had a value before and have no row any more.
    unchanged
        Entities whose stored value is the given one already.
    superseded
        True if the store was newer, and nothing was written.
    """

    changed: int = 0
    emptied: int = 0
    unchanged: int = 0
    superseded: bool = False


@dataclass(frozen=True)
class Vectors:
    """Values of one version for some entities.

    Parameters
    ----------
    as_of
        The instant (aware UTC) of all these values; None means that the version was never materialized.
    values
        One entry per asked key, in order: the feature values, or None for an entity without a row.
    """

    as_of: datetime | None
    values: tuple[tuple[object, ...] | None, ...]
