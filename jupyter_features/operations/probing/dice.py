"""Dice that fall the same way on every machine."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence
from typing import TypeVar

_T = TypeVar("_T")


class Dice:
    """A generator seeded by words.

    Only `random.Random.random` is used, whose numbers Python promises never to change for one seed; the seed is a number,
    because texts would be hashed in a way that may change.
    """

    def __init__(self, *words: str) -> None:
        seed = hashlib.sha256("\x1f".join(words).encode()).digest()[:8]
        self._next = random.Random(int.from_bytes(seed, "big")).random  # noqa: S311  # made-up rows, no secrets

    def below(self, count: int) -> int:
        """Give a whole number from 0 to count - 1."""
        return int(self._next() * count)

    def chance(self, share: float) -> bool:
        """Tell yes in this share of all throws."""
        return self._next() < share

    def pick(self, choices: Sequence[_T]) -> _T:
        """Give one of several."""
        return choices[self.below(len(choices))]
