"""The layers of the package: a module imports from lower layers and its own folder, never sideways or upwards.

Imports inside functions and under `TYPE_CHECKING` count like all others, and so do `import_module("...")` calls.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "jupyter_features"

# From low to high. Units of one layer are siblings that ignore each other; a unit is a folder, or a module beside `__init__.py`.
LAYERS = (
    ("errors", "error_body", "clock", "dtypes", "card", "printable"),
    ("definitions", "config"),
    ("analysis",),
    ("compiler",),
    ("engines", "registry", "online", "drafts", "logs"),
    ("operations",),
    ("skew", "governance"),
    ("serving",),
    ("feature_store",),
    ("widgets", "cli"),
    ("server",),
    ("magics",),
)
HEIGHT = {unit: height for height, units in enumerate(LAYERS) for unit in units}
# What `from jupyter_features import connect` reaches.
FACADE = "feature_store"
SIDEWAYS = {
    # The names of environments follow the rule of all names.
    ("config", "definitions"),
}


@dataclass(frozen=True)
class Import:
    """One import of the package's own modules: who, from which line, and the dotted name below the package."""

    module: str
    line: int
    target: str


def test_every_module_imports_only_from_lower_layers_and_its_own_folder():
    assert violations(PACKAGE) == []


def test_every_exception_is_used():
    found = {(_unit(each.module), _unit(each.target)) for path in PACKAGE.rglob("*.py") for each in imports(PACKAGE, path)}

    assert found >= SIDEWAYS


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("analysis/parse.py", "import jupyter_features.registry.schema"),
        ("analysis/parse.py", "from jupyter_features.registry import schema"),
        ("analysis/parse.py", "from jupyter_features import registry"),
        ("analysis/parse.py", "from jupyter_features import connect"),
        ("analysis/parse.py", "from ..registry.schema import tables"),
        ("analysis/passes/parse.py", "from ...registry import schema"),
        ("analysis/parse.py", "def late():\n    from jupyter_features.registry import schema"),
        ("analysis/parse.py", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from jupyter_features.registry import schema"),
        ("analysis/parse.py", "from importlib import import_module\nimport_module('jupyter_features.registry.schema')"),
        ("registry/schema.py", "from jupyter_features.online import keys"),
        ("drafts.py", "from jupyter_features.registry import schema"),
        ("errors.py", "from jupyter_features.config import load_settings"),
    ],
)
def test_a_planted_upward_or_sideways_import_is_reported(tmp_path: Path, path: str, text: str):
    package = _package(tmp_path, path, text)

    (found,) = violations(package)

    assert found.startswith(f"{path}:{len(text.splitlines())} ")


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("operations/publish.py", "from jupyter_features.registry import schema"),
        ("registry/schema.py", "from .tables import names"),
        ("clock.py", "from jupyter_features.errors import JupyterFeaturesError"),
        ("magics/magics.py", "from jupyter_features import connect"),
        ("__init__.py", "from jupyter_features.server.points import paths"),
        ("analysis/parse.py", "import sqlglot.registry"),
    ],
)
def test_a_downward_import_and_one_from_the_own_folder_are_allowed(tmp_path: Path, path: str, text: str):
    assert violations(_package(tmp_path, path, text)) == []


def test_a_folder_that_no_layer_names_is_reported(tmp_path: Path):
    assert violations(_package(tmp_path, "utils/text.py", "")) == ["utils/text.py: 'utils' is in no layer"]


def violations(package: Path) -> list[str]:
    """List every breach, as `path:line imports target`, in the order of files and lines."""
    found = []
    for path in sorted(package.rglob("*.py")):
        shown = path.relative_to(package).as_posix()
        unit = _unit(_module(package, path))
        if unit and unit not in HEIGHT:
            found.append(f"{shown}: {unit!r} is in no layer")
            continue
        upward = [each for each in imports(package, path) if not _is_allowed(unit, _unit(each.target))]
        found += [f"{shown}:{each.line} imports {each.target}" for each in upward]
    return found


def imports(package: Path, path: Path) -> Iterator[Import]:
    """Read all imports of the package's own modules, wherever they stand in the file."""
    module = _module(package, path)
    folder = [package.name, *path.relative_to(package).parts[:-1]]
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        for name in _imported(node, folder):
            root, _, target = name.partition(".")
            if root == package.name:
                yield Import(module, node.lineno, target)  # type: ignore[attr-defined]  # an import is a statement or a call


def _imported(node: ast.AST, folder: list[str]) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        origin = [*folder[: len(folder) - node.level + 1], *filter(None, [node.module])] if node.level else [node.module or ""]
        return [".".join([*origin, alias.name]) for alias in node.names]
    if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("import_module", "__import__")):
        return [str(argument.value) for argument in node.args[:1] if isinstance(argument, ast.Constant)]
    return []


def _is_allowed(unit: str, target: str) -> bool:
    # `__init__.py` of the package stands above all layers: it is the lazy facade.
    if not unit or unit == target:
        return True
    target = target if target in HEIGHT else FACADE
    own, other = HEIGHT[unit], HEIGHT[target]
    # Modules of the lowest layer lie in one folder, the package itself.
    return other < own or other == own == 0 or (unit, target) in SIDEWAYS


def _module(package: Path, path: Path) -> str:
    return ".".join(path.relative_to(package).with_suffix("").parts).removesuffix("__init__").rstrip(".")


def _unit(module: str) -> str:
    return module.partition(".")[0]


def _package(folder: Path, path: str, text: str) -> Path:
    package = folder / "jupyter_features"
    file = package / path
    file.parent.mkdir(parents=True)
    file.write_text(text + "\n", "utf-8")
    return package
