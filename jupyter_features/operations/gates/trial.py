"""A trial: one view over its sample, computed in engines of its own, where rows and sessions can be changed at will."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, partial
from pathlib import Path as Folder

import pyarrow as pa

from jupyter_features.definitions.feature_view import CompiledView
from jupyter_features.definitions.source import Source
from jupyter_features.engines.duckdb.engine import DuckDBEngine
from jupyter_features.errors import JupyterFeaturesError
from jupyter_features.operations.gates.answers import Answers, Key, Path, Question, batch, training, wrong_values
from jupyter_features.operations.gates.result import Example, SourceRow
from jupyter_features.operations.gates.sample import Rows, Sample
from jupyter_features.operations.gates.smallest import smallest
from jupyter_features.operations.gates.visibility_mask import visible_mask
from jupyter_features.operations.given_rows import over_given_rows

Candidate = tuple[str, int]
"""A row of a sample: the alias of its reference, and its place."""
Differs = Callable[[Rows, Sequence[Candidate]], bool]
"""Tells of rows, and of some among them, whether those some make the difference."""


@dataclass(frozen=True)
class Session:
    """How an engine is set up; one thread is the fastest for rows that are few."""

    threads: int = 1
    zone: str = "UTC"


PLAIN = Session()


class Trial:
    """Answers of a view over given rows.

    Parameters
    ----------
    sample
        The rows, entities and instants that hold where a method is given no others.
    """

    def __init__(self, view: CompiledView, sample: Sample) -> None:
        self.view = view
        self.sample = sample
        self._engines: dict[Session, DuckDBEngine] = {}

    def answers(
        self,
        path: Path,
        rows: Rows | None = None,
        *,
        instants: Sequence[datetime] | None = None,
        keys: Sequence[Key] | None = None,
        session: Session = PLAIN,
    ) -> Answers:
        """Compute some entities at some instants, by default all, along a path."""
        engine = self._engine(session)
        view = over_given_rows(self.view, self.sample.rows if rows is None else rows, engine)
        return path(
            view,
            engine,
            self.sample.instants if instants is None else instants,
            self.sample.keys if keys is None else keys,
        )

    @cached_property
    def usual(self) -> Answers:
        """What materialization gives over the whole sample."""
        return self.answers(batch)

    @cached_property
    def trained(self) -> Answers:
        """What a training set gives over the whole sample."""
        return self.answers(training)

    def example(
        self, question: Question, expected: Answers, found: Answers, *, labels: tuple[str, str], rows: tuple[SourceRow, ...], blame: str
    ) -> Example:
        """Describe a question that was answered in two ways, `labels` saying which."""
        instant, key = question
        return Example(
            key=tuple(zip(self.view.entity.key_names, key, strict=True)),
            as_of=instant,
            values=wrong_values(self.view, expected.get(question), found.get(question)),
            expected_as=labels[0],
            found_as=labels[1],
            rows=rows,
            blame=blame if rows else "",
        )

    def guilty(self, question: Question | None, candidates: Callable[[Rows], list[Candidate]], differs: Differs) -> tuple[SourceRow, ...]:
        """Find few source rows that make a difference: of the question's entity if its own rows suffice, else of all."""
        own = [self._own_rows(question[1])] if question else []
        for rows in (*own, self.sample.rows):
            found = smallest(candidates(rows), partial(_differs, differs, rows))
            if found:
                return tuple(self._source_row(rows, candidate) for candidate in found)
        return ()

    def visible(self, rows: Rows, instant: datetime) -> dict[str, pa.BooleanArray]:
        """Tell of each row of each reference whether it may be seen at an instant."""
        masks = {}
        for reference in self.view.definition.sources:
            source = self.view.source(reference.source)
            is_keyed = source.is_keyed_by(self.view.entity)
            masks[reference.alias] = visible_mask(source, rows[reference.alias], instant, reference.lookback, is_keyed=is_keyed)
        return masks

    def close(self) -> None:
        """Give the engines back."""
        for engine in self._engines.values():
            engine.close()

    def _engine(self, session: Session) -> DuckDBEngine:
        if session not in self._engines:
            self._engines[session] = DuckDBEngine(Folder(), threads=session.threads, zone=session.zone)
        return self._engines[session]

    def _own_rows(self, key: Key) -> Rows:
        return {
            reference.alias: self._of_entity(self.view.source(reference.source), self.sample.rows[reference.alias], key)
            for reference in self.view.definition.sources
        }

    def _of_entity(self, source: Source, rows: pa.Table, key: Key) -> pa.Table:
        """Keep the rows of one entity; those that no join key picks are everybody's."""
        if not source.is_keyed_by(self.view.entity):
            return rows
        keys = zip(*(rows.column(name).to_pylist() for name in source.key_columns), strict=True)
        return rows.filter(pa.array([found == key for found in keys], pa.bool_()))

    def _source_row(self, rows: Rows, candidate: Candidate) -> SourceRow:
        alias, place = candidate
        (name,) = [reference.source for reference in self.view.definition.sources if reference.alias == alias]
        source = self.view.source(name)
        cells = rows[alias].slice(place, 1).to_pylist()[0]
        first = [*source.key_columns, *(clock for clock in (source.event_timestamp, source.arrival) if clock)]
        names = dict.fromkeys([*first, *source.column_names])
        return SourceRow(name, tuple((column, cells[column]) for column in names))


def all_rows(rows: Rows) -> list[Candidate]:
    """Name every row."""
    return [(alias, place) for alias, table in rows.items() for place in range(table.num_rows)]


def chosen_rows(masks: Mapping[str, pa.BooleanArray]) -> list[Candidate]:
    """Name the rows that masks are true for."""
    return [(alias, place) for alias, mask in masks.items() for place, is_chosen in enumerate(mask.to_pylist()) if is_chosen]


def pick(rows: Rows, candidates: Sequence[Candidate]) -> Rows:
    """Keep some rows, in their order."""
    places: dict[str, list[int]] = {alias: [] for alias in rows}
    for alias, place in candidates:
        places[alias].append(place)
    return {alias: rows[alias].take(pa.array(some, pa.int64())) for alias, some in places.items()}


def _differs(differs: Differs, rows: Rows, some: Sequence[Candidate]) -> bool:
    try:
        return differs(rows, some)
    except JupyterFeaturesError:  # a Python function need not bear having some of its rows only
        return False
