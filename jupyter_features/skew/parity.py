"""Same key, same instant: is the value the same? Every row gets exactly one answer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Struct
from msgspec.structs import asdict
from numpy.typing import NDArray

from jupyter_features.errors import InvalidArgumentError
from jupyter_features.skew.comparable import as_comparable

CLASSES = (
    "match",
    "value_mismatch",
    "null_in_production",
    "null_in_notebook",
    "missing_in_production",
    "missing_in_notebook",
    "duplicate_key",
)


class ParityCounts(Struct, frozen=True, kw_only=True):
    """Rows per class; every row is in exactly one, so the classes sum to `n`.

    Parameters
    ----------
    match
        Equal values, two NULLs, or floats within the tolerance.
    value_mismatch
        Two values that differ.
    null_in_production, null_in_notebook
        A row on both sides, with NULL on this side only.
    missing_in_production, missing_in_notebook
        No row for the key and instant on this side.
    duplicate_key
        The key and instant stand more than once on a side, so no value can be told to be the one.
    """

    match: int = 0
    value_mismatch: int = 0
    null_in_production: int = 0
    null_in_notebook: int = 0
    missing_in_production: int = 0
    missing_in_notebook: int = 0
    duplicate_key: int = 0

    @property
    def n(self) -> int:
        """Number of rows of both sides joined."""
        return sum(count for _, count in self.items())

    def items(self) -> tuple[tuple[str, int], ...]:
        """Give class and count in the order of `CLASSES`."""
        return tuple(asdict(self).items())

    def largest_fault(self) -> tuple[str, int] | None:
        """Give the class other than match with most rows; None when all rows match."""
        name, count = max(self.items()[1:], key=lambda item: item[1])
        return (name, count) if count else None


class Tolerance(Struct, frozen=True):
    """How far two floats may be apart and still match; everything else is compared exactly.

    Parameters
    ----------
    rel
        Share of the greater magnitude, >= 0.
    abs
        Distance that is always allowed, >= 0.
    """

    rel: float = 1e-6
    abs: float = 1e-9

    def __post_init__(self) -> None:
        for name, value in (("rel", self.rel), ("abs", self.abs)):
            if not 0 <= value < float("inf"):
                raise InvalidArgumentError(f"Tolerance {name} is {value!r}.", hint="Give a finite number that is not negative.")


@dataclass(frozen=True)
class Parity:
    """The class of every row of one feature.

    Parameters
    ----------
    codes
        Index into `CLASSES`, int8, shape (n_rows,).
    strict
        Whether the row matches without any tolerance, bool, shape (n_rows,).
    joined
        Number of rows that both sides have.
    """

    codes: NDArray[np.int8]
    strict: NDArray[np.bool_]
    joined: int

    def counts(self) -> ParityCounts:
        """Count the rows of each class."""
        counts = np.bincount(self.codes, minlength=len(CLASSES)).tolist()
        return ParityCounts(**dict(zip(CLASSES, counts, strict=True)))


def classify(table: pa.Table, *, feature: str, tolerance: Tolerance) -> Parity:
    """Put each row of one feature into exactly one class.

    Parameters
    ----------
    table
        The columns `notebook`, `production` (values), `in_notebook`, `in_production`,
        `duplicate` (bool, no nulls). Where the notebook has no row, `notebook` holds what the definition serves
        then: the default, or NULL. A production row that equals it is a match.
    feature
        Name for errors.
    tolerance
        For columns of which at least one is a float.

    Raises
    ------
    ComparisonError
        If the two columns have types that cannot be compared.
    """
    notebook, production = as_comparable(feature, table["notebook"], table["production"])
    in_notebook, in_production = _bools(table["in_notebook"]), _bools(table["in_production"])
    duplicate = _bools(table["duplicate"])
    strict = _is_not_distinct(notebook, production)
    same = strict | _is_close(notebook, production, tolerance) if pa.types.is_floating(notebook.type) else strict
    # The first condition that holds decides, which is what makes the classes exclusive.
    rules = (
        ("duplicate_key", duplicate),
        ("missing_in_production", ~in_production),
        ("match", same),
        ("missing_in_notebook", ~in_notebook),
        ("null_in_production", _bools(pc.is_null(production))),
        ("null_in_notebook", _bools(pc.is_null(notebook))),
    )
    codes = np.select([holds for _, holds in rules], [CLASSES.index(name) for name, _ in rules], CLASSES.index("value_mismatch"))
    comparable = in_production & ~duplicate
    return Parity(codes.astype(np.int8), strict & comparable, int((in_notebook & in_production).sum()))


def _is_not_distinct(left: pa.Array, right: pa.Array) -> NDArray[np.bool_]:
    both_null = pc.and_(pc.is_null(left), pc.is_null(right))
    if pa.types.is_null(left.type):
        return _bools(both_null)
    same = pc.or_(both_null, pc.fill_null(pc.equal(left, right), False))
    if pa.types.is_floating(left.type):
        same = pc.or_(same, pc.fill_null(pc.and_(pc.is_nan(left), pc.is_nan(right)), False))
    return _bools(same)


def _is_close(left: pa.Array, right: pa.Array, tolerance: Tolerance) -> NDArray[np.bool_]:
    a, b = as_floats(left), as_floats(right)
    with np.errstate(over="ignore", invalid="ignore"):
        near: NDArray[np.bool_] = np.abs(a - b) <= np.maximum(tolerance.abs, tolerance.rel * np.maximum(np.abs(a), np.abs(b)))
    # An infinite bound would let infinity match every number.
    return near & np.isfinite(a) & np.isfinite(b)


def as_floats(array: pa.Array) -> NDArray[np.float64]:
    """Read numbers or times (as microseconds) as floats; NULL becomes NaN."""
    numbers = array.cast(pa.int64()) if pa.types.is_timestamp(array.type) else array
    return np.asarray(numbers.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False), dtype=np.float64)


def _bools(array: pa.Array | pa.ChunkedArray) -> NDArray[np.bool_]:
    return np.asarray(array.to_numpy(zero_copy_only=False) if isinstance(array, pa.Array) else array.to_numpy(), dtype=np.bool_)
