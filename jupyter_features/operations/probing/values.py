"""Made-up values of a column: those that tell queries apart, among others that nobody thinks of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from functools import partial

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
_NUMBERS = ("0 0 1 1 1 1 2 2 2 3 3 4 5 6 7 8 10 12 20 -1 -1 -2 -5 -20 0.5 1.25 9.75 19.5 50 99.75 100 250 -100 -250 1000").split()
_TAIL = "5000 -5000 20000 100000 -100000 1000000 2500000 100000000".split()
_NUMBER_POOL = tuple(Decimal(text) for text in (*_NUMBERS, *_NUMBERS, *_TAIL))
_NULLS = 0.1
_FROM_LITERALS = 0.55
_RANDOM = 0.4
_TICK = timedelta(microseconds=1)

Make = Callable[[Dice], object]


def column_values(dtype: str, count: int, dice: Dice, literals: Literals) -> pa.Array:
    """Make up the values of one column.

    Returns
    -------
    pa.Array
        Shape (count,), about a tenth NULL; values at and around the literals that fit the type are frequent. NULL
        throughout for a type that no feature can have, such as a list.
    """
    make, kind = _maker(dtype, literals), storage_type(dtype)
    values = [None if make is None or dice.chance(_NULLS) else make(dice) for _ in range(count)]
    return pa.array(values, kind)


def storage_type(dtype: str) -> pa.DataType:
    """Give the Arrow type in which values of a declared type are handed to the engine, which casts them to it."""
    if dtype in TIMES and dtype != "DATE":
        return pa.timestamp("us")
    try:
        return arrow_type(dtype)
    except InvalidArgumentError:
        return pa.int64() if dtype in ("HUGEINT", "UBIGINT", "UHUGEINT") else pa.string()


def text_variants(text: str) -> tuple[str, ...]:
    """Give a text, and texts that a careless comparison takes for it."""
    return tuple(dict.fromkeys((text, text, text.lower(), text.upper(), text.capitalize(), f"{text}x", f"x{text}", f" {text}")))


def number_variants(number: Decimal) -> tuple[Decimal, ...]:
    """Give a number, and its neighbours."""
    return (number, number, number - 1, number + 1, number - Decimal("0.25"), number + Decimal("0.25"))


def _maker(dtype: str, literals: Literals) -> Make | None:
    if dtype == "BOOLEAN":
        return lambda dice: dice.chance(0.5)
    if dtype == "VARCHAR":
        texts = [variant for text in sorted(literals.texts) for variant in text_variants(text)]
        return partial(_text, texts)
    if dtype == "DATE":
        return partial(_date, _near(literals))
    if dtype in TIMES:
        return partial(_instant, _near(literals))
    fit = _fit(dtype)
    if fit is None:
        return None
    numbers = [variant for number in sorted(literals.numbers) for variant in number_variants(number)]
    return lambda dice: fit(_number(numbers, dice))


def _text(special: Sequence[str], dice: Dice) -> str:
    return dice.pick(special) if special and dice.chance(_FROM_LITERALS) else dice.pick(TEXTS)


def _number(special: Sequence[Decimal], dice: Dice) -> Decimal:
    if special and dice.chance(_FROM_LITERALS):
        return dice.pick(special)
    return Decimal(dice.below(4_400) - 400) / 4 if dice.chance(_RANDOM) else dice.pick(_NUMBER_POOL)


def _near(literals: Literals) -> list[datetime]:
    return [instant + step for instant in sorted(literals.instants) for step in (timedelta(), -_TICK, timedelta(days=1))]


def _instant(special: Sequence[datetime], dice: Dice) -> datetime:
    if special and dice.chance(_FROM_LITERALS):
        return dice.pick(special)
    return dice.pick(ANCHORS) - timedelta(minutes=dice.below(600_000) - 60_000)


def _date(special: Sequence[datetime], dice: Dice) -> date:
    return _instant(special, dice).date()


def _fit(dtype: str) -> Callable[[Decimal], object] | None:
    """Give how a number becomes a value of the type: the nearest that it has."""
    if is_float(dtype):
        return float
    if is_decimal(dtype):
        kind = arrow_type(dtype)
        most = Decimal(10) ** (kind.precision - kind.scale) - 1
        unit = Decimal(1).scaleb(-kind.scale)
        return lambda number: max(-most, min(most, number)).quantize(unit, ROUND_HALF_EVEN)
    if dtype in INTEGERS:
        kind = arrow_type(dtype)
        least = 0 if dtype.startswith("U") else -(2 ** (kind.bit_width - 1))
        greatest = least + 2**kind.bit_width - 1
        return lambda number: max(least, min(greatest, int(number.to_integral_value())))
    if dtype in ("HUGEINT", "UBIGINT", "UHUGEINT"):
        return lambda number: abs(int(number.to_integral_value()))
    return None
