"""The feature cells of a notebook file against the registry: compared, planned and published, with nothing else of it run."""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

from jupyter_features.card import Card, Displayed, Table
from jupyter_features.card import State as CardState
from jupyter_features.cli.notebook_cells import FeatureCell, read_feature_cells
from jupyter_features.cli.parser import parse
from jupyter_features.cli.verbs import run_verb
from jupyter_features.definitions.feature_view import CompiledView
from jupyter_features.errors import InvalidArgumentError, JupyterFeaturesError, LifecycleError, NotFoundError
from jupyter_features.feature_store import FeatureStore, connect_apart
from jupyter_features.operations.defined import Defined
from jupyter_features.operations.plan_move import MovePlan

State = Literal["new", "unchanged", "changed", "version gone", "broken"]
Outcome = Literal["unchanged", "published", "would publish", "refused"]


class OpenStore(Protocol):
    """Opens the features of the notebook's project with drafts of its own; see `connect_apart`."""

    def __call__(self, folder: Path, *, drafts: Path, computes: bool = True) -> FeatureStore:
        """Open it."""
        ...


@dataclass(frozen=True)
class CellState:
    """One feature cell against the registry.

    Parameters
    ----------
    index
        Of the cell in the notebook, from 0.
    state
        `new`: no version has this name. `unchanged`: the environment serves this very definition, in these words.
        `changed`: it serves another one, or nothing, or other words. `version gone`: the version with this very definition
        is yanked or its view retired, or the version that the cell's metadata names is not in this registry. `broken`: the
        cell cannot be defined.
    version
        With this very definition; None if there is none.
    message
        What there is to say in a sentence; may be empty.
    rules
        Ids of the rules that are broken, or warn.
    """

    index: int
    name: str
    state: State
    version: int | None = None
    message: str = ""
    rules: tuple[str, ...] = ()


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
    """What publishing the feature cells of a notebook did, or would do."""

    environment: str
    cells: tuple[CellPublication, ...]
    is_dry_run: bool = False

    @property
    def exit_code(self) -> int:
        """0 done, or nothing to do; 1 a cell is refused; 3 a dry run that found something to publish."""
        outcomes = {each.outcome for each in self.cells}
        return 1 if "refused" in outcomes else 3 if "would publish" in outcomes else 0

    def card(self) -> Card:
        """Show one line per cell."""
        states: dict[int, CardState] = {0: "ok", 1: "failed", 3: "warning"}
        rows = [(str(each.index + 1), each.reference or each.name, each.outcome, each.message) for each in self.cells]
        label = f"{'dry run, ' if self.is_dry_run else ''}{self.environment}"
        tables = (Table(("cell", "view", "outcome", ""), rows),) if rows else ()
        return Card("Feature cells", label=label, state=states[self.exit_code], tables=tables)


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
    """
    cells = read_feature_cells(content)
    with _apart(folder, open_store, cells, computes=False) as bench:
        states = [_state_of(bench, cell) for cell in cells if not bench.declare(cell) and cell.verb == "define"]
        return NotebookStates(bench.store.environment, tuple(states))


def plan_cell(content: Mapping[str, Any], name: str, *, folder: Path, open_store: OpenStore = connect_apart) -> MovePlan:
    """Tell what publishing one feature cell would change; it is defined, checked and tested for that.

    Raises
    ------
    NotFoundError
        If the notebook does not define `name`.
    JupyterFeaturesError
        What defining and testing it, and what it reads of this notebook, may raise.
    """
    with _apart(folder, open_store, read_feature_cells(content)) as bench:
        bench.define_named(name)
        return bench.store.plan_publish(name)


def publish_cell(
    content: Mapping[str, Any],
    name: str,
    *,
    folder: Path,
    reason: str = "",
    acknowledge: Sequence[str] = (),
    open_store: OpenStore = connect_apart,
) -> CellPublication:
    """Publish one feature cell; what refuses it is raised.

    Raises
    ------
    NotFoundError
        If the notebook does not define `name`.
    JupyterFeaturesError
        What defining, testing and publishing it may raise.
    """
    with _apart(folder, open_store, read_feature_cells(content)) as bench:
        cell = bench.define_named(name)
        published = bench.store.publish(name, reason=reason, acknowledge=acknowledge)
        return CellPublication(cell.index, name, "published", f"{name}@{published.version}")


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
    return publish_cells(cells, folder=folder, names=names, dry_run=dry_run, reason=reason, acknowledge=acknowledge, open_store=open_store)


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


def publish_cells(
    cells: Sequence[FeatureCell],
    *,
    folder: Path,
    names: Collection[str] | None = None,
    dry_run: bool = False,
    reason: str = "",
    acknowledge: Sequence[str] = (),
    open_store: OpenStore = connect_apart,
) -> NotebookPublication:
    """Publish feature cells, wherever they were read; see `publish_notebook`."""
    done: list[CellPublication] = []
    with _apart(folder, open_store, cells) as bench:
        for cell in _defined_once(cells, names):
            if not bench.declare(cell):
                waiting = [each.name for each in done if each.outcome == "would publish"]
                done.append(_publish(bench, cell, waiting=waiting, dry_run=dry_run, reason=reason, acknowledge=acknowledge))
        return NotebookPublication(bench.store.environment, tuple(done), dry_run)


@dataclass(frozen=True)
class _Bench:
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

    def define_named(self, name: str) -> FeatureCell:
        """Run every declaration that stands before the definition of a view, and the definition with its tests; give its cell."""
        for cell in _defined_once(self.cells, [name]):
            if not self.declare(cell):
                self.define(cell)
                return cell
        raise NotFoundError("feature cell", name)

    def _run(self, cell: FeatureCell) -> Displayed:
        options = parse(cell.words)
        if getattr(options, "file", None) is not None:
            raise InvalidArgumentError("--file is for the terminal.", hint="Write the text in the cell.")
        return run_verb(self.store, options, cell.body)


@contextmanager
def _apart(folder: Path, open_store: OpenStore, cells: Sequence[FeatureCell], *, computes: bool = True) -> Iterator[_Bench]:
    with (
        tempfile.TemporaryDirectory(prefix="jupyter_features_") as drafts,
        closing(open_store(folder, drafts=Path(drafts) / "drafts.db", computes=computes)) as store,
    ):
        yield _Bench(store, cells)


def _state_of(bench: _Bench, cell: FeatureCell) -> CellState:
    try:
        return _compared(bench.store, cell, bench.define(cell, is_tested=False))
    except JupyterFeaturesError as error:
        rules = (error.code,) if error.code.startswith("JF1") else ()
        return CellState(cell.index, cell.name, "broken", message=_told(error), rules=rules)


def _compared(store: FeatureStore, cell: FeatureCell, defined: Defined) -> CellState:
    rules = tuple(warning.rule for warning in defined.warnings)
    state, version, message = _against_registry(store, defined, cell.published)
    return CellState(cell.index, cell.name, state, version, message, rules)


def _against_registry(store: FeatureStore, defined: Defined, remembered: str) -> tuple[State, int | None, str]:
    name, environment = defined.name, store.environment
    version = int(defined.published_as.rpartition("@")[2]) if defined.published_as else None
    if version is not None:
        detail = store.view_detail(name, version)
        if detail.standing.state in ("yanked", "retired"):
            return "version gone", version, f"{name}@{version} is {detail.standing.state}: {detail.standing.reason}."
        if environment in detail.environments:
            words = _other_words(defined.view, detail.owner, detail.description, detail.tags)
            return ("changed", version, f"The {words} would change.") if words else ("unchanged", version, "")
    if gone := _gone(store, remembered):
        return "version gone", version, gone
    try:
        served = store.view_detail(name)
    except LifecycleError as error:
        return "version gone", version, error.message
    except NotFoundError:
        known = version is not None or _is_known(store, name)
        return ("changed", version, f"{environment} does not serve it.") if known else ("new", None, "")
    older = f" This is {name}@{version}." if version is not None else ""
    return "changed", version, f"{environment} serves {name}@{served.version}.{older}"


def _other_words(view: CompiledView, owner: str, description: str, tags: tuple[str, ...]) -> str:
    own = view.definition
    pairs = {"owner": (own.owner, owner), "description": (own.description, description), "tags": (own.tags, tags)}
    return ", ".join(name for name, (mine, theirs) in pairs.items() if mine != theirs)


def _gone(store: FeatureStore, remembered: str) -> str:
    """Say that the version which the cell's metadata names is not in this registry; empty if it is."""
    name, _, number = remembered.partition("@")
    if not number.isdigit():
        return ""
    try:
        store.view_detail(name, int(number))
    except NotFoundError:
        return f"The cell was published as {remembered}, which is not in this registry."
    return ""


def _is_known(store: FeatureStore, name: str) -> bool:
    """Tell whether a version of this name was ever published; the first one stays."""
    try:
        store.view_detail(name, 1)
    except NotFoundError:
        return False
    return True


def _defined_once(cells: Sequence[FeatureCell], names: Collection[str] | None) -> tuple[FeatureCell, ...]:
    """Leave out tests, and definitions that are not asked for or that a later cell replaces."""
    last = {cell.name: cell.index for cell in cells if cell.verb == "define"}
    wanted = set(last) if names is None else set(names)
    for name in wanted - set(last):
        raise NotFoundError("feature cell", name, tuple(last), hint=f"Define it in a %%feature {name} cell.")
    return tuple(
        cell for cell in cells if cell.is_declaration or (cell.verb == "define" and cell.name in wanted and last[cell.name] == cell.index)
    )


def _publish(
    bench: _Bench, cell: FeatureCell, *, waiting: Collection[str], dry_run: bool, reason: str, acknowledge: Sequence[str]
) -> CellPublication:
    def outcome(said: Outcome, reference: str = "", message: str = "") -> CellPublication:
        return CellPublication(cell.index, cell.name, said, reference, message)

    try:
        defined = bench.define(cell)
        state, version, message = _against_registry(bench.store, defined, cell.published)
        if state == "unchanged":
            return outcome("unchanged", f"{cell.name}@{version}")
        if not dry_run:
            published = bench.store.publish(defined, reason=reason, acknowledge=acknowledge)
            return outcome("published", f"{published.name}@{published.version}", message)
        blockers = bench.store.plan_publish(defined).blockers
        return outcome("refused", message=f"{blockers[0]}.") if blockers else outcome("would publish", message=message or state)
    except NotFoundError as error:
        if error.name in waiting:
            return outcome("would publish", message=f"It reads {error.name!r}, which would be published before it.")
        return outcome("refused", message=_told(error))
    except JupyterFeaturesError as error:
        return outcome("refused", message=_told(error))


def _told(error: JupyterFeaturesError) -> str:
    """Word an error in one line, with the line of the cell that is at fault."""
    where = f"Line {error.place.line}: " if error.place else ""
    hint = error.hint.partition("\n")[0]
    return " ".join(filter(None, (f"{where}{error.message}", hint)))
