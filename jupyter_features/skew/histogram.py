"""Two samples counted in the same bins."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Struct
from numpy.typing import NDArray

from jupyter_features.card import format_value
from jupyter_features.clock import format_instant
from jupyter_features.skew.comparable import is_number_line
from jupyter_features.skew.parity import as_floats

NULL_LABEL = "NULL"
OTHER_LABEL = "(other)"
MAX_LABEL = 40


class SharedHistogram(Struct, frozen=True, kw_only=True):
    """Rows of both sides per bin.

    Parameters
    ----------
    labels
        One distinct text per bin: numbers ascending, categories by frequency; the bin of NULL and NaN last, if there is one.
    notebook, production
        Rows per bin, as long as `labels`.
    """

    labels: tuple[str, ...]
    notebook: tuple[int, ...]
    production: tuple[int, ...]


def quantile_edges(values: NDArray[np.float64], bins: int) -> NDArray[np.float64]:
    """Cut sorted values into bins of about equal counts.

    Parameters
    ----------
    values
        Without NaN, shape (n,), at least one.
    bins
        At most this many, unless single values are so frequent that they get a bin of their own.

    Returns
    -------
    ndarray
        Ascending upper ends, each belonging to its bin; what is greater than the last forms one more bin. A value that
        fills a whole quantile is alone in its bin, because a shift in or out of it must not hide among its neighbours.
    """
    distinct = np.unique(values)
    if len(distinct) <= bins:
        return distinct[:-1]
    cuts, repeats = np.unique(_quantiles(values, np.arange(1, bins) / bins), return_counts=True)
    frequent = np.nextafter(cuts[repeats > 1], -np.inf)
    edges = np.union1d(cuts, frequent)
    # An edge below the least value or at the greatest would make an empty bin.
    inner: NDArray[np.float64] = edges[(edges >= distinct[0]) & (edges < distinct[-1])]
    return inner


def count_in_bins(values: NDArray[np.float64], edges: NDArray[np.float64]) -> NDArray[np.int64]:
    """Count values per bin of `quantile_edges`, with one more bin for NaN at the end."""
    missing = np.isnan(values)
    bins = np.searchsorted(edges, values[~missing], side="left")
    return np.append(np.bincount(bins, minlength=len(edges) + 1), missing.sum()).astype(np.int64)


def shared_histogram(notebook: pa.Array, production: pa.Array, bins: int = 20) -> SharedHistogram:
    """Count two samples in bins that suit drawing.

    Parameters
    ----------
    notebook, production
        Of one type, as `as_comparable` gives them; lengths may differ.
    bins
        Greatest number of bins besides the one of missing values. Numbers and times with more distinct values get bins
        of equal width between the 1st and 99th percentile of the union, the outer two open; categories beyond the most
        frequent share one bin.
    """
    if is_number_line(notebook.type):
        return _numeric(as_floats(notebook), as_floats(production), bins, _labeller(notebook.type))
    return _categorical(_texts(notebook), _texts(production), bins)


def category_counts(column: pa.Array) -> Counter[str | None]:
    """Count each category of a text or boolean column; None counts the NULLs."""
    return Counter(_texts(column))


def _numeric(notebook: NDArray[np.float64], production: NDArray[np.float64], bins: int, label: Callable[[float], str]) -> SharedHistogram:
    union = np.concatenate([notebook, production])
    union = union[~np.isnan(union)]
    if not len(union):
        return _assemble([], [len(notebook)], [len(production)])
    edges, labels = _drawn_bins(union, bins, label)
    return _assemble(labels, count_in_bins(notebook, edges).tolist(), count_in_bins(production, edges).tolist())


def _drawn_bins(union: NDArray[np.float64], bins: int, label: Callable[[float], str]) -> tuple[NDArray[np.float64], list[str]]:
    distinct = np.unique(union)
    if len(distinct) <= bins:
        return distinct[:-1], [label(value) for value in distinct]
    low, high = _quantiles(distinct[np.isfinite(distinct)], np.array([0.0, 1.0]))
    low, high = np.clip(_quantiles(union, np.array([0.01, 0.99])), low, high)
    if low == high:
        # Nearly all values are this one; the few others lie below or above it.
        return np.array([np.nextafter(low, -np.inf), low]), [f"< {label(low)}", label(low), f"> {label(low)}"]
    edges = _round_edges(low, high, bins - 1)
    texts = [label(edge) for edge in edges]
    return edges, [f"≤ {texts[0]}", *(f"{start} to {end}" for start, end in pairwise(texts)), f"> {texts[-1]}"]


def _round_edges(low: float, high: float, count: int) -> NDArray[np.float64]:
    """Choose at most `count` edges within low and high, at multiples of 1, 2 or 5 times a power of ten."""
    smallest = (high - low) / (count - 1)
    power = 10.0 ** np.floor(np.log10(smallest))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= smallest)
    edges: NDArray[np.float64] = np.unique(np.arange(np.ceil(low / step), np.floor(high / step) + 1) * step)
    return edges if len(edges) else np.array([low])


def _quantiles(values: NDArray[np.float64], shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """Pick observed values, so that an infinite neighbour cannot turn a quantile into NaN."""
    places = np.ceil(shares * len(values)).astype(np.int64) - 1
    quantiles: NDArray[np.float64] = np.sort(values)[np.clip(places, 0, len(values) - 1)]
    return quantiles


def _categorical(notebook: Sequence[str | None], production: Sequence[str | None], bins: int) -> SharedHistogram:
    left, right = Counter(notebook), Counter(production)
    known = sorted((set(left) | set(right)) - {None}, key=lambda name: (-left[name] - right[name], name))
    shown = known if len(known) <= bins else known[: bins - 1]
    rest = known[len(shown) :]
    labels = [repr(name) if name in (NULL_LABEL, OTHER_LABEL, "") else str(name) for name in shown] + ([OTHER_LABEL] if rest else [])

    def counts(counter: Counter[str | None]) -> list[int]:
        others = [sum(counter[name] for name in rest)] if rest else []
        return [*(counter[name] for name in shown), *others, counter[None]]

    return _assemble(labels, counts(left), counts(right))


def _assemble(labels: Sequence[str], notebook: Sequence[int], production: Sequence[int]) -> SharedHistogram:
    """Name the bins; the last count of each side is of missing values, and falls away when both are zero."""
    named = _distinct([*labels, NULL_LABEL])
    if notebook[-1] == production[-1] == 0:
        named, notebook, production = named[:-1], notebook[:-1], production[:-1]
    return SharedHistogram(labels=tuple(named), notebook=tuple(notebook), production=tuple(production))


def _distinct(labels: Sequence[str]) -> list[str]:
    """Shorten long labels, and number those that would read alike."""
    seen: Counter[str] = Counter()
    result = []
    for label in labels:
        short = label if len(label) <= MAX_LABEL else label[: MAX_LABEL - 1] + "…"
        seen[short] += 1
        result.append(short if seen[short] == 1 else f"{short} ({seen[short]})")
    return result


def _labeller(dtype: pa.DataType) -> Callable[[float], str]:
    return _label_instant if pa.types.is_timestamp(dtype) else _label_number


def _label_number(value: float) -> str:
    return str(int(value)) if abs(value) < 1e6 and value == int(value) else format_value(float(value))


def _label_instant(microseconds: float) -> str:
    try:
        return format_instant(datetime.fromtimestamp(microseconds / 1e6, UTC))
    except (OverflowError, ValueError, OSError):
        return format_value(microseconds)


def _texts(column: pa.Array) -> list[str | None]:
    texts: list[str | None] = pc.cast(column, pa.large_string()).to_pylist()
    return texts
