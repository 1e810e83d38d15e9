"""Definitions as files: out of one registry and into another, and notebooks in CI."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

import jupyter_features as jf
from jupyter_features.cli.main import main
from jupyter_features.cli.parser import parse
from jupyter_features.cli.verbs import run_verb
from jupyter_features.feature_store import FeatureStore
from tests.conftest import SPEND_SQL

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
    share, rhythm = (filled.view_detail(name).fingerprint for name in ("share", "rhythm"))
    assert (tmp_path / "out" / "views" / "share.sql").read_text() == (
        f"-- share@1 {share}\n"
        "-- inputs: customer_spend:spend_30d\n-- request: amount:DOUBLE\n-- owner: growth\n-- description: Of the spend.\n"
        "-- param: factor DOUBLE = 2\nSELECT amount / spend_30d * :factor AS share\n"
    )
    assert (
        (tmp_path / "out" / "views" / "rhythm.py")
        .read_text()
        .startswith(
            f"# rhythm@1 {rhythm}\n# entity: customer\n# source: purchases:1000d\n# owner: growth\n"
            '# description: "How regular\\nthe visits are."\n'
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


def redefine(store: FeatureStore, **changed: object) -> None:
    """Publish another version of `customer_spend`, which `share` does not read."""
    words = {
        "entity": "customer",
        "sources": {"purchases": "30d"},
        "owner": "growth",
        "description": "Paid.",
        "defaults": {"orders_30d": 0},
    }
    store.define("customer_spend", **({"sql": SPEND_SQL.replace("SUM(amount)", "MAX(amount)")} | words | changed))
    store.publish("customer_spend", acknowledge=["share@1"])


def fingerprints(store: FeatureStore, *references: str) -> list[str]:
    pairs = [reference.split("@") for reference in references]
    return [store.view_detail(name, int(number)).fingerprint for name, number in pairs]


def test_an_input_that_is_not_served_is_carried_along_and_bound_again(filled: FeatureStore, tmp_path: Path, elsewhere: Path) -> None:
    redefine(filled)
    filled.export(tmp_path / "out")

    views = tmp_path / "out" / "views"
    assert "-- inputs: customer_spend@1:spend_30d\n" in (views / "share.sql").read_text()
    assert (views / "customer_spend@1.sql").exists()
    assert [each.outcome for each in filled.import_(tmp_path / "out", dry_run=True).views] == ["unchanged"] * 4
    with jf.connect(start=elsewhere) as other:
        assert [(each.file, each.reference) for each in other.import_(tmp_path / "out").views] == [
            ("customer_spend@1", "customer_spend@1"),
            ("customer_spend", "customer_spend@2"),
            ("rhythm", "rhythm@1"),
            ("share", "share@1"),
        ]
        names = ("customer_spend@1", "customer_spend@2", "rhythm@1", "share@1")
        assert fingerprints(other, *names) == fingerprints(filled, *names)
        served = other.view_detail("customer_spend")
        assert (served.version, served.tests) == (2, filled.view_detail("customer_spend").tests)


def test_a_version_has_the_number_of_the_registry_that_it_comes_into(filled: FeatureStore, tmp_path: Path, elsewhere: Path) -> None:
    filled.export(tmp_path / "old", ["share"])
    redefine(filled)
    with jf.connect(start=elsewhere) as other:
        filled.export(tmp_path / "new", ["customer_spend"])
        other.import_(tmp_path / "new")
        redefine(filled, sql=SPEND_SQL.replace("SUM(amount)", "MIN(amount)"))
        filled.export(tmp_path / "all")

        refused = tmp_path / "all" / "views" / "customer_spend.sql"
        whole = refused.read_text()
        refused.write_text(whole.replace("30d", "31d"))
        other.import_(tmp_path / "all")
        # An input's version is there, and what was served is served.
        assert other.view_detail("customer_spend").version == 1

        refused.write_text(whole)
        other.import_(tmp_path / "all", acknowledge=["share@1"])

        # customer_spend@1 of one registry is @2 of the other, which had MAX first.
        assert other.view_detail("share").inputs == ("customer_spend@2:spend_30d",)
        assert fingerprints(other, "share@1", "customer_spend@2") == fingerprints(filled, "share@1", "customer_spend@1")
        assert other.view_detail("customer_spend").fingerprint == filled.view_detail("customer_spend").fingerprint


def test_an_on_demand_view_alone_brings_its_inputs(filled: FeatureStore, tmp_path: Path, elsewhere: Path) -> None:
    filled.export(tmp_path / "out", ["share"])

    with jf.connect(start=elsewhere) as other:
        assert [each.reference for each in other.import_(tmp_path / "out").views] == ["customer_spend@1", "share@1"]
        assert fingerprints(other, "share@1") == fingerprints(filled, "share@1")


def test_a_version_reads_a_source_as_it_was_declared_then(filled: FeatureStore, tmp_path: Path, elsewhere: Path) -> None:
    filled.source("purchases", "data/purchases.parquet", entity="customer", kind="events", event_timestamp="purchased_at", inclusive=True)
    redefine(filled)
    filled.export(tmp_path / "out")

    assert filled.import_(tmp_path / "out", dry_run=True).exit_code == 0
    with jf.connect(start=elsewhere) as other:
        assert other.import_(tmp_path / "out").exit_code == 0
        names = ("customer_spend@1", "customer_spend@2", "rhythm@1", "share@1")
        assert fingerprints(other, *names) == fingerprints(filled, *names)


def test_what_would_be_another_definition_is_refused_by_name(filled: FeatureStore, tmp_path: Path, elsewhere: Path) -> None:
    filled.export(tmp_path / "out")
    path = tmp_path / "out" / "views" / "customer_spend.sql"
    path.write_text(path.read_text().replace("purchases:30d", "purchases:7d"))

    with jf.connect(start=elsewhere) as other:
        done = {each.name: each for each in other.import_(tmp_path / "out", dry_run=True).views}
        assert done["customer_spend"].outcome == "refused"
        assert "'customer_spend' would be another definition here than customer_spend@1" in done["customer_spend"].message
        # Without its first line it is a text like any other.
        path.write_text(path.read_text().partition("\n")[2])
        assert other.import_(tmp_path / "out", dry_run=True).views[0].outcome == "would publish"


def test_a_file_that_cannot_be_read_refuses_its_view_alone(filled: FeatureStore, tmp_path: Path, elsewhere: Path) -> None:
    filled.export(tmp_path / "out")
    path = tmp_path / "out" / "views" / "customer_spend.sql"
    path.write_text(path.read_text().replace("-- owner:", "-- ownr:"))

    with jf.connect(start=elsewhere) as other:
        done = {each.name: each for each in other.import_(tmp_path / "out").views}

    assert (done["customer_spend"].outcome, done["rhythm"].outcome, done["share"].outcome) == ("refused", "published", "refused")
    assert "There is no option 'ownr'" in done["customer_spend"].message


def test_comments_that_look_like_options_stay_comments(store: FeatureStore, tmp_path: Path) -> None:
    store.define(
        "spend",
        sql="-- TODO: fix\n-- noqa: JF120 known\n" + SPEND_SQL,
        entity="customer",
        sources={"purchases": "30d"},
        owner="growth",
        description="Paid.",
    )
    store.publish("spend")

    store.export(tmp_path / "out")

    assert "\n--- TODO: fix\n-- noqa: JF120 known\nSELECT" in (tmp_path / "out" / "views" / "spend.sql").read_text()
    assert store.import_(tmp_path / "out", dry_run=True).exit_code == 0


def test_files_of_what_is_gone_are_deleted_and_no_others(filled: FeatureStore, tmp_path: Path) -> None:
    filled.export(tmp_path / "out")
    views = tmp_path / "out" / "views"
    (views / "customer_spend.test2.txt").write_text("of a version before")
    (views / "mine.sql").write_text("SELECT 1")
    (views / "customer_spend.md").write_text("notes")
    filled.retire("rhythm", reason="nobody reads it")

    again = dict(filled.export(tmp_path / "out").files)

    assert {name for name, state in again.items() if state == "deleted"} == {"views/customer_spend.test2.txt", "views/rhythm.py"}
    assert {path.name for path in views.iterdir()} == {
        "customer_spend.md",
        "customer_spend.sql",
        "customer_spend.test1.txt",
        "mine.sql",
        "share.sql",
    }


def test_exporting_some_keeps_what_the_others_need(filled: FeatureStore, tmp_path: Path, elsewhere: Path) -> None:
    filled.source("profiles", "data/profiles.parquet", entity="customer", kind="state", event_timestamp="valid_from")
    filled.define(
        "segment",
        sql="SELECT customer_id, segment FROM profiles",
        entity="customer",
        sources=["profiles"],
        owner="growth",
        description="Segment.",
    )
    filled.publish("segment")
    filled.export(tmp_path / "out")
    declared = (tmp_path / "out" / "declarations.txt").read_text()

    filled.export(tmp_path / "out", ["rhythm"])

    assert (tmp_path / "out" / "declarations.txt").read_text() == declared
    with jf.connect(start=elsewhere) as other:
        assert other.import_(tmp_path / "out").exit_code == 0


def test_a_file_is_no_folder(filled: FeatureStore, tmp_path: Path) -> None:
    (tmp_path / "afile").write_text("x")

    with pytest.raises(jf.JupyterFeaturesError, match="afile is a file"):
        filled.export(tmp_path / "afile")


def test_an_import_goes_into_the_registry_that_one_is_connected_to(filled: FeatureStore, tmp_path: Path, elsewhere: Path) -> None:
    filled.export(tmp_path / "out")

    with jf.connect(f"sqlite:///{tmp_path}/third.db", start=elsewhere, environment="staging") as other:
        assert other.import_(tmp_path / "out").environment == "staging"
        assert {view.name for view in other.views()} == {"customer_spend", "rhythm", "share"}
    assert not (elsewhere / ".jupyter_features" / "registry.db").exists()


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


def make_notebook(path: Path) -> None:
    cells = [
        "%feature entity customer --key customer_id:BIGINT",
        "%feature source purchases data/purchases.parquet --entity customer --event-time purchased_at --kind events",
        (
            "%%feature spend --entity customer --source purchases:30d --owner growth\n-- description: Spend.\n"
            "SELECT customer_id, SUM(amount) AS spend FROM purchases GROUP BY customer_id"
        ),
    ]
    code = [{"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": text} for text in cells]
    path.write_text(json.dumps({"cells": code, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}))


def test_a_notebook_is_published_to_the_registry_that_one_is_connected_to(elsewhere: Path, tmp_path: Path) -> None:
    make_notebook(elsewhere / "work.ipynb")

    with jf.connect(f"sqlite:///{tmp_path}/third.db", start=elsewhere, environment="staging") as other:
        done = run_verb(other, parse(["publish", "work.ipynb"]), None)
        assert "spend@1" in done.text()
        assert [view.name for view in other.views()] == ["spend"]
    assert not (elsewhere / ".jupyter_features" / "registry.db").exists()


def test_a_notebook_of_another_project_is_refused(elsewhere: Path) -> None:
    (elsewhere / "apart").mkdir()
    (elsewhere / "apart" / "jupyter_features.toml").touch()
    make_notebook(elsewhere / "apart" / "work.ipynb")

    with jf.connect(start=elsewhere) as other, pytest.raises(jf.JupyterFeaturesError, match="apart belongs to the project in "):
        run_verb(other, parse(["publish", "apart/work.ipynb"]), None)
