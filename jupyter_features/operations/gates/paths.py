"""The gate of paths: a training row, a request, materialization and the online store give one answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from jupyter_features.engines.duckdb.engine import DuckDBEngine
from jupyter_features.operations.gates.answers import Path, Question, asked, batch, first_difference, online, request, training
from jupyter_features.operations.gates.result import CheckResult, failed
from jupyter_features.operations.gates.sample import Rows
from jupyter_features.operations.gates.trial import Candidate, Trial, all_rows, pick

NAME = "paths"


def check_paths(trial: Trial, engine: DuckDBEngine) -> CheckResult:
    """Compute everything along each path, and once more from the view's own data by its own engine."""
    for label, path, instants in (
        ("in training", training, trial.sample.instants),
        ("for a request", request, trial.sample.instants),
        ("read online", online, trial.sample.few_instants),
    ):
        found = trial.trained if path is training else trial.answers(path, instants=instants)
        question = first_difference(trial.usual, found, _questions(trial, path, instants))
        if question is not None:
            guilty = trial.guilty(question, all_rows, partial(_differ, trial, path, question))
            labels, blame = ("materialized", label), "counts otherwise on the two paths"
            return failed(NAME, trial.example(question, trial.usual, found, labels=labels, rows=guilty, blame=blame))
    own = _from_own_data(trial, engine)
    return own or CheckResult(NAME, True, f"training, request, batch and online: {len(trial.sample.questions()):,} answers")


def _from_own_data(trial: Trial, engine: DuckDBEngine) -> CheckResult | None:
    """Ask as training does, once for all instants, and as a request does, at the newest: reading all data is dear."""
    newest = trial.sample.instants[-1:]
    for path, instants in ((training, trial.sample.instants), (request, newest)):
        found = path(trial.view, engine, instants, trial.sample.keys)
        questions = _questions(trial, path, instants) if trial.sample.is_whole else []
        question = first_difference(trial.usual, found, questions)
        if question is not None:
            labels = ("from its rows alone", "from the whole source")
            return failed(NAME, trial.example(question, trial.usual, found, labels=labels, rows=(), blame=""))
    return None


def _questions(trial: Trial, path: Path, instants: Sequence[datetime]) -> list[Question]:
    if path is not request:
        return trial.sample.questions(instants)
    return [(instant, key) for instant, keys in asked(instants, trial.sample.keys).items() for key in keys]


def _differ(trial: Trial, path: Path, question: Question, rows: Rows, some: Sequence[Candidate]) -> bool:
    instant, key = question
    given = pick(rows, some)
    one, other = (trial.answers(each, given, instants=[instant], keys=[key]) for each in (batch, path))
    return first_difference(one, other, [question]) is not None
