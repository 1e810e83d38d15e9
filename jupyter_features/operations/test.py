"""Test: run a feature test on the training path and on the serving path."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from jupyter_features.card import format_value
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
from jupyter_features.operations.given_rows import over_given_rows
from jupyter_features.operations.materialize import materialize
from jupyter_features.operations.on_demand import input_types, on_demand
from jupyter_features.operations.read_online import read_online
from jupyter_features.operations.resolve import ResolvedView
from jupyter_features.operations.test_report import Mismatch, TestReport

_RELATIVE_TOLERANCE = 1e-9


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
    if view.definition.is_on_demand:
        return _without_given_rows(view, test)
    known = [source.name for source in view.sources]
    tables = {str(table.subject): table for table in test.given}
    for table in test.given:
        if table.subject not in known:
            hint = did_you_mean(str(table.subject), known) or f"Sources: {', '.join(known)}."
            raise FeatureTestError(f"{view.name!r} reads no source {table.subject!r}.", hint=hint, place=table.place)
    rows = {source.name: _given_rows(source, tables.get(source.name)) for source in view.sources}
    return over_given_rows(view, {reference.alias: rows[reference.source] for reference in view.definition.sources}, engine)


def _without_given_rows(view: CompiledView, test: FeatureTest) -> CompiledView:
    for table in test.given:
        raise FeatureTestError(
            f"{view.name!r} is on-demand and reads no source.", hint="Write its inputs beside the expected features.", place=table.place
        )
    return view


def _given_rows(source: Source, table: TestTable | None) -> pa.Table:
    columns = {column.name: [] for column in source.columns} if table is None else _given_columns(source, table)
    return pa.table({column.name: pa.array(columns[column.name], _given_type(column.dtype)) for column in source.columns})


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
    asked, noun = _asked(view), "input" if view.definition.is_on_demand else "join key"
    for name in asked:
        if name not in table.columns:
            raise FeatureTestError(f"The expected table has no {noun} {name!r}.", place=table.place)
    features = [name for name in table.columns if name not in asked]
    for name in features:
        if name not in view.feature_names:
            hint = did_you_mean(name, view.feature_names) or f"Features: {', '.join(view.feature_names)}."
            raise FeatureTestError(f"{view.name!r} has no feature {name!r}.", hint=hint, place=table.place)
    return features


def _asked(view: CompiledView) -> dict[str, str]:
    """Give name and type of the columns that tell what a row asks: join keys, or the inputs of an on-demand view."""
    if view.definition.is_on_demand:
        return {each.name: each.dtype for each in input_types(view.inputs, view.definition.request)}
    return {key.name: key.dtype for key in view.entity.join_keys}


def _run(view: CompiledView, table: TestTable, features: list[str], engine: DuckDBEngine) -> list[Mismatch]:
    asked = _asked(view)
    dtypes = asked | {feature.name: feature.dtype for feature in view.features}
    rows = [
        {name: _cell(cell, dtypes[name], place) for name, cell in zip(table.columns, row, strict=True)}
        for row, place in zip(table.rows, table.places, strict=True)
    ]
    keys = [{name: row[name] for name in asked} for row in rows]
    found = _answers(view, keys, table, engine)
    return [
        Mismatch(path, ", ".join(format_value(value) for value in key.values()), table.as_of, name, row[name], answer[name])
        for path, answers in found.items()
        for key, row, answer in zip(keys, rows, answers, strict=True)
        for name in features
        if not _is_equal(row[name], answer[name], dtypes[name])
    ]


def _answers(
    view: CompiledView, keys: list[dict[str, object]], table: TestTable, engine: DuckDBEngine
) -> dict[str, list[dict[str, object]]]:
    if view.definition.is_on_demand:
        # Training computes rows together, a request comes alone.
        return {"training": _on_demand(view, keys, engine), "serving": [_on_demand(view, [key], engine)[0] for key in keys]}
    if table.as_of is None:
        raise FeatureTestError("The expected table has no instant.", hint="Write it like: expect at 1997-02-01.", place=table.place)
    return {"training": _training(view, keys, table.as_of, engine), "serving": _serving(view, keys, table.as_of, engine)}


def _on_demand(view: CompiledView, rows: list[dict[str, object]], engine: DuckDBEngine) -> list[dict[str, object]]:
    columns = [pa.array([row[name] for row in rows], arrow_type(dtype)) for name, dtype in _asked(view).items()]
    computed: list[dict[str, object]] = on_demand(view, pa.table(columns, names=list(_asked(view))), engine).to_pylist()
    return computed


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
        return read_online([wanted], keys, online=online, engine=engine, now=as_of).to_dicts()
    finally:
        online.close()


def _is_equal(expected: object, found: object, dtype: str) -> bool:
    if is_float(dtype) and isinstance(expected, float) and isinstance(found, float):
        return (math.isnan(expected) and math.isnan(found)) or math.isclose(expected, found, rel_tol=_RELATIVE_TOLERANCE, abs_tol=1e-12)
    return expected == found
