"""Made-up values of a column: those that tell queries apart, among others that nobody thinks of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from decimal import ROUND_HALF_EVEN, Decimal

import numpy as np
import pyarrow as pa

from jupyter_features.analysis.literals import Literals
from jupyter_features.dtypes import INTEGERS, TIMES, is_decimal, is_float
from jupyter_features.errors import InvalidArgumentError
from jupyter_features.operations.arrow_types import arrow_type
from jupyter_features.operations.probing.dice import Dice
from jupyter_features.operations.probing.instants import ANCHORS

# Few, so that columns of two sources meet in a join; with another case, a blank, and nothing at all.
TEXTS = ("a", "b", "c", "A", "b x", " a", "", "7", "d")
# Zeros, refunds, ties, and a long tail for thresholds of any size. Quarters add up exactly, in any order.
_USUAL = (0, 0, 1, 1, 1, 1, 2, 2, 2, 3, 3, 4, 5, 6, 7, 8, 10, 12, 20, -1, -1, -2, -5, -20, 0.5, 1.25, 9.75, 19.5, 50, 99.75, 100, 250)
# With more digits than money has, ties at the third among them, so that a rounding shows wherever it stands.
_FINE = ("0.125", "0.375", "2.0625", "3.14159", "7.77777", "-0.6251", "0.0049")
_TAIL = (-100, -250, 1_000, 5_000, -5_000, 20_000, -20_000, 100_000, -100_000, 1_000_000, -1_000_000, 2_500_000, 100_000_000)
_NUMBERS = tuple(Decimal(number) for number in (*_USUAL, *_TAIL, *_FINE, *_FINE))
_QUARTERS = tuple(Decimal(number) / 4 for number in range(-400, 4_000, 7))
_INSTANTS = tuple(anchor - timedelta(minutes=9_973 * step - 60_000) for anchor in ANCHORS for step in range(60))
_WIDE_INTEGERS = ("HUGEINT", "UBIGINT", "UHUGEINT")
_TICK = timedelta(microseconds=1)
_NULLS = 0.1

_Pools = Sequence[tuple[float, Sequence[object]]]
"""Values to choose from, and how often; an empty one is left out."""


def column_values(name: str, dtype: str, count: int, dice: Dice, literals: Literals, *, own_text: str) -> pa.Array:
    """Make up the values of one column.

    Parameters
    ----------
    name
        The column's, by which the literals that it is compared with are known.
    own_text
        A text that no other column has, so that some rows find no partner in a join.

    Returns
    -------
    pa.Array
        Shape (count,), a tenth NULL; values at and around the literals that fit the type are frequent. NULL throughout for a
        type that no feature can have, such as a list.
    """
    kind = storage_type(dtype)
    pools = [(weight, values) for weight, values in _pools(name, dtype, literals, own_text) if values]
    if not pools:
        return pa.nulls(count, kind)
    sizes = np.array([len(values) for _, values in pools])
    shares = np.cumsum([weight for weight, _ in pools])
    chosen = np.minimum(np.searchsorted(shares / shares[-1], dice.shares(count), side="right"), len(pools) - 1)
    places = (np.cumsum(sizes) - sizes)[chosen] + (dice.shares(count) * sizes[chosen]).astype(np.int64)
    choices = pa.array([value for _, values in pools for value in values], kind)
    return choices.take(pa.array(places, mask=dice.shares(count) < _NULLS))


def storage_type(dtype: str) -> pa.DataType:
    """Give the Arrow type in which values of a declared type are handed to the engine, which casts them to it."""
    if dtype in TIMES and dtype != "DATE":
        return pa.timestamp("us")
    try:
        return arrow_type(dtype)
    except InvalidArgumentError:
        return pa.int64() if dtype in _WIDE_INTEGERS else pa.string()


def _pools(name: str, dtype: str, literals: Literals, own_text: str) -> _Pools:
    if dtype == "BOOLEAN":
        return ((1, (True, False)),)
    if dtype == "VARCHAR":
        texts, other_texts = literals.texts_of(name)
        variants = [each for text in texts or other_texts for each in _text_variants(text)]
        return (0.4, texts), (0.2, other_texts), (0.2, variants), (0.3, TEXTS), (0.05, (own_text,))
    if dtype in TIMES:
        near = [instant + step for instant in sorted(literals.instants) for step in (timedelta(), -_TICK, timedelta(days=1))]
        as_value: Callable[..., object] = (lambda instant: instant.date()) if dtype == "DATE" else lambda instant: instant
        return (0.5, [as_value(each) for each in near]), (0.5, [as_value(each) for each in _INSTANTS])
    fit = _fit(dtype)
    if fit is None:
        return ()
    own, other = literals.numbers_of(name)
    around = [number + step for number in own or other for step in (-1, 1, Decimal("-0.25"), Decimal("0.25"))]
    pools = ((0.3, own), (0.15, other), (0.25, around), (0.3, _NUMBERS), (0.2, _QUARTERS))
    return tuple((weight, [fit(value) for value in values]) for weight, values in pools)


def _text_variants(text: str) -> list[str]:
    """Give texts that a careless comparison takes for this one."""
    variants = dict.fromkeys((text.lower(), text.upper(), text.capitalize(), f"{text}x", f"x{text}", f" {text}"))
    return [variant for variant in variants if variant != text]


def _fit(dtype: str) -> Callable[[Decimal], object] | None:
    """Give how a number becomes a value of the type: the nearest that it has; None if the type is no number."""
    if is_float(dtype):
        return float
    if is_decimal(dtype):
        kind = arrow_type(dtype)
        most = Decimal(10) ** (kind.precision - kind.scale) - 1
        unit = Decimal(1).scaleb(-kind.scale)
        return lambda number: max(-most, min(most, number)).quantize(unit, ROUND_HALF_EVEN)
    if dtype in INTEGERS:
        width = arrow_type(dtype).bit_width
        least = 0 if dtype.startswith("U") else -(2 ** (width - 1))
        return lambda number: max(least, min(least + 2**width - 1, int(number.to_integral_value())))
    if dtype in _WIDE_INTEGERS:
        return lambda number: min(2**63 - 1, abs(int(number.to_integral_value())))
    return None
