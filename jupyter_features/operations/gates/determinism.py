"""The gate of determinism: the order of rows, the number of threads and the day of the week decide nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pyarrow as pa

from jupyter_features.operations.gates.answers import Path, Question, batch, first_difference, training
from jupyter_features.operations.gates.result import CheckResult, failed
from jupyter_features.operations.gates.sample import Rows
from jupyter_features.operations.gates.trial import PLAIN, Candidate, Session, Trial, chosen_rows, pick

NAME = "determinism"
_THREADS = 4
# Each record batch may go to another thread.
_BATCH = 64
Order = Callable[[Rows], Rows]


@dataclass(frozen=True)
class _Way:
    """How to compute again; `orders` are those in which few rows are tried to find the guilty."""

    label: str
    change: Order
    session: Session
    orders: tuple[Order, ...]
    blame: str


def check_determinism(trial: Trial) -> CheckResult:
    """Compute everything again: just so, in another order of rows, and on several threads."""
    for way in _WAYS:
        for path, usual, instants in ((training, trial.trained, trial.sample.instants), (batch, trial.usual, trial.sample.few_instants)):
            if path is batch and way.change is _same:
                continue  # the gate of paths computes it once more
            found = trial.answers(path, way.change(trial.sample.rows), instants=instants, session=way.session)
            question = first_difference(usual, found, trial.sample.questions(instants))
            if question is not None:
                guilty = trial.guilty(question, partial(_seen, trial, question), partial(_depends, trial, path, question, way.orders))
                labels = ("as it is", way.label)
                return failed(NAME, trial.example(question, usual, found, labels=labels, rows=guilty, blame=way.blame))
    return CheckResult(NAME, True, f"again, shuffled, on {_THREADS} threads: {len(trial.sample.questions()):,} answers each")


def shuffled(rows: Rows, seed: int = 1) -> Rows:
    """Put rows in another order, the same one every time for the same seed."""
    return {alias: table.take(np.random.default_rng(seed).permutation(table.num_rows)) for alias, table in rows.items()}


def _reversed(rows: Rows) -> Rows:
    return {alias: table.take(np.arange(table.num_rows)[::-1]) for alias, table in rows.items()}


def _divided(rows: Rows) -> Rows:
    return {
        alias: pa.Table.from_batches(table.combine_chunks().to_batches(max_chunksize=_BATCH), table.schema) for alias, table in rows.items()
    }


def _same(rows: Rows) -> Rows:
    return rows


def _seen(trial: Trial, question: Question, rows: Rows) -> list[Candidate]:
    instant, _ = question
    return chosen_rows(trial.visible(rows, instant))


def _depends(trial: Trial, path: Path, question: Question, orders: Sequence[Order], rows: Rows, some: Sequence[Candidate]) -> bool:
    instant, _ = question
    given = pick(rows, some)
    usual = trial.answers(path, given, instants=[instant])
    others = (trial.answers(path, order(given), instants=[instant]) for order in orders)
    return any(first_difference(usual, other, [question]) is not None for other in others)


_ORDERS: tuple[Order, ...] = (_reversed, *(partial(shuffled, seed=seed) for seed in range(1, 5)))
_WAYS = (
    _Way("computed once more", _same, PLAIN, (_same,), "is enough to see it"),
    _Way("with rows in another order", shuffled, PLAIN, _ORDERS, "gives another answer in another order"),
    _Way(f"on {_THREADS} threads", _divided, Session(threads=_THREADS), _ORDERS, "gives another answer in another order"),
)
