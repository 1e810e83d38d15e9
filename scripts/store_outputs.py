"""Run the example notebooks in fresh copies of `examples/` and store the outputs; `make examples` calls it."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient

EXAMPLES = Path(__file__).parents[1] / "examples"


def main() -> None:
    """Renew the outputs of every example."""
    for path in sorted(EXAMPLES.glob("*.ipynb")):
        store_outputs(path)
        print(f"{path.name}: outputs stored")


def store_outputs(path: Path) -> None:
    """Run one notebook beside its data, in a folder that knows nothing of earlier runs."""
    notebook = nbformat.read(path, as_version=4)
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(EXAMPLES / "data", Path(folder) / "data")
        NotebookClient(notebook, timeout=600, resources={"metadata": {"path": folder}}, record_timing=False).execute()
    # The state of live widgets changes with every run; their HTML stands in the outputs.
    notebook.metadata.pop("widgets", None)
    nbformat.write(notebook, path)


if __name__ == "__main__":
    main()
