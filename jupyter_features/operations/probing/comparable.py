"""Comparable values: columns of any type brought to numbers or texts, so that only what they say counts."""

from __future__ import annotations

import hashlib
import zlib
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from jupyter_features.definitions.probe_signature import Family
from jupyter_features.dtypes import TIMES

_DAY = 86_400_000_000
_TOLERANCE = 1e-9
_BUCKETS = 65_535


@dataclass(frozen=True)
class Comparable:
    """The values of one feature.

    Parameters
    ----------
    values
        Of numbers and times float64 with NaN for NULL, times in days; of texts objects with None for NULL; shape (N,).
    """

    family: Family
    values: np.ndarray


def comparable(column: pa.ChunkedArray, dtype: str) -> Comparable:
    """Bring a column of any feature type to what it is compared as; true is 1, and NaN is NULL."""
    if dtype == "VARCHAR":
        return Comparable("text", np.array(column.to_pylist(), dtype=object))
    if dtype in TIMES:
        microseconds = column.cast(pa.timestamp("us")).cast(pa.int64()).to_pylist()
        return Comparable("time", np.array([np.nan if each is None else each / _DAY for each in microseconds], dtype=np.float64))
    return Comparable("number", np.array([np.nan if each is None else float(each) for each in column.to_pylist()], dtype=np.float64))


def same(left: Comparable, right: Comparable) -> np.ndarray:
    """Tell row by row whether two features have the same value, NULL being itself; numbers to nine digits, shape (N,)."""
    if left.family != right.family:
        return np.zeros(len(left.values), dtype=bool)
    if left.family == "text":
        return np.array([a == b for a, b in zip(left.values, right.values, strict=True)], dtype=bool)
    equal: np.ndarray = np.isclose(left.values, right.values, rtol=_TOLERANCE, atol=_TOLERANCE, equal_nan=True)
    return equal


def is_constant(values: Comparable, found: np.ndarray) -> bool:
    """Tell whether there is no more than one value, NULL being one, wherever Q gives a row."""
    return len(set(_written(values, found))) < 2


def digest(values: Comparable, probe: str) -> str:
    """Hash all values in the order of the questions, which is the same for all views of a probe: a permutation is another digest."""
    text = "\n".join((probe, values.family, *_written(values, np.ones(len(values.values), dtype=bool))))
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def sketch(values: Comparable) -> bytes:
    """Write the order of the values as little-endian uint16: 0 for NULL, else twice the average rank, or the hash of a text."""
    if values.family == "text":
        hashed = [0 if each is None else zlib.crc32(str(each).encode()) % _BUCKETS + 1 for each in values.values]
        return np.array(hashed, dtype="<u2").tobytes()
    codes = np.zeros(len(values.values), dtype="<u2")
    known = ~np.isnan(values.values)
    # Rounded as in the digest, so that noise in the last bit breaks no tie.
    codes[known] = 2 * average_ranks(np.array([float(text) for text in _written(values, known)]))
    return codes.tobytes()


def size(values: Comparable) -> float:
    """Add up the absolute values of numbers and times; 0 for texts, and where the sum is no finite number."""
    if values.family == "text":
        return 0.0
    total = float(np.nansum(np.abs(values.values)))
    return total if np.isfinite(total) else 0.0


def average_ranks(values: np.ndarray) -> np.ndarray:
    """Rank values from 1 on; those that are equal share the mean of their ranks, shape (N,)."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks: np.ndarray = (np.cumsum(counts) - (counts - 1) / 2)[place]
    return ranks


def _written(values: Comparable, kept: np.ndarray) -> list[str]:
    chosen = values.values[kept].tolist()
    if values.family == "text":
        return [repr(each) for each in chosen]
    # Adding zero turns -0 into 0; what is nearer to zero than any tolerance is zero.
    return [f"{0.0 if abs(each) < _TOLERANCE else each:.11e}" for each in chosen]
