"""A bench: feature cells tried on a store apart, with nothing else of their notebook run."""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from jupyter_features.card import Displayed
from jupyter_features.errors import InvalidArgumentError, JupyterFeaturesError, NotFoundError
from jupyter_features.feature_store import FeatureStore
from jupyter_features.feature_store.cells.declaring import parse_cell, run_cell
from jupyter_features.feature_store.cells.notebook_cells import FeatureCell
from jupyter_features.operations.defined import Defined


class OpenStore(Protocol):
    """Opens the features of the notebook's project with drafts of its own; see `connect_apart`."""

    def __call__(self, folder: Path, /, *, drafts: Path, computes: bool = True) -> FeatureStore:
        """Open it."""
        ...


@dataclass(frozen=True)
class Bench:
    """A store apart and the cells that are tried on it; `problems` are the declarations that failed, by name."""

    store: FeatureStore
    cells: Sequence[FeatureCell]
    problems: dict[str, JupyterFeaturesError] = field(default_factory=dict)

    def declare(self, cell: FeatureCell) -> bool:
        """Run an `entity` or `source` line; False if the cell is none. A failure is told by the first cell that needs it."""
        if cell.is_declaration:
            try:
                self._run(cell)
            except JupyterFeaturesError as error:
                self.problems[cell.name] = error
        return cell.is_declaration

    def define(self, cell: FeatureCell, *, is_tested: bool = True) -> Defined:
        """Run a definition, and its tests wherever they stand."""
        try:
            defined = self._run(cell)
        except NotFoundError as error:
            if error.name in self.problems:
                raise self.problems[error.name] from error
            raise
        assert isinstance(defined, Defined)
        for test in self.cells:
            if is_tested and test.verb == "test" and test.name == defined.name:
                self._run(test)
        return defined

    def tests_of(self, name: str) -> tuple[str, ...]:
        """Give the feature tests that count for a view, as written: the last cell replaces those before."""
        return tuple(cell.body.text for cell in self.cells if cell.verb == "test" and cell.name == name and cell.body)[-1:]

    def define_named(self, name: str, index: int | None = None) -> FeatureCell:
        """Run every declaration that stands before the definition of a view, and the definition with its tests; give its cell.

        Parameters
        ----------
        index
            Of the cell that is meant; None means the last one that defines the name.
        """
        cells = [cell for cell in self.cells if index is None or cell.is_declaration or cell.index == index]
        for cell in defined_once(cells, [name]):
            if not self.declare(cell):
                self.define(cell)
                return cell
        raise NotFoundError("feature cell", name)

    def _run(self, cell: FeatureCell) -> Displayed:
        if cell.problem is not None:
            raise cell.problem
        options = parse_cell(cell.words)
        if getattr(options, "file", None) is not None:
            raise InvalidArgumentError("--file is for the terminal.", hint="Write the text in the cell.")
        return run_cell(self.store, options, cell.body)


@contextmanager
def apart(folder: Path, open_store: OpenStore, cells: Sequence[FeatureCell], *, computes: bool = True) -> Iterator[Bench]:
    """Open a bench whose drafts go with it; see `connect_apart` for `computes`."""
    with (
        tempfile.TemporaryDirectory(prefix="jupyter_features_") as drafts,
        closing(open_store(folder, drafts=Path(drafts) / "drafts.db", computes=computes)) as store,
    ):
        yield Bench(store, cells)


def defined_once(cells: Sequence[FeatureCell], names: Collection[str] | None) -> tuple[FeatureCell, ...]:
    """Leave out tests, and definitions that are not asked for or that a later cell replaces."""
    last = {cell.name: cell.index for cell in cells if cell.verb == "define"}
    wanted = set(last) if names is None else set(names)
    for name in wanted - set(last):
        raise NotFoundError("feature cell", name, tuple(last), hint=f"Define it in a %%feature {name} cell.")
    return tuple(
        cell for cell in cells if cell.is_declaration or (cell.verb == "define" and cell.name in wanted and last[cell.name] == cell.index)
    )
