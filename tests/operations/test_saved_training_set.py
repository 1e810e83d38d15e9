"""Save, load, rebuild: what was computed stays, and can be computed again."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from jupyter_features.errors import ConflictError, EntityDataframeError, NotFoundError, SourceDataError
from jupyter_features.feature_store import FeatureStore
from jupyter_features.operations.training_rows import TrainingRows
from jupyter_features.operations.training_set import TrainingSet

FEATURES = ["customer_spend:orders_30d", "customer_spend:spend_30d"]


def entity_rows() -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "customer_id": pd.array([2, 1, 404, 1], dtype="Int64"),
            "as_of": pd.to_datetime(["1998-01-16", "1998-02-01", "1998-02-01", "1998-02-11"], utc=True).tz_convert("Europe/Berlin"),
            "label": pd.Categorical(["x", "y", None, "x"]),
            "weight": np.array([0.5, np.nan, 1.0, 2.0], dtype="float32"),
        }
    )
    frame.index = pd.Index([7, 7, 3, 1], name="row")
    return frame


@pytest.fixture
def train(published: FeatureStore) -> TrainingSet:
    return published.training_set(entity_rows(), FEATURES)


def test_a_loaded_training_set_is_the_saved_one(published: FeatureStore, train: TrainingSet, project: Path) -> None:
    train.save(project / "out" / "train")
    loaded = published.load_training_set("out/train")
    pd.testing.assert_frame_equal(loaded.to_pandas(), train.to_pandas())
    assert loaded.features.equals(train.features)
    assert loaded.to_arrow().column_names == ["customer_id", "as_of", "label", "weight", "orders_30d", "spend_30d"]
    assert {name: loaded.manifest[name] for name in train.manifest} == json.loads(json.dumps(train.manifest))
    assert loaded.card().to_text().splitlines()[0] == "[ok] Training set: 4 rows x 2 features"


def test_the_folder_is_plain_parquet_and_json(train: TrainingSet, tmp_path: Path) -> None:
    train.save(tmp_path / "train")
    assert sorted(path.name for path in (tmp_path / "train").iterdir()) == ["manifest.json", "training_set.parquet"]
    assert pd.read_parquet(tmp_path / "train" / "training_set.parquet")["spend_30d"].tolist()[:2] == [5.5, 20.0]
    manifest = json.loads((tmp_path / "train" / "manifest.json").read_text("utf-8"))
    assert manifest["options"] == {
        "timestamp": "as_of",
        "full_names": False,
        "environment": "dev",
        "knowledge": "respect",
        "as_known_at": None,
    }


def test_a_folder_that_exists_is_refused_and_kept(train: TrainingSet, tmp_path: Path) -> None:
    for name in ("empty", "full"):
        (tmp_path / name).mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    for name in ("empty", "full"):
        with pytest.raises(ConflictError, match="exists already"):
            train.save(tmp_path / name)
    assert sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.txt")) == ["full/mine.txt"]


def test_an_interruption_leaves_nothing(published: FeatureStore, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(self: TrainingRows, inputs: pa.Table) -> pa.Table:
        raise KeyboardInterrupt

    monkeypatch.setattr(TrainingRows, "_compute", interrupt)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(KeyboardInterrupt):
        published.training_set(entity_rows(), FEATURES, out="train")
    assert sorted(tmp_path.rglob("*")) == before


def test_a_folder_made_by_somebody_else_meanwhile_is_kept(published: FeatureStore, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    original = TrainingRows._compute

    def slow(self: TrainingRows, inputs: pa.Table) -> pa.Table:
        (project / "train").mkdir()
        return original(self, inputs)

    monkeypatch.setattr(TrainingRows, "_compute", slow)
    with pytest.raises(ConflictError, match="exists already"):
        published.training_set(entity_rows(), FEATURES, out="train")
    assert list((project / "train").iterdir()) == []
    assert list(project.glob(".train*")) == []


def test_a_path_to_a_path_gives_the_same_as_all_in_memory(published: FeatureStore, train: TrainingSet, project: Path) -> None:
    entity_rows().to_parquet(project / "rows.parquet")
    streamed = published.training_set("rows.parquet", FEATURES, out="train")
    pd.testing.assert_frame_equal(streamed.to_pandas(), train.to_pandas())
    assert streamed.manifest["content_sha256"] == train.manifest["content_sha256"]
    assert streamed.folder == project / "train"


def test_no_rows_are_saved_as_no_rows(published: FeatureStore, project: Path) -> None:
    entity_rows().head(0).to_parquet(project / "rows.parquet")
    saved = published.training_set("rows.parquet", FEATURES, out="train")
    assert saved.features.num_rows == 0
    assert saved.features.schema.field("orders_30d").type == pa.int64()
    assert published.rebuild("train").is_equal


def test_a_rebuild_of_the_same_is_equal(published: FeatureStore, train: TrainingSet, project: Path) -> None:
    train.save(project / "train")
    result = published.rebuild("train")
    assert (result.is_equal, result.rows, result.different, result.changed_sources) == (True, 4, {}, ())
    assert result.card().to_text().splitlines()[0] == "[ok] Rebuilt train: 4 rows (equal)"


def test_a_rebuild_counts_the_rows_of_each_column_that_differ_and_names_the_source(
    published: FeatureStore, train: TrainingSet, project: Path
) -> None:
    train.save(project / "train")
    purchases = pd.read_parquet(project / "data" / "purchases.parquet")
    # Customer 1 bought for 20 on January 31: seen from February 1 and from February 11.
    purchases.loc[purchases["amount"] == 20.0, "amount"] = 21.0
    purchases.to_parquet(project / "data" / "purchases.parquet", index=False)
    result = published.rebuild("train")
    assert not result.is_equal
    assert result.different == {"spend_30d": 2}
    assert result.changed_sources == ("purchases",)
    text = result.card().to_text()
    assert "Changed sources: purchases" in text
    assert "spend_30d" in text


def test_a_rebuild_keeps_to_the_version_the_knowledge_and_the_names(published: FeatureStore, project: Path) -> None:
    rows = entity_rows().rename(columns={"customer_id": "buyer"})
    known_at = pd.Timestamp("1998-01-20", tz="UTC")
    train = published.training_set(rows, ["customer_spend[customer_id=buyer]:spend_30d as spent"], as_known_at=known_at, out="train")
    # Only the purchases before January 20 are known: that of January 15; January 1 is too old for customer 1's rows.
    assert train.features.column("spent").to_pylist() == [5.5, None, None, None]
    published.define(
        "customer_spend",
        sql="SELECT customer_id, SUM(cds) AS spend_30d FROM purchases GROUP BY 1",
        entity="customer",
        sources=["purchases"],
        owner="growth",
        description="Another.",
    )
    published.publish("customer_spend")
    assert published.rebuild("train").is_equal
    assert train.manifest["options"]["as_known_at"] == "1998-01-20T00:00:00+00:00"


def test_a_draft_that_changed_is_named(spend: FeatureStore) -> None:
    spend.training_set(entity_rows(), ["customer_spend@draft:spend_30d"], out="train")
    spend.define(
        "customer_spend",
        sql="SELECT customer_id, SUM(amount) + 1 AS spend_30d FROM purchases GROUP BY 1",
        entity="customer",
        sources={"purchases": "30d"},
    )
    result = spend.rebuild("train")
    assert result.changed_definitions == ("customer_spend@draft",)
    assert result.different == {"spend_30d": 3}


def test_what_was_changed_after_saving_is_refused(published: FeatureStore, train: TrainingSet, project: Path) -> None:
    train.save(project / "train")
    file = project / "train" / "training_set.parquet"
    table = pq.read_table(file)
    file.unlink()
    pq.write_table(table.set_column(table.schema.get_field_index("spend_30d"), "spend_30d", pa.array([0.0] * 4)), file)
    with pytest.raises(SourceDataError, match="was changed after it was saved"):
        published.rebuild("train")


def test_a_folder_without_a_training_set_is_refused(published: FeatureStore, train: TrainingSet, project: Path) -> None:
    with pytest.raises(NotFoundError, match="no training set named"):
        published.load_training_set("nowhere")
    train.save(project / "train")
    manifest = project / "train" / "manifest.json"
    for text, sentence in (("{", "is no manifest"), ("{}", "no manifest of format 1")):
        manifest.unlink()
        manifest.write_text(text)
        with pytest.raises(SourceDataError, match=sentence):
            published.load_training_set("train")


def test_rows_that_parquet_cannot_keep_are_refused(published: FeatureStore, project: Path) -> None:
    mixed = published.training_set(entity_rows().assign(anything=[1, "a", object(), None]), FEATURES)
    assert mixed.to_pandas()["anything"][1] is None
    with pytest.raises(EntityDataframeError, match="cannot be kept in Parquet"):
        mixed.save(project / "train")
    assert list(project.glob("*train*")) == []
