"""Test: run a feature test on the training path and on the serving path."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from jupyter_features.card import Card, Displayed, Table, format_value
from jupyter_features.clock import format_instant
from jupyter_features.definitions.feature_view import CompiledView
from jupyter_features.definitions.source import Source
from jupyter_features.dtypes import is_float
from jupyter_features.engines.duckdb.engine import DuckDBEngine
from jupyter_features.errors import FeatureTestError, InvalidArgumentError, NotFoundError, Place, did_you_mean
from jupyter_features.online.sqlite import SqliteOnlineStore
from jupyter_features.operations.arrow_types import arrow_type, typed_value
from jupyter_features.operations.defaults import fill_defaults
from jupyter_features.operations.evaluate import at_rows
from jupyter_features.operations.feature_test import FeatureTest, TestTable
from jupyter_features.operations.materialize import materialize
from jupyter_features.operations.read_online import read_online
from jupyter_features.operations.resolve import ResolvedView

_RELATIVE_TOLERANCE = 1e-9


@dataclass(frozen=True)
class Mismatch:
    """One expected value that a path does not give."""

    path: str
    entity: str
    as_of: datetime
    feature: str
    expected: object
    found: object


@dataclass(frozen=True)
class TestReport(Displayed):
    """Outcome of the tests of one view.

    Parameters
    ----------
    tests
        Number of `expect` tables.
    values
        Number of expected values compared on each of the two paths.
    """

    view: str
    tests: int
    values: int
    mismatches: tuple[Mismatch, ...]

    @property
    def is_passed(self) -> bool:
        """Tell whether every value was as expected on both paths."""
        return not self.mismatches

    def card(self) -> Card:
        """Show the count, or each mismatch."""
        rows = tuple(
            (wrong.entity, format_instant(wrong.as_of), wrong.feature, format_value(wrong.expected), format_value(wrong.found), wrong.path)
            for wrong in self.mismatches
        )
        tables = (Table(("entity", "as of", "feature", "expected", "found", "path"), rows),) if rows else ()
        return Card(
            title=f"Test of {self.view}",
            label="passed" if self.is_passed else "failed",
            state="ok" if self.is_passed else "failed",
            facts=(("Compared", f"{self.values} expected values, each on the training path and on the serving path"),),
            tables=tables,
            next_step=f"%feature plan {self.view}" if self.is_passed else f"mend the test or the definition of {self.view}",
        )


def run_tests(view: CompiledView, tests: Sequence[FeatureTest]) -> TestReport:
    """Run tests against given rows only; the view's own data is not read.

    Raises
    ------
    FeatureTestError
        If a test names an unknown source, column or feature, or a cell does not fit its column.
    """
    mismatches: list[Mismatch] = []
    values = 0
    for test in tests:
        engine = DuckDBEngine(Path())
        try:
            given = _with_given_rows(view, test, engine)
            for expected in test.expected:
                features = _expected_features(view, expected)
                values += len(features) * len(expected.rows)
                mismatches += _run(given, expected, features, engine)
        finally:
            engine.close()
    return TestReport(view.name, sum(len(test.expected) for test in tests), values, tuple(mismatches))


def _with_given_rows(view: CompiledView, test: FeatureTest, engine: DuckDBEngine) -> CompiledView:
    """Put the given rows in place of the view's sources; a source without a table is empty."""
    known = [source.name for source in view.sources]
    tables = {str(table.subject): table for table in test.given}
    for table in test.given:
        if table.subject not in known:
            hint = did_you_mean(str(table.subject), known) or f"Sources: {', '.join(known)}."
            raise FeatureTestError(f"{view.name!r} reads no source {table.subject!r}.", hint=hint, place=table.place)
    sources = tuple(_given_source(source, tables.get(source.name), engine) for source in view.sources)
    return msgspec.structs.replace(view, sources=sources)


def _given_source(source: Source, table: TestTable | None, engine: DuckDBEngine) -> Source:
    columns = {column.name: [] for column in source.columns} if table is None else _given_columns(source, table)
    arrow = pa.table({column.name: pa.array(columns[column.name], _given_type(column.dtype)) for column in source.columns})
    engine.table_columns(source.name, arrow, ())
    return msgspec.structs.replace(source, format="dataframe", location="")


def _given_type(dtype: str) -> pa.DataType:
    try:
        return arrow_type(dtype)
    except InvalidArgumentError as error:
        raise FeatureTestError(f"A test cannot give rows of a source with a {dtype} column.") from error


def _given_columns(source: Source, table: TestTable) -> dict[str, list[object]]:
    names = [_known_column(source, name, table.place) for name in table.columns]
    cells = {
        name: [_cell(row[index], source.column(name).dtype, table.places[number]) for number, row in enumerate(table.rows)]
        for index, name in enumerate(names)
    }
    return {column.name: cells.get(column.name, [None] * len(table.rows)) for column in source.columns}


def _known_column(source: Source, name: str, place: Place) -> str:
    try:
        return source.column(name).name
    except NotFoundError as error:
        raise FeatureTestError(error.message, hint=error.hint, place=place) from error


def _cell(text: str | None, dtype: str, place: Place) -> object:
    try:
        return typed_value(text, dtype)
    except InvalidArgumentError as error:
        raise FeatureTestError(error.message, place=place) from error


def _expected_features(view: CompiledView, table: TestTable) -> list[str]:
    for key in view.entity.key_names:
        if key not in table.columns:
            raise FeatureTestError(f"The expected table has no join key {key!r}.", place=table.place)
    features = [name for name in table.columns if name not in view.entity.key_names]
    for name in features:
        if name not in view.feature_names:
            hint = did_you_mean(name, view.feature_names) or f"Features: {', '.join(view.feature_names)}."
            raise FeatureTestError(f"{view.name!r} has no feature {name!r}.", hint=hint, place=table.place)
    return features


def _run(view: CompiledView, table: TestTable, features: list[str], engine: DuckDBEngine) -> list[Mismatch]:
    as_of = table.as_of
    assert as_of is not None
    dtypes = {key.name: key.dtype for key in view.entity.join_keys} | {feature.name: feature.dtype for feature in view.features}
    rows = [
        {name: _cell(cell, dtypes[name], place) for name, cell in zip(table.columns, row, strict=True)}
        for row, place in zip(table.rows, table.places, strict=True)
    ]
    keys = [{key: row[key] for key in view.entity.key_names} for row in rows]
    found = {"training": _training(view, keys, as_of, engine), "serving": _serving(view, keys, as_of, engine)}
    return [
        Mismatch(path, ", ".join(format_value(value) for value in key.values()), as_of, name, row[name], answer[name])
        for path, answers in found.items()
        for key, row, answer in zip(keys, rows, answers, strict=True)
        for name in features
        if not _is_equal(row[name], answer[name], dtypes[name])
    ]


def _training(view: CompiledView, keys: list[dict[str, object]], as_of: datetime, engine: DuckDBEngine) -> list[dict[str, object]]:
    columns = [pa.array([key[name.name] for key in keys], arrow_type(name.dtype)) for name in view.entity.join_keys]
    instants = pa.array([as_of.astimezone(UTC).replace(tzinfo=None)] * len(keys), pa.timestamp("us"))
    values = at_rows(view, engine, pa.table(columns, names=list(view.entity.key_names)), instants)
    filled: list[dict[str, object]] = fill_defaults(view, values.features, pc.invert(values.found)).to_pylist()
    return filled


def _serving(view: CompiledView, keys: list[dict[str, object]], as_of: datetime, engine: DuckDBEngine) -> list[dict[str, object]]:
    online = SqliteOnlineStore(None)
    try:
        materialize(view, 1, as_of=as_of, engine=engine, online=online)
        wanted = ResolvedView(view, 1, {}, tuple((name, name) for name in view.feature_names))
        return read_online([wanted], keys, online=online, now=as_of).to_dicts()
    finally:
        online.close()


def _is_equal(expected: object, found: object, dtype: str) -> bool:
    if is_float(dtype) and isinstance(expected, float) and isinstance(found, float):
        return (math.isnan(expected) and math.isnan(found)) or math.isclose(expected, found, rel_tol=_RELATIVE_TOLERANCE, abs_tol=1e-12)
    return expected == found
