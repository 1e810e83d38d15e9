"""What is stored in the example notebooks tells nothing of the machine or the moment that made it."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest

NOTEBOOKS = sorted((Path(__file__).parents[2] / "examples").glob("*.ipynb"))
# Temporary folders, addresses in memory, home folders.
TELLING = re.compile(r"/tmp\b|object at 0x|/home/|/root/|/Users/")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_outputs_hold_nothing_of_the_machine_or_the_moment(path: Path) -> None:
    outputs = [output for cell in nbformat.read(path, as_version=4).cells for output in cell.get("outputs", [])]
    assert outputs
    for output in outputs:
        shown = (str(output.get(part, "")) for part in ("text", "traceback", "data"))
        assert not TELLING.search(" ".join(shown))
