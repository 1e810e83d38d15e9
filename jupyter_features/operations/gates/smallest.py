"""Smallest: of many rows, the few that make a difference."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

_T = TypeVar("_T")
_MOST = 6


def smallest(candidates: Sequence[_T], differs: Callable[[Sequence[_T]], bool]) -> tuple[_T, ...]:
    """Find few candidates that make a difference together.

    Parameters
    ----------
    differs
        Tells of some candidates, in their given order, whether they make the difference.

    Returns
    -------
    tuple
        One candidate if one alone suffices where the search comes by, else as few more as the search needs, at most 6; empty if
        all candidates make no difference, or none are needed, or 6 are too few.

    Notes
    -----
    Between a prefix that makes no difference and a longer one that does, halving finds two neighbours of that kind, so
    that the last candidate of the longer one is needed. This holds for any `differs`, monotone or not, and takes
    log2(n) questions for each candidate found.
    """
    rest, needed = list(candidates), list[_T]()
    if differs(needed) or not differs(rest):
        return ()
    while len(needed) < _MOST:
        least = _least_prefix(rest, needed, differs)
        needed.insert(0, rest[least - 1])
        rest = rest[: least - 1]
        if differs(needed):
            return tuple(needed)
    return ()


def _least_prefix(rest: list[_T], needed: list[_T], differs: Callable[[Sequence[_T]], bool]) -> int:
    """Find a length at which a prefix of `rest` makes the difference and the one shorter by one does not."""
    without, with_it = 0, len(rest)
    while with_it - without > 1:
        middle = (without + with_it) // 2
        if differs([*rest[:middle], *needed]):
            with_it = middle
        else:
            without = middle
    return with_it
