"""The gate of one row: Q gives an entity one row or none."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from jupyter_features.engines.duckdb.engine import DuckDBEngine
from jupyter_features.errors import RowContractError
from jupyter_features.operations.gates.answers import batch, request
from jupyter_features.operations.gates.result import CheckResult, Example, WrongValue
from jupyter_features.operations.gates.sample import Rows
from jupyter_features.operations.gates.trial import Candidate, Trial, all_rows, pick

NAME = "one row"


def check_one_row(trial: Trial, engine: DuckDBEngine) -> CheckResult:
    """Compute the sample, and its newest instant once more from the whole of the view's own data."""
    try:
        _ = trial.usual
        request(trial.view, engine, trial.sample.instants[-1:], trial.sample.keys)
    except RowContractError as error:
        return CheckResult(NAME, False, error.message, _example(trial, trial.sample.instants[-1]))
    return CheckResult(NAME, True, f"one row per {trial.view.entity.name or 'instant'}")


def _example(trial: Trial, instant: datetime) -> Example | None:
    rows = trial.guilty(None, all_rows, partial(_is_refused, trial, instant))
    if not rows:
        return None
    names = dict(trial.view.source(rows[0].source).key)
    cells = dict(rows[0].cells)
    key = tuple((name, cells.get(names.get(name, ""))) for name in trial.view.entity.key_names)
    values = (WrongValue(trial.view.feature_names[0], "one row", "several"),)
    return Example(key, instant, values, "to be", "as found", rows, "make several" if len(rows) > 1 else "makes several")


def _is_refused(trial: Trial, instant: datetime, rows: Rows, some: Sequence[Candidate]) -> bool:
    try:
        trial.answers(batch, pick(rows, some), instants=[instant])
    except RowContractError:
        return True
    return False
