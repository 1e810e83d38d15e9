"""Each example notebook is run once, in a fresh folder beside its data, and compared with its stored outputs."""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from pytest_notebook.nb_regression import NBRegressionFixture

EXAMPLES = Path(__file__).parents[2] / "examples"
# Widgets carry a random model id beside their text and HTML, which are compared.
VOLATILE = (
    "/metadata",
    "/cells/*/execution_count",
    "/cells/*/metadata",
    "/cells/*/outputs/*/execution_count",
    "/cells/*/outputs/*/data/application/vnd.jupyter.widget-view+json",
)


@pytest.fixture(scope="module")
def project(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the notebook that the test module names, and the data."""
    folder = tmp_path_factory.mktemp("example")
    shutil.copy(EXAMPLES / request.module.NOTEBOOK, folder)
    shutil.copytree(EXAMPLES / "data", folder / "data")
    return folder


@pytest.fixture(scope="module")
def executed(request: pytest.FixtureRequest, project: Path) -> nbformat.NotebookNode:
    """The notebook after a run, compared with what is stored."""
    fixture = NBRegressionFixture(exec_timeout=300, exec_cwd=str(project), diff_ignore=VOLATILE, diff_color_words=False)
    result = fixture.check(str(project / request.module.NOTEBOOK), raise_errors=False)
    assert not result.diff_filtered, result.diff_string
    return result.nb_final


@pytest.fixture(scope="module")
def purchases() -> pd.DataFrame:
    """The whole purchase log."""
    return pd.read_parquet(EXAMPLES / "data" / "cdnow_purchases.parquet")
