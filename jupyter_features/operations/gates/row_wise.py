"""The gates of an on-demand view: a row's answer is its own, and training and requests give the same one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import msgspec
import numpy as np
import pyarrow as pa

from jupyter_features.definitions.feature_view import CompiledView
from jupyter_features.engines.duckdb.engine import DuckDBEngine
from jupyter_features.online.sqlite import SqliteOnlineStore
from jupyter_features.operations.evaluate import at_instant
from jupyter_features.operations.feature_rows import feature_rows
from jupyter_features.operations.gates.answers import Answers, first_difference, wrong_values
from jupyter_features.operations.gates.result import CheckResult, Example, failed
from jupyter_features.operations.materialize import store_vectors
from jupyter_features.operations.newest_instant import ANY_INSTANT, newest_instant
from jupyter_features.operations.on_demand import on_demand
from jupyter_features.operations.probe import inputs_of, probe_rows
from jupyter_features.operations.read_online import read_online
from jupyter_features.operations.resolve import ResolvedView, input_of

_ALONE = 10


def check_row_wise(view: CompiledView, engine: DuckDBEngine) -> tuple[CheckResult, ...]:
    """Compute probe rows among other neighbours, and along both paths.

    Returns
    -------
    tuple of CheckResult
        `row-wise`: in another order, in halves and alone, a row's answer stays. `paths`: what training gives for the rows,
        the online store gives for them as requests.
    """
    as_of = newest_instant(view.sources, engine) or ANY_INSTANT
    rows = probe_rows(view, engine, as_of)
    return _neighbours(view, engine, rows, as_of), _paths(view, engine, rows, as_of)


def _neighbours(view: CompiledView, engine: DuckDBEngine, rows: pa.Table, as_of: datetime) -> CheckResult:
    inputs = inputs_of(view, rows, as_of, engine)
    usual = _answers(as_of, range(inputs.num_rows), on_demand(view, inputs, engine))
    for label, places in _companies(inputs.num_rows):
        found = _answers(as_of, places, on_demand(view, inputs.take(pa.array(places)), engine))
        question = first_difference(usual, found, list(found))
        if question is not None:
            row = inputs.slice(int(str(question[1][0])), 1).to_pylist()[0]
            values = wrong_values(view, usual[question], found[question])
            return failed("row-wise", Example(tuple(row.items()), as_of, values, f"among {inputs.num_rows} rows", label))
    return CheckResult("row-wise", True, f"{inputs.num_rows} rows in another order, in halves and alone")


def _companies(count: int) -> Iterator[tuple[str, Sequence[int]]]:
    yield "in another order", np.random.default_rng(1).permutation(count).tolist()
    yield "among half of them", range(0, count, 2)
    yield "among half of them", range(1, count, 2)
    for place in range(min(count, _ALONE)):
        yield "alone", [place]


def _paths(view: CompiledView, engine: DuckDBEngine, rows: pa.Table, as_of: datetime) -> CheckResult:
    names = tuple((name, name) for name in view.feature_names)
    item = ResolvedView(view, 1, {}, names)
    instants = pa.array([as_of] * rows.num_rows, pa.timestamp("us"))
    training = _answers(as_of, range(rows.num_rows), feature_rows(item, rows, instants, engine).features)
    online = SqliteOnlineStore(None)
    try:
        served = _materialized(item, rows, as_of, engine, online)
        found = read_online([served], rows.to_pylist(), online=online, engine=engine, now=as_of.replace(tzinfo=UTC))
    finally:
        online.close()
    columns = [feature.values for feature in found.features]
    request: Answers = {(as_of, (place,)): values for place, values in enumerate(zip(*columns, strict=True))}
    question = first_difference(training, request, list(training))
    if question is None:
        return CheckResult("paths", True, f"training and requests: {len(training)} answers each")
    row = rows.slice(int(str(question[1][0])), 1).to_pylist()[0]
    values = wrong_values(view, training[question], request[question])
    return failed("paths", Example(tuple(row.items()), as_of, values, "in training", "for a request"))


def _materialized(item: ResolvedView, rows: pa.Table, as_of: datetime, engine: DuckDBEngine, online: SqliteOnlineStore) -> ResolvedView:
    """Store the inputs' vectors of the rows' entities; give the view that reads them, whatever versions it has."""
    inputs = []
    for number, each in enumerate(item.view.inputs, start=1):
        renamed = input_of(item, each).keys
        columns = [rows.column(renamed[key]).to_pylist() for key in each.view.entity.key_names]
        keys = list(dict.fromkeys(zip(*columns, strict=True))) if columns else [()]
        store_vectors(each.view, number, at_instant(each.view, engine, as_of, keys=keys), as_of=as_of, online=online)
        inputs.append(msgspec.structs.replace(each, version=number))
    return ResolvedView(msgspec.structs.replace(item.view, inputs=tuple(inputs)), 1, {}, item.outputs)


def _answers(as_of: datetime, places: Sequence[int], table: pa.Table) -> Answers:
    values = zip(*(column.to_pylist() for column in table.columns), strict=True)
    return {(as_of, (place,)): row for place, row in zip(places, values, strict=True)}
