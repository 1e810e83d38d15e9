"""A folder of definitions, as `export` writes it, read as the feature cells that it would be in a notebook."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from jupyter_features.cli.define_options import merge_header
from jupyter_features.cli.notebook_cells import FeatureCell
from jupyter_features.cli.parser import parse, split
from jupyter_features.cli.publish_cells import NotebookPublication, publish_cells
from jupyter_features.cli.verbs import Body
from jupyter_features.definitions.reference import parse_reference
from jupyter_features.errors import InvalidArgumentError, NotFoundError
from jupyter_features.operations.export import DECLARATIONS, VIEWS

_SUFFIXES = (".sql", ".py")


def publish_folder(
    definitions: Path, *, folder: Path, dry_run: bool = False, reason: str = "", acknowledge: Sequence[str] = ()
) -> NotebookPublication:
    """Publish the definitions of a folder that differ from the registry; each is defined, checked and tested here.

    Parameters
    ----------
    folder
        Where the project is looked for, and relative paths of sources start.
    dry_run, reason, acknowledge
        As in `publish_notebook`.

    Raises
    ------
    NotFoundError
        If the folder holds no definitions.
    InvalidArgumentError
        If a file cannot be read, or views read each other in a circle.
    """
    cells = read_folder(definitions)
    return publish_cells(cells, folder=folder, dry_run=dry_run, reason=reason, acknowledge=acknowledge)


def read_folder(definitions: Path) -> tuple[FeatureCell, ...]:
    """Read declarations, definitions and tests; a view comes after those that it reads."""
    declarations = definitions / DECLARATIONS
    if not declarations.is_file():
        raise NotFoundError("folder of definitions", str(definitions), hint="Make one: jupyter features export FOLDER.")
    lines = [tuple(split(line)) for line in _read(declarations).splitlines() if line.strip()]
    declared = [FeatureCell(index, words[1], words) for index, words in enumerate(lines) if len(words) > 1]
    paths = sorted(path for path in (definitions / VIEWS).glob("*") if path.suffix in _SUFFIXES)
    cells = [*declared, *_inputs_first([_definition(len(declared) + index, path) for index, path in enumerate(paths)])]
    tests = sorted((definitions / VIEWS).glob("*.test*.txt"))
    names = [path.name.partition(".")[0] for path in tests]
    return (*cells, *(_cell(-1, "test", name, path) for name, path in zip(names, tests, strict=True)))


def _definition(index: int, path: Path) -> FeatureCell:
    return _cell(index, "define", path.stem, path)


def _cell(index: int, verb: str, name: str, path: Path) -> FeatureCell:
    return FeatureCell(index, name, (verb, name), Body(_read(path)))


def _inputs_first(cells: list[FeatureCell]) -> list[FeatureCell]:
    reads = {cell.name: _inputs(cell) for cell in cells}
    ordered: list[FeatureCell] = []
    left = list(cells)
    while left:
        done = {cell.name for cell in ordered}
        ready = [cell for cell in left if reads[cell.name] & reads.keys() <= done]
        if not ready:
            raise InvalidArgumentError(f"{left[0].name!r} reads itself through its inputs.", hint="Mend its file.")
        ordered += ready
        left = [cell for cell in left if cell not in ready]
    return ordered


def _inputs(cell: FeatureCell) -> set[str]:
    assert cell.body is not None
    options = merge_header(parse(cell.words), cell.body.text, cell.body.first_line)
    return {parse_reference(text).view for text in options.inputs}


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidArgumentError(f"{path.name} cannot be read: {error}.", hint="Mend the file.") from error
