"""A real IPython shell in the project, and a way to run one cell of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

Answer = tuple[str, str]
Cell = Callable[[str], Answer]


@pytest.fixture
def shell(project: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[InteractiveShell]:
    monkeypatch.chdir(project)
    monkeypatch.setenv("IPYTHONDIR", str(project / ".ipython"))
    InteractiveShell.clear_instance()
    shell = InteractiveShell.instance()
    # Without this the shell writes a history file in its own time.
    shell.history_manager.enabled = False
    shell.run_line_magic("load_ext", "jupyter_features")
    yield shell
    magics = shell.magics_manager.registry["FeatureMagics"]
    magics.store.close()
    shell.history_manager.end_session()
    InteractiveShell.clear_instance()


@pytest.fixture
def cell(shell: InteractiveShell) -> Cell:
    """Runs a cell; gives what it displays as text and as HTML, or the printed error and ''."""

    def run(source: str) -> Answer:
        with capture_output() as captured:
            shell.run_cell(source)
        outputs: list[dict[str, Any]] = [output.data for output in captured.outputs]
        text = "\n".join(output.get("text/plain", "") for output in outputs) + captured.stdout
        return text, "\n".join(output.get("text/html", "") for output in outputs)

    return run
