"""Compare the feature cells of a notebook with the registry; no function is called and no row is computed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from jupyter_features.card import Card, Displayed, Table
from jupyter_features.errors import SERVICE_FAILURES, ForbiddenError, JupyterFeaturesError
from jupyter_features.feature_store import connect_apart
from jupyter_features.feature_store.against_registry import State, against_registry
from jupyter_features.feature_store.cells.bench import Bench, OpenStore, apart
from jupyter_features.feature_store.cells.notebook_cells import FeatureCell, read_feature_cells
from jupyter_features.operations.defined import Defined

CellStateName = State | Literal["broken"]


@dataclass(frozen=True)
class CellState:
    """One feature cell against the registry.

    Parameters
    ----------
    index
        Of the cell in the notebook, from 0.
    state
        `new`: no version has this name. `unchanged`: the environment serves this very definition, in these words.
        `changed`: it serves another one, or nothing, other words or feature tests. `version gone`: the version with this very definition
        is yanked or its view retired, or the version that the cell's metadata names is not in this registry. `broken`: the
        cell cannot be defined.
    version
        With this very definition; None if there is none.
    message
        What there is to say in a sentence; may be empty.
    rules
        Ids of the rules that are broken, or warn.
    owner
        Team that the cell names; empty if it names none, or is broken.
    replaced_by
        Index of the last cell that defines the same name, which is what counts; None if this is it.
    """

    index: int
    name: str
    state: CellStateName
    version: int | None = None
    message: str = ""
    rules: tuple[str, ...] = ()
    owner: str = ""
    replaced_by: int | None = None


@dataclass(frozen=True)
class NotebookStates(Displayed):
    """The feature cells of a notebook, in its order."""

    environment: str
    cells: tuple[CellState, ...]

    def card(self) -> Card:
        """Show one line per cell."""
        rows = [(str(each.index + 1), each.name, each.state, each.message) for each in self.cells]
        is_broken = any(each.state == "broken" for each in self.cells)
        tables = (Table(("cell", "view", "state", ""), rows),) if rows else ()
        return Card("Feature cells", label=f"against {self.environment}", state="failed" if is_broken else "ok", tables=tables)


def notebook_states(content: Mapping[str, Any], *, folder: Path, open_store: OpenStore = connect_apart) -> NotebookStates:
    """Compare the feature cells of a notebook with the registry. No function is called and no row is computed.

    Parameters
    ----------
    content
        JSON of the notebook, saved or not.
    folder
        Of the notebook: its project is looked for from there, and relative paths of sources start there.

    Raises
    ------
    InvalidArgumentError
        If `content` is not the JSON of a notebook.
    RegistryError
        If the registry cannot be read.
    """
    cells = read_feature_cells(content)
    with apart(folder, open_store, cells, computes=False) as bench:
        states = [_state_of(bench, cell) for cell in cells if not bench.declare(cell) and cell.verb == "define"]
        last = {state.name: state.index for state in states if state.name}
        states = [replace(state, replaced_by=_other(last.get(state.name), state.index)) for state in states]
        return NotebookStates(bench.store.environment, tuple(states))


def _other(last: int | None, index: int) -> int | None:
    return None if last == index else last


def _state_of(bench: Bench, cell: FeatureCell) -> CellState:
    try:
        return _compared(bench, cell, bench.define(cell, is_tested=False))
    except (*SERVICE_FAILURES, ForbiddenError):
        # No cell is at fault where the registry is down, or does not let one read.
        raise
    except JupyterFeaturesError as error:
        rules = (error.code,) if error.code.startswith("JF1") else ()
        return CellState(cell.index, cell.name, "broken", message=error.in_one_line(), rules=rules)


def _compared(bench: Bench, cell: FeatureCell, defined: Defined) -> CellState:
    rules = tuple(warning.rule for warning in defined.warnings)
    state, version, message = against_registry(bench.store, defined, cell.published, bench.tests_of(cell.name))
    return CellState(cell.index, cell.name, state, version, message, rules, defined.view.definition.owner)
