"""The gate of zones: where the computer stands decides nothing."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from jupyter_features.operations.gates.answers import Path, Question, batch, first_difference, training
from jupyter_features.operations.gates.result import CheckResult, failed
from jupyter_features.operations.gates.sample import Rows
from jupyter_features.operations.gates.trial import Candidate, Session, Trial, all_rows, pick

NAME = "zones"
# West of UTC with summer time, and east of it by a broken hour.
ZONES = ("America/New_York", "Asia/Kolkata")


def check_zones(trial: Trial) -> CheckResult:
    """Compute everything in sessions of other zones."""
    for zone in ZONES:
        # Where paths differ in UTC already, that is not the zone's doing: each is compared with itself.
        for path, usual, instants in (
            (batch, trial.usual, trial.sample.few_instants[-1:]),
            (training, trial.trained, trial.sample.instants),
        ):
            found = trial.answers(path, instants=instants, session=Session(zone=zone))
            question = first_difference(usual, found, trial.sample.questions(instants))
            if question is not None:
                guilty = trial.guilty(question, all_rows, partial(_depends_on_zone, trial, path, zone, question))
                labels = ("in UTC", f"in {zone}")
                return failed(
                    NAME, trial.example(question, usual, found, labels=labels, rows=guilty, blame="is read in the session's zone")
                )
    return CheckResult(NAME, True, f"{' and '.join(ZONES)} as in UTC")


def _depends_on_zone(trial: Trial, path: Path, zone: str, question: Question, rows: Rows, some: Sequence[Candidate]) -> bool:
    instant, _ = question
    given = pick(rows, some)
    here, there = (trial.answers(path, given, instants=[instant], session=session) for session in (Session(), Session(zone=zone)))
    return first_difference(here, there, [question]) is not None
