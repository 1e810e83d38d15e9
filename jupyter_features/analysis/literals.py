"""Literals: the numbers, texts, lengths of time and instants that a definition mentions, where its boundaries are."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import sqlglot
from sqlglot import exp

from jupyter_features.definitions.feature_view import CompiledView

_UNITS = {
    "MICROSECOND": timedelta(microseconds=1),
    "MILLISECOND": timedelta(milliseconds=1),
    "SECOND": timedelta(seconds=1),
    "MINUTE": timedelta(minutes=1),
    "HOUR": timedelta(hours=1),
    "DAY": timedelta(days=1),
    "WEEK": timedelta(weeks=1),
    # Rows are tried on both sides of a boundary and well around it, so that calendar months need no exact length.
    "MONTH": timedelta(days=30),
    "QUARTER": timedelta(days=91),
    "YEAR": timedelta(days=365),
}
_PANDAS_UNITS = {"D": "DAY", "W": "WEEK", "h": "HOUR", "H": "HOUR", "min": "MINUTE", "s": "SECOND"}
_PANDAS_LENGTH = re.compile(r"(\d{1,5}) ?(min|[DWhHs]|days?|hours?|weeks?|minutes?)\Z")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d")
_NUMBER = re.compile(r"-?\d{1,18}(\.\d{1,18})?\Z")
_WILDCARDS = re.compile(r"[%_]+")
_LONGEST = timedelta(days=4_000)


_COMPARISONS = (
    exp.EQ,
    exp.NEQ,
    exp.GT,
    exp.GTE,
    exp.LT,
    exp.LTE,
    exp.In,
    exp.Between,
    exp.Like,
    exp.ILike,
    exp.NullSafeEQ,
    exp.NullSafeNEQ,
)
_Found = Decimal | str | timedelta | datetime


@dataclass(frozen=True)
class Literals:
    """What is mentioned.

    Parameters
    ----------
    instants
        Naive UTC.
    compared
        Numbers and texts that are compared with a column, each with the column's name in lower case.
    """

    numbers: frozenset[Decimal] = frozenset()
    texts: frozenset[str] = frozenset()
    lengths: frozenset[timedelta] = frozenset()
    instants: frozenset[datetime] = frozenset()
    compared: frozenset[tuple[str, Decimal | str]] = frozenset()

    def __or__(self, other: Literals) -> Literals:
        return Literals(
            self.numbers | other.numbers,
            self.texts | other.texts,
            self.lengths | other.lengths,
            self.instants | other.instants,
            self.compared | other.compared,
        )

    def numbers_of(self, column: str) -> tuple[list[Decimal], list[Decimal]]:
        """Give the numbers that a column is compared with, and all others, each sorted."""
        own = {value for name, value in self.compared if name == column.lower() and isinstance(value, Decimal)}
        return sorted(own), sorted(self.numbers - own)

    def texts_of(self, column: str) -> tuple[list[str], list[str]]:
        """Give the texts that a column is compared with, and all others, each sorted."""
        own = {value for name, value in self.compared if name == column.lower() and isinstance(value, str)}
        return sorted(own), sorted(self.texts - own)


NO_LITERALS = Literals()


def literals_of(view: CompiledView) -> Literals:
    """Collect the literals of a view's body, and its lookbacks.

    The names of columns and features that a Python function mentions as texts are left out, as far as they can be told.
    """
    lookbacks = [reference.lookback for reference in view.definition.sources if reference.lookback]
    if view.definition.python:
        return _sorted_by_kind([*lookbacks, *_in_python(view)], ())
    query = sqlglot.parse_one(view.normal_sql, dialect="duckdb")
    found = [(each, node) for node in query.walk() for each in _in_node(node)]
    compared = [(name, each) for each, node in found if isinstance(each, (Decimal, str)) for name in _compared_columns(node)]
    return _sorted_by_kind([*lookbacks, *(each for each, _ in found)], compared)


def _sorted_by_kind(known: Sequence[_Found], compared: Sequence[tuple[str, Decimal | str]]) -> Literals:
    return Literals(
        frozenset(each for each in known if isinstance(each, Decimal)),
        frozenset(each for each in known if isinstance(each, str)),
        frozenset(each for each in known if isinstance(each, timedelta) and timedelta() < each <= _LONGEST),
        frozenset(each for each in known if isinstance(each, datetime)),
        frozenset(compared),
    )


def _in_node(node: exp.Expr) -> Iterator[_Found]:
    if isinstance(node, exp.Interval):
        yield from _length(node)
    if not isinstance(node, exp.Literal) or isinstance(node.parent, exp.Interval):
        return
    text = str(node.this)
    if not node.is_string:
        yield -Decimal(text) if isinstance(node.parent, exp.Neg) else Decimal(text)
    elif isinstance(node.parent, (exp.Like, exp.ILike)):
        yield from filter(None, _WILDCARDS.split(text))
    else:
        yield _instant(text) or text
        # A parameter, and a number that is cast, stand as text.
        yield from [Decimal(text)] if _NUMBER.match(text) else []


def _compared_columns(node: exp.Expr) -> set[str]:
    """Name the columns on either side of the comparison that a literal stands in; none for a result."""
    comparison = node.find_ancestor(*_COMPARISONS, exp.Case, exp.Coalesce, exp.Select)
    if isinstance(comparison, exp.Case):
        # CASE x WHEN 'a' compares, THEN 'a' does not.
        comparison = comparison.this if isinstance(node.parent, exp.If) and node.arg_key == "this" else None
    if comparison is None or not isinstance(comparison, (*_COMPARISONS, exp.Column)):
        return set()
    return {column.name.lower() for column in comparison.find_all(exp.Column)}


def _length(interval: exp.Interval) -> Iterator[timedelta]:
    unit = _UNITS.get(str(interval.text("unit")).upper().removesuffix("S"))
    if unit and isinstance(interval.this, exp.Literal) and re.fullmatch(r"\d{1,9}", str(interval.this.this)):
        yield int(interval.this.this) * unit


def _in_python(view: CompiledView) -> Iterator[_Found]:
    names = {name for source in view.sources for name in source.column_names}
    names |= {name for each in view.inputs for _, name in each.outputs} | {column.name for column in view.definition.request}
    tree = ast.parse(view.definition.python)
    outputs = {id(key) for node in ast.walk(tree) if isinstance(node, ast.Dict) for key in node.keys}
    negative = {id(node.operand) for node in ast.walk(tree) if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub)}
    prose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or id(node) in prose | outputs:
            continue
        if isinstance(node.value, str) and node.value not in names:
            yield _pandas_length(node.value) or _instant(node.value) or node.value
        elif isinstance(node.value, (int, float)) and not isinstance(node.value, bool):
            number = Decimal(repr(node.value))
            yield -number if id(node) in negative else number


def _pandas_length(text: str) -> timedelta | None:
    match = _PANDAS_LENGTH.match(text)
    if not match:
        return None
    unit = _PANDAS_UNITS.get(match[2]) or match[2].removesuffix("s").upper()
    return int(match[1]) * _UNITS[unit]


def _instant(text: str) -> datetime | None:
    if not _INSTANT.match(text):
        return None
    try:
        instant = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return instant.astimezone(UTC).replace(tzinfo=None) if instant.tzinfo else instant
