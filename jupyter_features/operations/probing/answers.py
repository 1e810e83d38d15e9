"""Answers on the probe: what a view serves for made-up rows, along the same path as for any others."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from jupyter_features.analysis.literals import Literals
from jupyter_features.definitions.feature_view import CompiledView
from jupyter_features.definitions.source import Source
from jupyter_features.engines.duckdb.engine import DuckDBEngine
from jupyter_features.operations.arrow_types import arrow_type
from jupyter_features.operations.defaults import fill_defaults
from jupyter_features.operations.evaluate import at_rows
from jupyter_features.operations.given_rows import over_given_rows
from jupyter_features.operations.on_demand import input_types, on_demand
from jupyter_features.operations.probing.dice import Dice
from jupyter_features.operations.probing.instants import asked_instants
from jupyter_features.operations.probing.rows import Setting, key_values, source_rows
from jupyter_features.operations.probing.values import column_values

VERSION = "2"
"""Of the made-up rows: whoever changes any of them raises it, because old signatures then no longer compare."""


@dataclass(frozen=True)
class Probe:
    """Which rows are made up and asked about; equal probes ask views with the same types of join keys the same questions.

    Parameters
    ----------
    name
        Another name gives other rows.
    entities
        Number of entities that may have rows.
    everybody
        Number of rows of a source without a key.
    inputs
        Number of rows that an on-demand view is asked about.
    """

    name: str
    literals: Literals
    entities: int
    everybody: int
    inputs: int


@dataclass(frozen=True)
class ProbeAnswers:
    """Answers for the questions of a probe, in their order.

    Parameters
    ----------
    features
        Served values, declared defaults included, shape (number of questions, number of features).
    found
        Whether Q gives a row, shape (number of questions,).
    """

    features: pa.Table
    found: np.ndarray


class Prober:
    """Asks views about made-up rows, in an engine of its own.

    It keeps the rows it has made up: open one for a search, or for signing some views, and close it.
    """

    def __init__(self) -> None:
        # What somebody else has published is computed here without being asked for.
        self._engine = DuckDBEngine(Path(), is_sealed=True)
        self._rows: dict[tuple[Source, Setting], pa.Table] = {}

    def __enter__(self) -> Prober:
        return self

    def __exit__(self, *_: object) -> None:
        self._engine.close()

    def ask(self, view: CompiledView, probe: Probe) -> ProbeAnswers:
        """Compute a view for every question of a probe.

        Raises
        ------
        JupyterFeaturesError
            If the view cannot be computed on such rows, such as a text that is cast to a number.
        """
        with warnings.catch_warnings():
            # What numpy says of a mean of nothing is about made-up rows, and no news to the author.
            warnings.simplefilter("ignore")
            return self._ask_on_demand(view, probe) if view.definition.is_on_demand else self._ask_stored(view, probe)

    def _ask_stored(self, view: CompiledView, probe: Probe) -> ProbeAnswers:
        instants = asked_instants(probe.literals, many=not view.entity.join_keys)
        setting = Setting(probe.name, probe.literals, instants, probe.entities, probe.everybody)
        rows = {reference.alias: self._rows_of(view.source(reference.source), setting) for reference in view.definition.sources}
        given = over_given_rows(view, rows, self._engine)
        keys = _asked_keys(view, setting)
        values = at_rows(given, self._engine, *_questions(keys, instants))
        features = fill_defaults(view, values.features, pc.invert(values.found))
        return ProbeAnswers(features, values.found.to_numpy(zero_copy_only=False))

    def _rows_of(self, source: Source, setting: Setting) -> pa.Table:
        key = (source, setting)
        if key not in self._rows:
            self._rows[key] = source_rows(source, setting)
        return self._rows[key]

    def _ask_on_demand(self, view: CompiledView, probe: Probe) -> ProbeAnswers:
        """Make up the inputs themselves: a feature is another column than any other, a request column is its name."""
        columns = {
            each.name: column_values(
                each.name, each.dtype, probe.inputs, Dice(probe.name, identity, each.dtype), probe.literals, own_text=each.name
            )
            for each, identity in zip(input_types(view.inputs, view.definition.request), input_identities(view), strict=True)
        }
        features = on_demand(view, pa.table(columns), self._engine)
        return ProbeAnswers(features, np.ones(probe.inputs, dtype=bool))


def probe_identity(view: CompiledView) -> str:
    """Name the probe that a view is asked on: its version, and the types of the keys that questions are asked by."""
    if view.definition.is_on_demand:
        return f"{VERSION}:on demand"
    return f"{VERSION}:{','.join(key.dtype for key in view.entity.join_keys) or 'global'}"


def input_identities(view: CompiledView) -> list[str]:
    """Say what each input of an on-demand view is, in the order of `input_types`.

    A feature is known by the fingerprint of its view, a request column by its name.
    """
    features = [f"feature {each.view.fingerprint}:{feature}" for each in view.inputs for feature, _ in each.outputs]
    return [*features, *(f"request {column.name}" for column in view.definition.request)]


def _questions(keys: pa.Table, instants: Sequence[datetime]) -> tuple[pa.Table, pa.Array]:
    """Ask about each key at each instant; without a join key, once at each instant."""
    if not keys.num_columns:
        return keys, pa.array(instants, pa.timestamp("us"))
    repeated = np.repeat(np.arange(keys.num_rows), len(instants))
    return keys.take(pa.array(repeated)), pa.array([*instants] * keys.num_rows, pa.timestamp("us"))


def _asked_keys(view: CompiledView, setting: Setting) -> pa.Table:
    """Ask about every entity that may have rows, and about one that nobody knows."""
    dtypes = [key.dtype for key in view.entity.join_keys]
    places: Sequence[int] = (*range(setting.entities), setting.entities + 100)
    keys = [key_values(dtypes, place, setting.literals) for place in places]
    columns = [pa.array([key[index] for key in keys], arrow_type(dtype)) for index, dtype in enumerate(dtypes)]
    return pa.Table.from_arrays(columns, names=list(view.entity.key_names))
