"""Definitions as files: out of one registry and into another, and notebooks in CI."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

import jupyter_features as jf
from jupyter_features.cli.main import main
from jupyter_features.feature_store import FeatureStore

TEST = """given purchases
customer_id | purchased_at | cds | amount
1 | 1998-01-01 | 1 | 2.0

expect at 1998-01-02
customer_id | orders_30d | spend_30d
1 | 1 | 2.0
2 | 0 | NULL
"""
RHYTHM = """import pandas as pd

def rhythm(purchases: pd.DataFrame, as_of: pd.Timestamp) -> dict:
    return {"last_gap": float((as_of - purchases["purchased_at"].max()).days)}
"""


@pytest.fixture
def filled(spend: FeatureStore) -> FeatureStore:
    """Three views of all kinds, published: SQL with a test, a function with options, and one on demand."""
    spend.test("customer_spend", TEST)
    spend.publish("customer_spend")
    spend.define(
        "rhythm",
        python=RHYTHM,
        entity="customer",
        sources=["purchases:1000d"],
        owner="growth",
        description="How regular\nthe visits are.",
        returns={"last_gap": "DOUBLE"},
        tags=["ltv", "beta"],
        freshness="1h",
    )
    spend.publish("rhythm")
    spend.define(
        "share",
        sql="-- description: Of the spend.\n-- param: factor DOUBLE = 2\nSELECT amount / spend_30d * :factor AS share",
        inputs=["customer_spend:spend_30d"],
        request={"amount": "DOUBLE"},
        owner="growth",
        description="Of the spend.",
        params=["factor DOUBLE = 2"],
    )
    spend.publish("share")
    return spend


@pytest.fixture
def elsewhere(tmp_path: Path, project: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Another project over the same data, with an empty registry, in which the terminal stands."""
    folder = tmp_path / "elsewhere"
    shutil.copytree(project / "data", folder / "data")
    monkeypatch.chdir(folder)
    return folder


def test_what_is_exported_reads_like_cells_and_diffs_well(filled: FeatureStore, tmp_path: Path) -> None:
    filled.export(tmp_path / "out")

    files = {path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*") if path.is_file()}
    assert files == {
        "declarations.txt",
        "views/customer_spend.sql",
        "views/customer_spend.test1.txt",
        "views/rhythm.py",
        "views/share.sql",
    }
    assert (tmp_path / "out" / "declarations.txt").read_text() == (
        "entity customer --key customer_id:BIGINT\n"
        "source purchases data/purchases.parquet --entity customer --kind events --event-time purchased_at\n"
    )
    assert (tmp_path / "out" / "views" / "share.sql").read_text() == (
        "-- inputs: customer_spend:spend_30d\n-- request: amount:DOUBLE\n-- owner: growth\n-- description: Of the spend.\n"
        "-- param: factor DOUBLE = 2\nSELECT amount / spend_30d * :factor AS share\n"
    )
    assert (
        (tmp_path / "out" / "views" / "rhythm.py")
        .read_text()
        .startswith(
            "# entity: customer\n# source: purchases:1000d\n# owner: growth\n# description: How regular the visits are.\n"
            "# returns: last_gap:DOUBLE\n# tag: ltv\n# tag: beta\n# freshness: 1h\nimport pandas as pd\n"
        )
    )


def test_exporting_again_touches_nothing_and_a_change_touches_its_file(filled: FeatureStore, tmp_path: Path) -> None:
    filled.export(tmp_path / "out")
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "out").rglob("*") if path.is_file()}

    again = filled.export(tmp_path / "out")

    assert {state for _, state in again.files} == {"unchanged"}
    assert {path: path.stat().st_mtime_ns for path in before} == before
    (tmp_path / "out" / "views" / "share.sql").write_text("SELECT 1")
    assert dict(filled.export(tmp_path / "out").files)["views/share.sql"] == "changed"


def test_a_folder_of_something_else_is_left_alone(filled: FeatureStore, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("x")

    with pytest.raises(jf.JupyterFeaturesError, match="not empty, and no export"):
        filled.export(tmp_path / "mine")
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["thesis.txt"]


def test_an_import_gives_the_same_fingerprints_types_words_and_tests(filled: FeatureStore, tmp_path: Path, elsewhere: Path) -> None:
    filled.export(tmp_path / "out")

    assert main(["import", str(tmp_path / "out")]) == 0

    with jf.connect(start=elsewhere) as other:
        for name in ("customer_spend", "rhythm"):
            here, there = filled.view_detail(name), other.view_detail(name)
            assert (there.fingerprint, there.features, there.owner, there.tags) == (here.fingerprint, here.features, here.owner, here.tags)
            assert (there.tests, there.test_texts) == (here.tests, here.test_texts)
        assert other.view_detail("share").inputs == ("customer_spend@1:spend_30d",)


def test_importing_again_changes_nothing_and_a_dry_run_tells_by_its_exit_code(
    filled: FeatureStore, tmp_path: Path, elsewhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    filled.export(tmp_path / "out")

    assert main(["import", str(tmp_path / "out"), "--dry-run"]) == 3
    with jf.connect(start=elsewhere) as other:
        assert other.views() == ()
    assert main(["import", str(tmp_path / "out")]) == 0
    with jf.connect(start=elsewhere) as other:
        revision = other.revision()
    assert main(["import", str(tmp_path / "out"), "--dry-run"]) == 0
    assert main(["import", str(tmp_path / "out")]) == 0
    with jf.connect(start=elsewhere) as other:
        assert other.revision() == revision
        assert other.drafts() == {}


def test_a_notebook_is_published_in_ci_and_nothing_else_of_it_is_run(elsewhere: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cells = [
        "%load_ext jupyter_features",
        "%feature entity customer --key customer_id:BIGINT",
        "%feature source purchases data/purchases.parquet --entity customer --event-time purchased_at --kind events",
        "open('was_run', 'w').close()\nraise SystemExit",
        (
            "%%feature spend --entity customer --source purchases:30d --owner growth\n-- description: Spend.\n"
            "SELECT customer_id, SUM(amount) AS spend FROM purchases GROUP BY customer_id"
        ),
    ]
    code = [
        {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": source, "id": f"c{n}"}
        for n, source in enumerate(cells)
    ]
    (elsewhere / "work.ipynb").write_text(json.dumps({"cells": code, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))

    assert main(["publish", "work.ipynb", "--dry-run"]) == 3
    assert "would publish" in capsys.readouterr().out
    assert main(["publish", "work.ipynb"]) == 0
    assert main(["publish", "work.ipynb", "--dry-run"]) == 0
    assert "unchanged" in capsys.readouterr().out
    assert not (elsewhere / "was_run").exists()
    with jf.connect(start=elsewhere) as other:
        assert [view.name for view in other.views()] == ["spend"]


def test_what_is_no_notebook_is_refused(elsewhere: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (elsewhere / "broken.ipynb").write_text("{")

    assert main(["publish", "broken.ipynb"]) == 2
    assert "cannot be read as a notebook" in capsys.readouterr().err


def test_the_doctor_finds_nothing_wrong_and_then_what_is(
    filled: FeatureStore, project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(project)
    assert main(["doctor"]) == 0
    assert "all is well" in capsys.readouterr().out

    (project / "data" / "purchases.parquet").unlink()
    assert main(["doctor"]) == 1
    assert "source purchases" in capsys.readouterr().out
