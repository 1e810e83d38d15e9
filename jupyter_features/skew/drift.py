"""Did the population move? Distances between two samples, never a p-value.

With many rows every p-value is small, and with few none is; a distance says how far, and keeps its meaning.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from msgspec import Struct
from numpy.typing import ArrayLike, NDArray

from jupyter_features.errors import InvalidArgumentError
from jupyter_features.skew.comparable import is_number_line
from jupyter_features.skew.histogram import category_counts, count_in_bins, quantile_edges
from jupyter_features.skew.parity import as_floats

BINS = 10
MAX_NEW_CATEGORIES = 10


class Drift(Struct, frozen=True, kw_only=True):
    """How far production's distribution lies from the notebook's; 0 everywhere when they are equal.

    Parameters
    ----------
    js
        Jensen-Shannon divergence in bits, 0 to 1. NULL and NaN form a bin of their own.
    psi
        Population stability index, >= 0, over the same bins.
    ks
        Kolmogorov-Smirnov distance, 0 to 1, of the values that are not missing; None for text and booleans, and
        when a side has no value.
    l_infinity
        Greatest change of one category's share, 0 to 1; None for numbers and times.
    new_categories
        Up to 10 categories that only production has, sorted.
    new_category_count
        How many there are.
    """

    js: float
    psi: float
    ks: float | None = None
    l_infinity: float | None = None
    new_categories: tuple[str, ...] = ()
    new_category_count: int = 0


def measure_drift(notebook: pa.Array, production: pa.Array) -> Drift | None:
    """Compare the distributions of two samples.

    Parameters
    ----------
    notebook, production
        Of one type, as `as_comparable` gives them; lengths may differ.

    Returns
    -------
    Drift or None
        None when a sample is empty. Numbers and times are counted in at most 10 quantile bins of the union.
    """
    if not len(notebook) or not len(production):
        return None
    if is_number_line(notebook.type):
        return _numeric_drift(as_floats(notebook), as_floats(production))
    return _categorical_drift(notebook, production)


def jensen_shannon(expected: ArrayLike, actual: ArrayLike) -> float:
    """Measure how much one draw tells about which of two distributions it came from.

    Parameters
    ----------
    expected, actual
        Counts per bin, shape (n_bins,), same bins, at least one count each.

    Returns
    -------
    float
        0 when the proportions are equal, 1 when no bin is shared.

    Notes
    -----
    H(m) - (H(p) + H(q)) / 2 in base 2, with m = (p + q) / 2 and H the entropy: Lin (1991), "Divergence measures based
    on the Shannon entropy", IEEE Transactions on Information Theory 37.
    """
    p, q = _proportions(expected), _proportions(actual)
    divergence = _entropy((p + q) / 2) - (_entropy(p) + _entropy(q)) / 2
    return float(min(max(divergence, 0.0), 1.0))


def psi(expected: ArrayLike, actual: ArrayLike) -> float:
    """Measure how far two distributions over the same bins have moved apart.

    Parameters
    ----------
    expected, actual
        Counts per bin, shape (n_bins,), same bins, at least one count each.

    Returns
    -------
    float
        Population stability index, dimensionless, >= 0; 0 when the proportions are equal. A bin that is empty on one
        side is given half a count there so that the logarithm stays finite; one that is empty on both counts for nothing.

    Notes
    -----
    Sum over bins of (a - e) * ln(a / e) for proportions a and e: the Kullback-Leibler divergence from e to a plus the
    one from a to e (Kullback and Leibler, 1951, "On information and sufficiency", Annals of Mathematical Statistics 22).
    """
    counts = _counts(expected), _counts(actual)
    used = (counts[0] > 0) | (counts[1] > 0)
    e, a = (_proportions(np.where(side[used] > 0, side[used], 0.5)) for side in counts)
    return float(np.sum((a - e) * np.log(a / e)))


def kolmogorov_smirnov(expected: NDArray[np.float64], actual: NDArray[np.float64]) -> float | None:
    """Measure the greatest gap between two empirical distribution functions.

    Parameters
    ----------
    expected, actual
        Values, shapes (n,) and (m,); NaN is left out.

    Returns
    -------
    float or None
        0 to 1; None when a side has no value.

    Notes
    -----
    D = sup |F(x) - G(x)|: Smirnov (1939), "On the estimation of the discrepancy between empirical curves of
    distribution for two independent samples", Bulletin of Moscow University 2. It uses every value, no bins.
    """
    left, right = np.sort(expected[~np.isnan(expected)]), np.sort(actual[~np.isnan(actual)])
    if not len(left) or not len(right):
        return None
    at = np.concatenate([left, right])
    gaps = np.searchsorted(left, at, side="right") / len(left) - np.searchsorted(right, at, side="right") / len(right)
    return float(np.max(np.abs(gaps)))


def l_infinity(expected: ArrayLike, actual: ArrayLike) -> float:
    """Measure the greatest change of one category's share.

    Parameters
    ----------
    expected, actual
        Counts per category, shape (n_categories,), at least one count each.

    Notes
    -----
    max |p - q|: Breck et al. (2019), "Data validation for machine learning", MLSys, section 4, who prefer it to
    statistical tests because its threshold is a share that a person can judge.
    """
    return float(np.max(np.abs(_proportions(expected) - _proportions(actual))))


def _numeric_drift(notebook: NDArray[np.float64], production: NDArray[np.float64]) -> Drift:
    union = np.concatenate([notebook, production])
    union = union[~np.isnan(union)]
    edges = quantile_edges(union, BINS) if len(union) else union
    expected, actual = count_in_bins(notebook, edges), count_in_bins(production, edges)
    return Drift(js=jensen_shannon(expected, actual), psi=psi(expected, actual), ks=kolmogorov_smirnov(notebook, production))


def _categorical_drift(notebook: pa.Array, production: pa.Array) -> Drift:
    left, right = category_counts(notebook), category_counts(production)
    categories = sorted(set(left) | set(right), key=lambda name: (name is None, name or ""))
    expected, actual = [left[name] for name in categories], [right[name] for name in categories]
    new = [name for name in categories if name is not None and name not in left]
    return Drift(
        js=jensen_shannon(expected, actual),
        psi=psi(expected, actual),
        l_infinity=l_infinity(expected, actual),
        new_categories=tuple(new[:MAX_NEW_CATEGORIES]),
        new_category_count=len(new),
    )


def _counts(counts: ArrayLike) -> NDArray[np.float64]:
    array = np.asarray(counts, dtype=np.float64)
    if array.sum() <= 0:
        raise InvalidArgumentError("A sample without rows has no distribution.")
    return array


def _proportions(counts: ArrayLike) -> NDArray[np.float64]:
    array = _counts(counts)
    proportions: NDArray[np.float64] = array / array.sum()
    return proportions


def _entropy(proportions: NDArray[np.float64]) -> float:
    positive = proportions[proportions > 0]
    return float(-np.sum(positive * np.log2(positive)))
