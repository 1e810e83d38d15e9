"""Confirmation: two views whose stored answers are the same are computed once more, on rows made from the literals of both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from jupyter_features.analysis.literals import literals_of
from jupyter_features.definitions.feature_view import CompiledView
from jupyter_features.operations.probing.answers import Probe, ProbeAnswers, Prober
from jupyter_features.operations.probing.comparable import comparable, is_constant, same

# A Python function is called for every entity and instant.
_ENTITIES = {"SQL": 120, "Python": 48}
_INPUTS = 2_000
# Each round by its name, and how many rows are everybody's: once so few that there may be none to see.
_ROUNDS = (("boundaries", 300), ("boundaries again", 60), ("few for everybody", 10))


@dataclass(frozen=True)
class Confirmed:
    """What became of one pair of features.

    Parameters
    ----------
    rows
        Number of rows on which both were computed.
    differing
        Number of those with another value.
    is_constant
        Whether the feature had one value throughout, so that the rows say nothing.
    """

    feature: str
    other: str
    rows: int
    differing: int
    is_constant: bool

    @property
    def is_same(self) -> bool:
        """Tell whether all values are the same, and tell something."""
        return not self.differing and not self.is_constant


class Confirmer:
    """Compares one view with others; what was computed for it is kept for the next."""

    def __init__(self, view: CompiledView, prober: Prober) -> None:
        self._view = view
        self._prober = prober
        self._literals = literals_of(view)
        self._answers: dict[Probe, ProbeAnswers] = {}

    def confirm(self, other: CompiledView, pairs: Sequence[tuple[str, str]]) -> list[Confirmed]:
        """Compare pairs of features on rows around the numbers, texts, lengths and instants of both definitions.

        A row belongs to one entity at one instant in both, so that the same values in another order are not the same. A
        pair that differs is not looked at any longer.

        Raises
        ------
        JupyterFeaturesError
            If one of them cannot be computed on such rows.
        """
        literals = self._literals | literals_of(other)
        languages = (self._view.definition.language, other.definition.language)
        entities = min(_ENTITIES[language] for language in languages)
        outcome = {pair: Confirmed(*pair, rows=0, differing=0, is_constant=True) for pair in pairs}
        for probe in (Probe(name, literals, entities, everybody, _INPUTS) for name, everybody in _ROUNDS):
            open_pairs = [pair for pair in pairs if not outcome[pair].differing]
            if open_pairs:
                ours, theirs = self._own(probe), self._prober.ask(other, probe)
                outcome |= {pair: _compared(self._view, ours, other, theirs, outcome[pair]) for pair in open_pairs}
        return list(outcome.values())

    def _own(self, probe: Probe) -> ProbeAnswers:
        if probe not in self._answers:
            self._answers[probe] = self._prober.ask(self._view, probe)
        return self._answers[probe]


def _compared(view: CompiledView, ours: ProbeAnswers, other: CompiledView, theirs: ProbeAnswers, so_far: Confirmed) -> Confirmed:
    left = comparable(ours.features.column(so_far.feature), view.feature(so_far.feature).dtype)
    right = comparable(theirs.features.column(so_far.other), other.feature(so_far.other).dtype)
    equal = same(left, right)
    return Confirmed(
        feature=so_far.feature,
        other=so_far.other,
        rows=so_far.rows + len(equal),
        differing=so_far.differing + int(np.count_nonzero(~equal)),
        is_constant=so_far.is_constant and is_constant(left, ours.found),
    )
