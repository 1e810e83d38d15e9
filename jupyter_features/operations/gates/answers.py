"""Answers: Q of some entities at some instants, computed along each path that serves people."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

import pyarrow as pa

from jupyter_features.definitions.feature_view import CompiledView
from jupyter_features.engines.duckdb.engine import DuckDBEngine
from jupyter_features.online.sqlite import SqliteOnlineStore
from jupyter_features.operations.arrow_types import arrow_type
from jupyter_features.operations.evaluate import at_instant, at_rows
from jupyter_features.operations.gates.result import WrongValue
from jupyter_features.operations.materialize import materialize

Key = tuple[object, ...]
Question = tuple[datetime, Key]
Answers = dict[Question, tuple[object, ...]]
"""The features of each question for which Q gives a row."""
Path = Callable[[CompiledView, DuckDBEngine, Sequence[datetime], Sequence[Key]], Answers]


def batch(view: CompiledView, engine: DuckDBEngine, instants: Sequence[datetime], keys: Sequence[Key]) -> Answers:
    """Compute everybody at each instant, as materialization does, and keep the given entities."""
    wanted = set(keys)
    return {
        (instant, key): values for instant in instants for key, values in _rows(view, at_instant(view, engine, instant)) if key in wanted
    }


def request(view: CompiledView, engine: DuckDBEngine, instants: Sequence[datetime], keys: Sequence[Key]) -> Answers:
    """Ask for some of the entities at each instant, see `asked`, as a server does."""
    some = asked(instants, keys)
    return {
        (instant, key): values
        for instant in instants
        for key, values in _rows(view, at_instant(view, engine, instant, keys=some[instant] if view.entity.join_keys else None))
    }


def asked(instants: Sequence[datetime], keys: Sequence[Key]) -> dict[datetime, Sequence[Key]]:
    """Choose every other entity, the others at the next instant: an answer that needs the rest of them then shows."""
    return {instant: keys[place % 2 :: 2] or keys for place, instant in enumerate(instants)}


def training(view: CompiledView, engine: DuckDBEngine, instants: Sequence[datetime], keys: Sequence[Key]) -> Answers:
    """Compute all questions at once, as the rows of one training set."""
    questions = [(instant, key) for instant in instants for key in keys]
    columns = [pa.array([key[index] for _, key in questions], arrow_type(join.dtype)) for index, join in enumerate(view.entity.join_keys)]
    table = pa.Table.from_arrays(columns, names=list(view.entity.key_names))
    values = at_rows(view, engine, table, pa.array([instant for instant, _ in questions], pa.timestamp("us")))
    rows = zip(questions, _tuples(values.features), values.found.to_pylist(), strict=True)
    return {question: features for question, features, found in rows if found}


def online(view: CompiledView, engine: DuckDBEngine, instants: Sequence[datetime], keys: Sequence[Key]) -> Answers:
    """Materialize each instant into an online store in memory, and read the entities back."""
    answers: Answers = {}
    store = SqliteOnlineStore(None)
    try:
        for instant in sorted(instants):
            materialize(view, 1, as_of=instant, engine=engine, online=store)
            vectors = store.read(view=view.name, version=1, dtypes=[feature.dtype for feature in view.features], keys=keys)
            found = zip(keys, vectors.values, strict=True)
            answers |= {(instant, key): values for key, values in found if values is not None}
    finally:
        store.close()
    return answers


def first_difference(expected: Answers, found: Answers, questions: Sequence[Question]) -> Question | None:
    """Find the first question that is answered in two ways; None if there is none."""
    return next((question for question in questions if not _is_same(expected.get(question), found.get(question))), None)


def wrong_values(view: CompiledView, expected: tuple[object, ...] | None, found: tuple[object, ...] | None) -> tuple[WrongValue, ...]:
    """Name the features that differ; an entity for which Q gives no row has none of them."""
    absent = ("no row",) * len(view.features)
    pairs = zip(view.feature_names, expected or absent, found or absent, strict=True)
    return tuple(WrongValue(name, left, right) for name, left, right in pairs if not _is_equal(left, right))


def _rows(view: CompiledView, table: pa.Table) -> list[tuple[Key, tuple[object, ...]]]:
    width = len(view.entity.join_keys)
    return [(row[:width], row[width:]) for row in _tuples(table)]


def _tuples(table: pa.Table) -> list[tuple[object, ...]]:
    return list(zip(*(column.to_pylist() for column in table.columns), strict=True))


def _is_same(left: tuple[object, ...] | None, right: tuple[object, ...] | None) -> bool:
    if left is None or right is None:
        return left is right
    return all(_is_equal(a, b) for a, b in zip(left, right, strict=True))


def _is_equal(left: object, right: object) -> bool:
    # NaN is equal to itself here.
    return left == right or (left != left and right != right)
