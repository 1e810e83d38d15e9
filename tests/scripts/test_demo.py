"""`make demo`: the example runs in a fresh project, and what is printed is read from there."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parents[2]
NOTEBOOK = "01_customer_lifetime_value.ipynb"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo") / "project"


@pytest.fixture(scope="module")
def lines(project: Path) -> list[str]:
    return _demo(ROOT / "examples", project).stdout.splitlines()


def test_it_tells_what_it_did_in_under_25_lines(lines: list[str], project: Path):
    labels = [line[:13].strip() for line in lines]

    assert len(lines) < 25
    assert [label for label in labels if label in ("ran", "published", "training set", "live vector", "skew verdict", "notebook")] == [
        "ran",
        "published",
        "training set",
        "live vector",
        "skew verdict",
        "notebook",
    ]
    assert any("customer_value@1" in line for line in lines)
    assert str(project / NOTEBOOK) in "\n".join(lines)
    assert lines[-1].endswith("make lab")


def test_the_executed_notebook_is_kept_with_its_outputs(lines: list[str], project: Path):
    cells = nbformat.read(project / NOTEBOOK, as_version=4).cells

    assert all(cell.execution_count for cell in cells if cell.cell_type == "code")


def test_a_failing_cell_is_named_and_ends_the_demo(tmp_path: Path):
    examples = tmp_path / "examples"
    examples.mkdir()
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("raise ValueError('no such shop')")])
    nbformat.write(notebook, examples / NOTEBOOK)

    answer = _demo(examples, tmp_path / "project", code=1)

    assert "ValueError: no such shop" in answer.stderr


def _demo(examples: Path, project: Path, *, code: int = 0) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "scripts/demo.py", "--examples", str(examples), "--project", str(project), "--notebook", NOTEBOOK]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert answer.returncode == code, answer.stderr
    return answer
