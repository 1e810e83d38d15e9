"""Dice that fall the same way on every machine."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TypeVar

import numpy as np

_T = TypeVar("_T")
_BLOCK = 256


class Dice:
    """A generator seeded by words.

    Notes
    -----
    SplitMix64 (Steele, Lea and Flood, 2014): whole numbers of 64 bits only, so that no library and no processor has a say.
    """

    def __init__(self, *words: str) -> None:
        seed = hashlib.sha256("\x1f".join(words).encode()).digest()[:8]
        self._state = int.from_bytes(seed, "big")
        self._block: list[float] = []

    def shares(self, count: int) -> np.ndarray:
        """Give float64 numbers in [0, 1), shape (count,)."""
        steps = np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(self._state)
        self._state = (self._state + count * 0x9E3779B97F4A7C15) % 2**64
        steps = (steps ^ (steps >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        steps = (steps ^ (steps >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        shares: np.ndarray = ((steps ^ (steps >> np.uint64(31))) >> np.uint64(11)) * 2.0**-53
        return shares

    def below(self, count: int) -> int:
        """Give a whole number from 0 to count - 1."""
        return int(self._next() * count)

    def chance(self, share: float) -> bool:
        """Tell yes in this share of all throws."""
        return self._next() < share

    def pick(self, choices: Sequence[_T]) -> _T:
        """Give one of several."""
        return choices[self.below(len(choices))]

    def _next(self) -> float:
        if not self._block:
            self._block = self.shares(_BLOCK).tolist()
        return self._block.pop()
