"""Run the example in a fresh project folder and show what it did there: `make demo`.

Everything printed is read back from the executed project, through the public API.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import nbformat
import pandas as pd
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

import jupyter_features as jf

LABEL_WIDTH = 13
MONTHS = 12
CELL_TIMEOUT_SECONDS = 300


@dataclass(frozen=True)
class Demo:
    """An executed example: its project folder and its notebook there."""

    project: Path
    notebook: Path


def main() -> int:
    """Run, then report; exit with 1 if a cell of the notebook fails."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--examples", type=Path, required=True, help="folder of the notebook and its data")
    parser.add_argument("--project", type=Path, required=True, help="folder to run in; what is there is deleted")
    parser.add_argument("--notebook", required=True, help="file name of the notebook")
    options = parser.parse_args()
    demo = Demo(options.project.resolve(), options.project.resolve() / options.notebook)
    copy_examples(options.examples, demo.project)
    print(f"Running {options.notebook} in a fresh project ...", flush=True)
    start = time.perf_counter()
    try:
        cells = execute(demo.notebook)
    except CellExecutionError as error:
        print(f"A cell of {demo.notebook} failed:\n{error.ename}: {error.evalue}", file=sys.stderr)
        return 1
    print(_line("ran", f"{cells} cells in {time.perf_counter() - start:.1f} s"))
    with jf.connect(start=demo.project) as store:
        for line in facts(store, demo):
            print(line)
    print(_line("notebook", str(demo.notebook)))
    print("\nOpen it in JupyterLab:  make lab")
    return 0


def copy_examples(examples: Path, project: Path) -> None:
    """Copy notebooks and data to an empty folder, without the features of an earlier run."""
    if project.exists():
        shutil.rmtree(project)
    shutil.copytree(examples, project, ignore=shutil.ignore_patterns(".jupyter_features", ".ipynb_checkpoints", "*.py", "__pycache__"))


def execute(path: Path) -> int:
    """Run a notebook top to bottom where it lies, and keep its outputs; return the number of code cells.

    Raises
    ------
    CellExecutionError
        If a cell fails; the outputs up to it are kept.
    """
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook,
        timeout=CELL_TIMEOUT_SECONDS,
        kernel_name="python3",
        resources={"metadata": {"path": str(path.parent)}},
        # Only errors: the kernel's remarks about its sockets are not about the example.
        extra_arguments=["--log-level=40"],
    )
    try:
        client.execute()
    finally:
        nbformat.write(notebook, path)
    return sum(cell.cell_type == "code" for cell in notebook.cells)


def facts(store: jf.FeatureStore, demo: Demo) -> Iterator[str]:
    """Tell what the project has now: versions, a training set, one live vector, one verdict."""
    views = store.views()
    for view in views:
        detail = store.view_detail(view.name)
        yield _line(
            "published",
            f"{view.name}@{view.version} {detail.fingerprint[:12]}, {len(view.features)} features of {view.entity}, by {view.owner}",
        )
    for view in views[:1]:
        entities = monthly_rows(store, view.name)
        yield training_set_line(store, view.name, entities)
        yield from live_lines(store, view.name, entities)
    for view in views:
        for production in sorted((demo.project / "data").glob(f"production_{view.name}.*")):
            yield from skew_lines(store, view.name, production)


def monthly_rows(store: jf.FeatureStore, view: str) -> pd.DataFrame:
    """Make an entity dataframe: every entity with values at the newest instant, at the last twelve starts of a month."""
    newest: datetime = store.latest_instant(view)
    entities = store.sample_entities(view, rows=sys.maxsize).drop(columns="as_of")
    starts = pd.date_range(end=newest, periods=MONTHS, freq="MS", normalize=True, unit="us")
    return entities.merge(pd.DataFrame({"as_of": starts}), how="cross")


def training_set_line(store: jf.FeatureStore, view: str, entities: pd.DataFrame) -> str:
    """Compute a training set and tell its shape and time."""
    start = time.perf_counter()
    frame = store.training_set(entities, [view]).to_pandas()
    seconds = time.perf_counter() - start
    return _line("training set", f"{len(frame):,} rows x {frame.shape[1]} columns in {seconds:.1f} s, each row as of its own instant")


def live_lines(store: jf.FeatureStore, view: str, entities: pd.DataFrame) -> Iterator[str]:
    """Read the first entity's live vector."""
    key = entities.drop(columns="as_of").head(1).to_dict("records")
    answer = store.online([view], key)
    names = ", ".join(f"{name} {value}" for name, value in key[0].items())
    first = answer.features[0]
    as_of = f"{first.as_of:%Y-%m-%d %H:%M}" if first.as_of else "never materialized"
    yield _line("live vector", f"{names}, version {first.version}, as of {as_of}")
    for feature in answer.features:
        value = "NULL" if feature.values[0] is None else feature.values[0]
        yield _line("", f"{feature.name} = {value} ({feature.status[0]})")


def skew_lines(store: jf.FeatureStore, view: str, production: Path) -> Iterator[str]:
    """Compare a production table with the published definition."""
    report = store.compare(view, against=production)
    worst = min(report.features, key=lambda skew: -1.0 if skew.match_rate is None else skew.match_rate)
    fault = worst.counts.largest_fault()
    yield _line("skew verdict", f"{report.verdict}: {report.reference} against {production.name}, {report.joined:,} rows")
    if fault is not None and worst.match_rate is not None:
        yield _line("", f"worst: {worst.feature} matches in {worst.match_rate:.1%}; {fault[0]} {fault[1]:,}")


def _line(label: str, text: str) -> str:
    return f"{label:{LABEL_WIDTH}} {text}"


if __name__ == "__main__":
    sys.exit(main())
