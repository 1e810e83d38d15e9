from datetime import UTC, datetime

import msgspec
import pytest

from jupyter_features.compiler import visibility
from jupyter_features.feature_store import FeatureStore
from jupyter_features.operations.check import check


def test_a_view_that_keeps_the_law_passes(spend: FeatureStore) -> None:
    report = spend.check("customer_spend")
    assert report.is_passed
    assert report.passed_names == ("rules", "one row", "future", "paths")


def test_a_compiler_that_lets_the_future_in_is_caught(spend: FeatureStore, monkeypatch: pytest.MonkeyPatch) -> None:
    bounded = visibility.visible

    def leaky(source, table, as_of, lookback):
        return bounded(msgspec.structs.replace(source, inclusive=True), table, as_of, lookback)

    monkeypatch.setattr("jupyter_features.compiler.constants.visible", leaky)
    report = spend.check("customer_spend")
    (future,) = [result for result in report.results if result.name == "future"]
    assert not future.is_passed
    # The smallest example: the purchase of that very instant was counted.
    assert future.detail.startswith("as of 1998-01-")
    assert not report.is_passed


def test_a_training_path_that_differs_is_caught(spend: FeatureStore, monkeypatch: pytest.MonkeyPatch) -> None:
    bounded = visibility.visible
    monkeypatch.setattr("jupyter_features.compiler.spine.visible", lambda source, table, as_of, _: bounded(source, table, as_of, None))
    spend.define(
        "short",
        sql="SELECT customer_id, COUNT(*) AS n FROM purchases GROUP BY 1",
        entity="customer",
        sources=["purchases:1d"],
        as_of=datetime(1998, 2, 1, tzinfo=UTC),
    )
    assert [result.name for result in spend.check("short").results if not result.is_passed] == ["paths"]


def test_a_state_source_alone_gives_its_newest_row(store: FeatureStore) -> None:
    defined = store.define(
        "segments",
        sql="SELECT customer_id, segment FROM profiles",
        entity="customer",
        sources=["profiles"],
        as_of=datetime(1998, 2, 1, tzinfo=UTC),
    )
    # State holds from its own instant on: the row of 1 February counts on 1 February.
    assert sorted(defined.values.to_pylist(), key=str) == [{"customer_id": 1, "segment": "loyal"}, {"customer_id": 2, "segment": "new"}]
    assert check(defined.view, store._engine).is_passed
