"""The instants of the probe: when it asks, and when its rows happen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import cycle

from jupyter_features.analysis.literals import Literals
from jupyter_features.operations.probing.dice import Dice

_TICK = timedelta(microseconds=1)
# A midnight after a short month, plain moments, the last microsecond of a month, a leap day, a weekend.
# Naive, as the engine takes UTC.
_MOMENTS = "2022-03-01 2022-03-16T09:30:15.500 2022-07-31T23:59:59.999999 2023-01-01T12:00 2023-10-29T03:15 2024-02-29T18:45"
ANCHORS = tuple(map(datetime.fromisoformat, _MOMENTS.split()))
_USUAL_LENGTHS = tuple(timedelta(days=days) for days in (1, 7, 14, 30, 60, 90, 180, 365))
_HOURS = (timedelta(hours=1), timedelta(hours=24), timedelta(minutes=30))
_LONGEST = timedelta(days=1_200)


def asked_instants(literals: Literals, *, many: bool) -> tuple[datetime, ...]:
    """Give the instants to ask at, naive UTC, in a fixed order.

    Parameters
    ----------
    many
        Whether to ask more often, as for a view without an entity, which has one answer per instant.
    """
    around = [instant + step for instant in sorted(literals.instants)[:4] for step in (timedelta(), _TICK, timedelta(days=40))]
    instants = [*ANCHORS, *around]
    if many:
        steps = [timedelta(days=index * 5, hours=index * 7, microseconds=index % 2) for index in range(1, 8)]
        instants += [instant - step for instant in ANCHORS for step in steps]
    return tuple(dict.fromkeys(instants))


class Moments:
    """Makes up when rows happen: on the edges of windows, close before a question, at a midnight, or anywhere.

    Parameters
    ----------
    asked
        The instants of the questions.
    """

    def __init__(self, asked: Sequence[datetime], literals: Literals, dice: Dice) -> None:
        self._asked = asked
        self._special = sorted(literals.instants)
        self._dice = dice
        # In turn, so that no edge is left to chance: exactly on it, and a microsecond on either side.
        self._edges = cycle([length + _TICK * step for step in (0, 1, -1) for length in _edges(literals)])

    def next(self) -> datetime:
        """Give the next one, naive UTC."""
        dice = self._dice
        anchor, kind = dice.pick(self._asked), dice.below(20)
        if kind < 8:
            return anchor - next(self._edges)
        if kind < 10:
            return anchor + _TICK * (dice.below(3) - 1)
        if kind < 14:
            return anchor - timedelta(minutes=dice.below(8 * 1_440))
        if kind < 15:
            return (anchor - timedelta(days=dice.below(40))).replace(hour=0, minute=0, second=0, microsecond=0)
        if kind < 17 and self._special:
            return dice.pick(self._special) + dice.pick((timedelta(), _TICK, -_TICK, timedelta(days=1), timedelta(days=-1)))
        return anchor - timedelta(minutes=dice.below(420 * 1_440))


def arrived(at: datetime, asked: Sequence[datetime], dice: Dice) -> datetime | None:
    """Make up when a row was learned of: at once, late, exactly at a question, or never."""
    kind = dice.below(20)
    if kind < 13:
        return at
    if kind < 17:
        return at + timedelta(minutes=dice.below(7_200))
    if kind < 19:
        return dice.pick(asked)
    return None


def _edges(literals: Literals) -> tuple[timedelta, ...]:
    """Give the lengths of windows to try: those of the query, and the usual ones; a plain number may be one in any unit."""
    special = set(literals.lengths)
    for number in literals.numbers:
        if 0 < number <= 100_000 and number == int(number):
            special |= {int(number) * unit for unit in (timedelta(days=1), timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1))}
    kept = sorted(length for length in special if length <= _LONGEST)
    # Lengths of the query are as frequent as all others together.
    repeated = kept * max(1, (len(_USUAL_LENGTHS) + len(_HOURS)) // max(1, len(kept)))
    return (*repeated, *_USUAL_LENGTHS, *_HOURS)
