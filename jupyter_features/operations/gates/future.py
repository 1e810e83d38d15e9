"""The gate of the future: rows that may not be seen can go, or be anything, and no answer changes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial

import pyarrow as pa
import pyarrow.compute as pc

from jupyter_features.errors import SourceDataError
from jupyter_features.operations.gates.answers import Question, batch, first_difference
from jupyter_features.operations.gates.perturb import further_away, mixed, other_values
from jupyter_features.operations.gates.result import CheckResult, failed
from jupyter_features.operations.gates.sample import Rows
from jupyter_features.operations.gates.trial import Candidate, Trial, chosen_rows, pick

NAME = "future"
_BLAME = "may not be seen then, yet counts"


def check_future(trial: Trial) -> CheckResult:
    """Delete, and separately change, all rows that are invisible at each instant."""
    hidden, others = 0, _others(trial, trial.sample.rows)
    for instant in trial.sample.instants:
        hidden += len(_invisible(trial, instant, trial.sample.rows))
        result = _deleted(trial, instant) or _changed(trial, instant, others)
        if result:
            return result
    return CheckResult(NAME, True, f"{hidden:,} invisible rows deleted, then changed, at {len(trial.sample.instants)} instants")


def _deleted(trial: Trial, instant: datetime) -> CheckResult | None:
    expected = trial.answers(batch, _visible(trial, trial.sample.rows, instant), instants=[instant])
    question = first_difference(expected, trial.usual, _questions(trial, instant))
    if question is None:
        return None
    rows = trial.guilty(question, partial(_invisible, trial, instant), partial(_is_counted, trial, question))
    labels = ("without invisible rows", "with them")
    return failed(NAME, trial.example(question, expected, trial.usual, labels=labels, rows=rows, blame=_BLAME))


def _is_counted(trial: Trial, question: Question, rows: Rows, some: Sequence[Candidate]) -> bool:
    """Tell whether adding some invisible rows to the visible ones changes the answer."""
    instant, _ = question
    visible = _visible(trial, rows, instant)
    added = pick(rows, some)
    together = {alias: pa.concat_tables([visible[alias], added[alias]]) for alias in rows}
    without, with_them = (trial.answers(batch, each, instants=[instant]) for each in (visible, together))
    return first_difference(without, with_them, [question]) is not None


def _changed(trial: Trial, instant: datetime, others: Rows) -> CheckResult | None:
    try:
        found = trial.answers(batch, _perturbed(trial, trial.sample.rows, others, instant), instants=[instant])
    except SourceDataError as error:
        return CheckResult(NAME, False, f"changing invisible rows makes the query fail: {error.message}")
    question = first_difference(trial.usual, found, _questions(trial, instant))
    if question is None:
        return None
    rows = trial.guilty(question, partial(_invisible, trial, instant), partial(_is_felt, trial, question))
    labels = ("as it is", "when invisible rows change")
    return failed(NAME, trial.example(question, trial.usual, found, labels=labels, rows=rows, blame=_BLAME))


def _is_felt(trial: Trial, question: Question, rows: Rows, some: Sequence[Candidate]) -> bool:
    """Tell whether changing some invisible rows changes the answer."""
    instant, _ = question
    changed, chosen = _perturbed(trial, rows, _others(trial, rows), instant), set(some)
    masks = {alias: pa.array([(alias, place) in chosen for place in range(table.num_rows)], pa.bool_()) for alias, table in rows.items()}
    some_changed = {alias: mixed(masks[alias], changed[alias], table) for alias, table in rows.items()}
    before, after = (trial.answers(batch, each, instants=[instant]) for each in (rows, some_changed))
    return first_difference(before, after, [question]) is not None


def _questions(trial: Trial, instant: datetime) -> list[Question]:
    return [(instant, key) for key in trial.sample.keys]


def _visible(trial: Trial, rows: Rows, instant: datetime) -> Rows:
    return {alias: rows[alias].filter(mask) for alias, mask in trial.visible(rows, instant).items()}


def _invisible(trial: Trial, instant: datetime, rows: Rows) -> list[Candidate]:
    return chosen_rows({alias: pc.invert(mask) for alias, mask in trial.visible(rows, instant).items()})


def _others(trial: Trial, rows: Rows) -> Rows:
    return {
        reference.alias: other_values(trial.view.source(reference.source), rows[reference.alias])
        for reference in trial.view.definition.sources
    }


def _perturbed(trial: Trial, rows: Rows, others: Rows, instant: datetime) -> Rows:
    """Put other values into invisible rows, and move their clocks on; what would come into sight so stays as it is."""
    moved = {
        reference.alias: further_away(trial.view.source(reference.source), others[reference.alias], instant)
        for reference in trial.view.definition.sources
    }
    before, after = trial.visible(rows, instant), trial.visible(moved, instant)
    return {alias: mixed(pc.or_(before[alias], after[alias]), old, moved[alias]) for alias, old in rows.items()}
