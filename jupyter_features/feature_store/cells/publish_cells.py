"""Publish the feature cells of a notebook, or plan it; each is defined, checked and tested for that, and nothing else is run."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from msgspec import UNSET, UnsetType

from jupyter_features.card import Card, Displayed, Table
from jupyter_features.card import State as CardState
from jupyter_features.errors import SERVICE_FAILURES, InvalidArgumentError, JupyterFeaturesError, NotFoundError
from jupyter_features.feature_store import connect_apart
from jupyter_features.feature_store.against_registry import against_registry
from jupyter_features.feature_store.cells.bench import Bench, OpenStore, apart, defined_once
from jupyter_features.feature_store.cells.notebook_cells import FeatureCell, read_feature_cells
from jupyter_features.operations.outcome import Outcome, exit_code_of
from jupyter_features.operations.plan_move import MovePlan


@dataclass(frozen=True)
class CellPublication:
    """What became of one feature cell; `reference` is the version, empty if there is none yet."""

    index: int
    name: str
    outcome: Outcome
    reference: str = ""
    message: str = ""


@dataclass(frozen=True)
class NotebookPublication(Displayed):
    """What publishing the feature cells of a notebook did, or would do.

    Parameters
    ----------
    ignored
        Sentences about cells that have no effect.
    """

    environment: str
    cells: tuple[CellPublication, ...]
    is_dry_run: bool = False
    ignored: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """See `exit_code_of`."""
        return exit_code_of({each.outcome for each in self.cells})

    def card(self) -> Card:
        """Show one line per cell."""
        states: dict[int, CardState] = {0: "ok", 1: "failed", 3: "warning"}
        rows = [(str(each.index + 1), each.reference or each.name, each.outcome, _short(each)) for each in self.cells]
        label = f"{'dry run, ' if self.is_dry_run else ''}{self.environment}"
        tables = (Table(("cell", "view", "outcome", ""), rows),) if rows else ()
        refused = [
            f"Cell {each.index + 1}, {each.name or 'without a name'}: {each.message}" for each in self.cells if each.outcome == "refused"
        ]
        return Card("Feature cells", label=label, state=states[self.exit_code], tables=tables, notes=[*refused, *self.ignored])


def _short(cell: CellPublication) -> str:
    # Why a cell is refused takes more room than a column has, and stands below.
    return "" if cell.outcome == "refused" else cell.message


def plan_cell(
    content: Mapping[str, Any], name: str, *, cell: int | None = None, folder: Path, open_store: OpenStore = connect_apart
) -> MovePlan:
    """Tell what publishing one feature cell would change; it is defined, checked and tested for that.

    Parameters
    ----------
    cell
        Its index in the notebook; None means the last cell that defines `name`.

    Raises
    ------
    NotFoundError
        If the notebook does not define `name`.
    JupyterFeaturesError
        What defining and testing it, and what it reads of this notebook, may raise.
    """
    with apart(folder, open_store, read_feature_cells(content)) as bench:
        bench.define_named(name, cell)
        return bench.store.plan_publish(name)


def publish_cell(
    content: Mapping[str, Any],
    name: str,
    *,
    cell: int | None = None,
    folder: Path,
    reason: str = "",
    acknowledge: Sequence[str] = (),
    follows: int | UnsetType | None = UNSET,
    open_store: OpenStore = connect_apart,
) -> CellPublication:
    """Publish one feature cell; what refuses it is raised.

    Parameters
    ----------
    cell
        As in `plan_cell`.
    reason, acknowledge, follows
        As in `FeatureStore.publish`.

    Raises
    ------
    NotFoundError
        If the notebook does not define `name`.
    JupyterFeaturesError
        What defining, testing and publishing it may raise.
    """
    with apart(folder, open_store, read_feature_cells(content)) as bench:
        found = bench.define_named(name, cell)
        published = bench.store.publish(name, reason=reason, acknowledge=acknowledge, follows=follows)
        return CellPublication(found.index, name, "published", f"{name}@{published.version}")


def publish_notebook(
    content: Mapping[str, Any],
    *,
    folder: Path,
    names: Collection[str] | None = None,
    dry_run: bool = False,
    reason: str = "",
    acknowledge: Sequence[str] = (),
    open_store: OpenStore = connect_apart,
) -> NotebookPublication:
    """Publish the feature cells of a notebook that differ from the registry, in their order; no other cell is run.

    A name that is defined more than once is published as its last cell has it. A cell that is refused stops no other.

    Parameters
    ----------
    names
        Views to publish; None means all that the notebook defines.
    dry_run
        Plan everything, publish nothing.
    reason, acknowledge
        As in `FeatureStore.publish`.

    Raises
    ------
    NotFoundError
        If the notebook does not define one of the names.
    """
    cells = read_feature_cells(content)
    done: list[CellPublication] = []
    with apart(folder, open_store, cells) as bench:
        for cell in defined_once(cells, names):
            if not bench.declare(cell):
                waiting = [each.name for each in done if each.outcome == "would publish"]
                done.append(_publish(bench, cell, waiting=waiting, dry_run=dry_run, reason=reason, acknowledge=acknowledge))
        return NotebookPublication(bench.store.environment, tuple(done), dry_run, _ignored(cells) if names is None else ())


def read_notebook(path: Path) -> Mapping[str, Any]:
    """Read a notebook file of any version of the format.

    Raises
    ------
    InvalidArgumentError
        If it cannot be read.
    """
    import nbformat

    try:
        content: Mapping[str, Any] = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]  # nbformat does not annotate it
    except (OSError, ValueError, nbformat.ValidationError) as error:
        reason = str(error).partition("\n")[0]
        raise InvalidArgumentError(
            f"{str(path)!r} cannot be read as a notebook: {reason}.", hint="Name a file that Jupyter has written."
        ) from error
    return content


def _ignored(cells: Sequence[FeatureCell]) -> tuple[str, ...]:
    defined = {cell.name for cell in cells if cell.verb == "define"}
    return tuple(
        f"Cell {cell.index + 1} tests {cell.name!r}, which this notebook does not define: the test was not run."
        for cell in cells
        if cell.verb == "test" and cell.name not in defined
    )


def _publish(
    bench: Bench, cell: FeatureCell, *, waiting: Collection[str], dry_run: bool, reason: str, acknowledge: Sequence[str]
) -> CellPublication:
    def outcome(said: Outcome, reference: str = "", message: str = "") -> CellPublication:
        return CellPublication(cell.index, cell.name, said, reference, message)

    try:
        defined = bench.define(cell)
        state, version, message = against_registry(bench.store, defined, cell.published, bench.tests_of(cell.name))
        if state == "unchanged":
            return outcome("unchanged", f"{cell.name}@{version}")
        if not dry_run:
            published = bench.store.publish(defined, reason=reason, acknowledge=acknowledge)
            return outcome("published", f"{published.name}@{published.version}", message)
        refusal = bench.store.plan_publish(defined).refusal(reason=reason, acknowledge=acknowledge)
        return outcome("refused", message=refusal) if refusal else outcome("would publish", message=message or state)
    except SERVICE_FAILURES:
        raise
    except NotFoundError as error:
        if error.name in waiting:
            return outcome("would publish", message=f"It reads {error.name!r}, which would be published before it.")
        return outcome("refused", message=error.in_one_line())
    except JupyterFeaturesError as error:
        return outcome("refused", message=error.in_one_line())
