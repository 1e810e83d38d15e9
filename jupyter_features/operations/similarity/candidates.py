"""Candidates: among all known features, the few that may have the values of a new one, or nearly."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from jupyter_features.analysis.signature_check import fits
from jupyter_features.definitions.probe_signature import FeatureSignature, ProbeSignature
from jupyter_features.operations.probing.comparable import average_ranks
from jupyter_features.operations.similarity.known import Known

NEAR = 0.98
"""Rank correlation, or share of equal texts, from which on two features are nearly the same."""
_COARSE = 0.75
_SURE = 0.9999
_SIZE_TOLERANCE = 1e-6
_FEWEST_ROWS = 10
_SAME_NULLS = 0.9
_LOOKED_AT = 60


@dataclass(frozen=True)
class Likeness:
    """A known feature that resembles a new one.

    Parameters
    ----------
    place
        Index of the known view.
    rows
        Number of probe rows on which both have a value.
    correlation
        Spearman's rank correlation on those rows, in [-1, 1]; of texts the share of equal ones.
    may_be_same
        Whether the stored answers are the same, up to noise in the last digits.
    """

    place: int
    feature: str
    other: str
    rows: int
    correlation: float
    may_be_same: bool


@dataclass(frozen=True)
class _Row:
    """One row of the matrix: a feature of a known view."""

    place: int
    columns: tuple[str, ...]
    signature: FeatureSignature


class Candidates:
    """The features that a view can be compared with: those asked on the same probe that share a source with it."""

    def __init__(self, signature: ProbeSignature, known: Sequence[Known]) -> None:
        self._signature = signature
        self._rows = list(_comparable(signature, known))
        joined = b"".join(row.signature.sketch for row in self._rows)
        self._codes = np.frombuffer(joined, dtype="<u2").reshape(len(self._rows), signature.rows)
        self._sizes = np.array([row.signature.size for row in self._rows])
        self._families = np.array([row.signature.family for row in self._rows], dtype=object)
        self._normal = _normalized(self._codes) if self._rows else self._codes

    def alike(self, feature: FeatureSignature) -> list[Likeness]:
        """Find known features that may be the same as one feature, or are nearly the same; the likest first.

        A feature that is constant on the probe is compared only where a text of its query tells more.
        """
        if not self._rows:
            return []
        if feature.is_constant:
            return [likeness for row in self._rows for likeness in _by_texts(self._signature, feature, row)]
        codes = np.frombuffer(feature.sketch, dtype="<u2")
        found = [self._likeness(feature, codes, index) for index in self._promising(feature, codes)]
        kept = [each for each in found if each.may_be_same or (each.rows >= _FEWEST_ROWS and abs(each.correlation) >= NEAR)]
        return sorted(kept, key=lambda each: (not each.may_be_same, -abs(each.correlation), each.place))

    def _promising(self, feature: FeatureSignature, codes: np.ndarray) -> list[int]:
        """Choose by one product of matrices whom to look at; all with the same digest, and the likest of the others."""
        family = self._families == feature.family
        if feature.family == "text":
            scores = (self._codes == codes).mean(axis=1)
        else:
            # NULL counts as the least value, so a feature that is the negative of another is tried the other way around.
            turned = np.where(codes > 0, codes.max() + 2 - codes.astype(np.int64), 0)
            scores = np.maximum(self._normal @ _normalized(codes[None])[0], self._normal @ _normalized(turned[None])[0])
        scores = np.where(family, scores, -1.0)
        likest = np.argsort(-scores, kind="stable")[:_LOOKED_AT]
        equal = [index for index, row in enumerate(self._rows) if row.signature.digest == feature.digest]
        return list(dict.fromkeys([*equal, *(int(index) for index in likest if scores[index] >= _COARSE)]))

    def _likeness(self, feature: FeatureSignature, codes: np.ndarray, index: int) -> Likeness:
        row, others = self._rows[index], self._codes[index]
        both, either = (codes > 0) & (others > 0), (codes > 0) | (others > 0)
        correlation = _correlation(codes[both], others[both], is_text=feature.family == "text")
        agree = both.sum() >= _SAME_NULLS * max(1, either.sum())
        is_equal = row.signature.digest == feature.digest
        is_close = both.sum() == either.sum() and correlation >= _SURE and self._is_same_size(feature, index)
        return Likeness(
            place=row.place,
            feature=feature.name,
            other=row.signature.name,
            rows=int(both.sum()),
            correlation=correlation if agree else 0.0,
            may_be_same=is_equal or bool(is_close),
        )

    def _is_same_size(self, feature: FeatureSignature, index: int) -> bool:
        return bool(np.isclose(self._sizes[index], feature.size, rtol=_SIZE_TOLERANCE, atol=_SIZE_TOLERANCE))


def _comparable(signature: ProbeSignature, known: Sequence[Known]) -> Iterator[_Row]:
    sources = set(signature.sources)
    for place, each in enumerate(known):
        other = each.signature
        if other is None or other.probe != signature.probe or other.rows != signature.rows or sources.isdisjoint(other.sources):
            continue
        for feature in other.features:
            # One line that somebody wrote past our check must not end the search of all others.
            if fits(feature, signature.rows):
                yield _Row(place, other.columns, feature)


def _by_texts(own: ProbeSignature, feature: FeatureSignature, row: _Row) -> Iterator[Likeness]:
    """Compare two features that are constant on the plain probe by the texts that both mention.

    Where these tell nothing either, views of the very same columns are worth a look at rows made for the two.
    """
    if row.signature.digest != feature.digest:
        return
    others = {each.text: each for each in row.signature.texts}
    shared = [(each, others[each.text]) for each in feature.texts if each.text in others]
    tells = any(not each.is_constant for each, _ in shared) or own.columns == row.columns
    if tells and all(each.digest == other.digest for each, other in shared):
        yield Likeness(row.place, feature.name, row.signature.name, 0, 0.0, may_be_same=True)


def _normalized(codes: np.ndarray) -> np.ndarray:
    """Bring every row to mean 0 and length 1, so that a product is a correlation."""
    centered = codes.astype(np.float32)
    centered -= centered.mean(axis=1, keepdims=True)
    lengths = np.linalg.norm(centered, axis=1, keepdims=True)
    normal: np.ndarray = centered / np.where(lengths > 0, lengths, 1)
    return normal


def _correlation(left: np.ndarray, right: np.ndarray, *, is_text: bool) -> float:
    if not len(left):
        return 0.0
    if is_text:
        return float((left == right).mean())
    product = _normalized(average_ranks(left)[None])[0] @ _normalized(average_ranks(right)[None])[0]
    return float(np.clip(product, -1, 1))
