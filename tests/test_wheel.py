"""One wheel carries Python, the server extension and the built JupyterLab extension; its users need no node."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = ("jupyter_features", "jupyter-config", "labextension", "pyproject.toml", "README.md", "LICENSE")
BUILT = ROOT / "jupyter_features" / "labextension"
BUILD_INPUTS = ("src", "style", "schema", "package.json", "package-lock.json", "tsconfig.json")


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of an sdist, built from a copy of the tree, and of the wheel built from that sdist.

    A built extension that is newer than its sources is taken over; else the build makes a new one.
    """
    tree = tmp_path_factory.mktemp("tree")
    for name in SOURCES:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, tree / name, ignore=_left_out, symlinks=True)
        else:
            shutil.copy2(source, tree / name)
    if not _is_built():
        shutil.rmtree(tree / "jupyter_features" / "labextension", ignore_errors=True)
    _run([sys.executable, "-m", "build", "--no-isolation", "--outdir", str(tree / "dist"), str(tree)], path=_PATH)
    return tree / "dist"


@pytest.fixture(scope="module")
def wheel(dist: Path) -> Path:
    return next(dist.glob("*.whl"))


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new environment with JupyterLab and the wheel in it, and nothing of the development environment."""
    folder = tmp_path_factory.mktemp("user") / "venv"
    _run(["uv", "venv", "--python", sys.executable, str(folder)], path=_PATH)
    python = folder / "bin" / "python"
    pins = _run(["uv", "pip", "freeze", "--python", sys.executable, "--exclude-editable"], path=_PATH)
    constraints = folder / "constraints.txt"
    constraints.write_text("\n".join(line for line in pins.splitlines() if "==" in line and not line.startswith("jupyter_features")))
    _run(["uv", "pip", "install", "--python", str(python), "--constraint", str(constraints), str(wheel), "jupyterlab"], path=_PATH)
    return folder


def test_the_wheel_carries_the_extensions_and_nothing_that_only_developers_need(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    data = f"{wheel.name.split('-py3')[0]}.data/data"

    assert f"{data}/etc/jupyter/jupyter_server_config.d/jupyter_features.json" in names
    assert f"{data}/share/jupyter/labextensions/jupyter-features/install.json" in names
    assert f"{data}/share/jupyter/labextensions/jupyter-features/static/style.js" in names
    assert "jupyter_features/server/extension.py" in names
    assert [name for name in names if "node_modules" in name or "test" in Path(name).parts[0]] == []
    assert [name for name in names if name.startswith(("labextension/", "tests/", "jupyter_features/labextension/"))] == []


def test_the_sdist_carries_the_sources_and_the_built_extension(dist: Path) -> None:
    with tarfile.open(next(dist.glob("*.tar.gz"))) as archive:
        names = [name.partition("/")[2] for name in archive.getnames()]

    assert "labextension/src/index.ts" in names
    assert "labextension/package-lock.json" in names
    assert "jupyter_features/labextension/static/style.js" in names
    assert [name for name in names if "node_modules" in name or name.startswith(("labextension/lib/", "tests/"))] == []


def test_jupyterlab_finds_the_extension_without_node(environment: Path) -> None:
    assert shutil.which("node", path=str(environment / "bin")) is None

    line = _line("jupyter-features", _run_installed(environment, "jupyter-labextension", "list"))

    assert "enabled" in line
    assert "OK" in line
    assert "(python, jupyter_features)" in line


def test_the_jupyter_server_finds_the_extension(environment: Path) -> None:
    shown = _run_installed(environment, "jupyter-server", "extension", "list")

    assert "enabled" in _line("jupyter_features", shown)
    assert "OK" in _line("jupyter_features 0.", shown)


_PATH = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])


def _is_built() -> bool:
    """Tell whether a built extension is there that is newer than all it is made of."""
    marker = BUILT / "static" / "style.js"
    if not marker.is_file():
        return False
    inputs = [ROOT / "labextension" / name for name in BUILD_INPUTS]
    files = [file for item in inputs for file in ([item] if item.is_file() else item.rglob("*")) if file.is_file()]
    return marker.stat().st_mtime >= max(file.stat().st_mtime for file in files)


def _left_out(folder: str, names: list[str]) -> set[str]:
    """Leave out what is never packed; a build from scratch starts with the node packages that are there."""
    left_out = {"__pycache__"} & set(names)
    if Path(folder) == ROOT / "labextension":
        left_out |= {"lib", "node_modules"} if _is_built() else {"lib"}
    return left_out


def _run_installed(environment: Path, program: str, *arguments: str) -> str:
    return _run([str(environment / "bin" / program), *arguments], path=str(environment / "bin"))


def _run(command: list[str], *, path: str) -> str:
    """Run a command away from the tree, so that nothing is imported from it; give all it prints, without colours."""
    variables = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "JUPYTER", "VIRTUAL_ENV"))}
    done = subprocess.run(
        command,
        env=variables | {"PATH": path, "NO_COLOR": "1"},
        cwd=Path(sys.prefix),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def _line(part: str, text: str) -> str:
    """Find the first line with `part` in it."""
    return next((line for line in text.splitlines() if part in line), f"no line with {part!r} in:\n{text}")
