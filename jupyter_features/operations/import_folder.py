"""A folder of definitions, as `export` writes it, read file by file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from jupyter_features.errors import InvalidArgumentError, JupyterFeaturesError, NotFoundError
from jupyter_features.operations.declaration_lines import Declaration, read_declarations
from jupyter_features.operations.definition_text import ReadDefinition, read_definition
from jupyter_features.operations.export import DECLARATIONS, SUFFIXES, VIEWS

_STEM = re.compile(r"(?P<name>\w+)(?P<pin>@\d+)?\Z")


@dataclass(frozen=True)
class Importable:
    """One definition of a folder.

    Parameters
    ----------
    is_served
        False for a version that is only read by another view.
    read
        What its file says; or why it cannot be read.
    declarations
        Those that it reads otherwise than the rest of the folder.
    tests
        Its feature tests, as written.
    """

    stem: str
    name: str
    is_served: bool
    read: ReadDefinition | JupyterFeaturesError
    declarations: tuple[Declaration, ...] = ()
    tests: tuple[str, ...] = ()


@dataclass(frozen=True)
class ImportFolder:
    """What a folder declares, and its definitions: each comes after those that it reads, and an older version before the served one."""

    declarations: tuple[Declaration, ...]
    definitions: tuple[Importable, ...]


def read_folder(folder: Path) -> ImportFolder:
    """Read declarations, definitions and tests.

    Raises
    ------
    NotFoundError
        If the folder holds no definitions.
    InvalidArgumentError
        If the declarations cannot be read.
    """
    declarations = folder / DECLARATIONS
    if not declarations.is_file():
        raise NotFoundError("folder of definitions", str(folder), hint="Make one: jupyter features export FOLDER.")
    paths = sorted(path for path in (folder / VIEWS).glob("*") if path.suffix in SUFFIXES and not path.name.startswith("."))
    return ImportFolder(read_declarations(_text(declarations)), tuple(sorted(map(_read, paths), key=_order)))


def _order(each: Importable) -> tuple[bool, str, bool, int]:
    if isinstance(each.read, JupyterFeaturesError):
        return True, each.name, True, 0
    # An on-demand view reads others, and never one that is on-demand itself.
    return each.read.definition.is_on_demand, each.name, each.is_served, each.read.origin.version if each.read.origin else 0


def _read(path: Path) -> Importable:
    match = _STEM.match(path.stem)
    name = match["name"] if match else path.stem
    is_served = match is None or match["pin"] is None
    beside = path.with_name(f"{path.stem}.{DECLARATIONS}")
    tests = sorted(path.parent.glob(f"{path.stem}.test*.txt"), key=lambda test: (len(test.name), test.name))
    try:
        read = read_definition(name, _text(path), is_python=path.suffix == ".py")
        declarations = read_declarations(_text(beside)) if beside.exists() else ()
        return Importable(path.stem, name, is_served, read, declarations, tuple(map(_text, tests)))
    except JupyterFeaturesError as error:
        return Importable(path.stem, name, is_served, error)


def _text(path: Path) -> str:
    try:
        # Not `read_text`, which makes other line breaks of some.
        return path.read_bytes().decode()
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidArgumentError(f"{path.name} cannot be read: {error}.", hint="Mend the file.") from error
