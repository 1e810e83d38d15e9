"""The plan of a training set is chosen by what it would cost, and what no plan can afford is refused."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import jupyter_features as jf
from jupyter_features.compiler.estimate import tile_width
from jupyter_features.compiler.spine import AS_OF, ROW
from jupyter_features.errors import PlanNotCoveredError, TooManyPairsError
from jupyter_features.feature_store import FeatureStore
from jupyter_features.operations import choose_plan as choosing
from jupyter_features.operations.choose_plan import ChosenPlan, choose_plan

SUM = "SELECT customer_id, SUM(amount) AS spend FROM events GROUP BY customer_id"
DISTINCT = "SELECT customer_id, COUNT(DISTINCT amount) AS amounts FROM events GROUP BY customer_id"
START = np.datetime64("2024-01-01", "us")
ROWS = 40_000


@pytest.fixture
def store(tmp_path: Path):
    """40,000 events in 100 days: half of customer 7, one each of 20,000 others."""
    keys = np.concatenate([np.full(ROWS // 2, 7), np.arange(1000, 1000 + ROWS // 2)])
    times = START + np.linspace(0, 100 * 86_400_000_000, ROWS).astype("timedelta64[us]")
    table = pa.table({"customer_id": keys, "happened": np.random.default_rng(1).permutation(times), "amount": np.ones(ROWS)})
    pq.write_table(table, tmp_path / "events.parquet")
    with jf.connect(start=tmp_path) as opened:
        opened.entity("customer", customer_id="BIGINT")
        opened.source("events", "events.parquet", entity="customer", kind="events", event_timestamp="happened")
        yield opened


def _chosen(store: FeatureStore, sql: str, keys: np.ndarray, lookback: str | None = None) -> ChosenPlan:
    """Choose for rows of these keys, all at the end of history."""
    view = store.define("v", sql=sql, entity="customer", sources={"events": lookback}).view
    end = pa.array([datetime(2024, 4, 11)] * len(keys), pa.timestamp("us"))
    return choose_plan(view, store._engine, pa.table({"customer_id": keys, ROW: np.arange(len(keys)), AS_OF: end}))


def test_few_pairs_are_not_even_estimated(store: FeatureStore) -> None:
    assert _chosen(store, SUM, np.full(100, 7)) == ChosenPlan("spine", 0)


def test_many_rows_of_many_entities_take_the_spine_plan(store: FeatureStore) -> None:
    chosen = _chosen(store, SUM, np.arange(1000, 6000))
    assert chosen.name == "spine"
    # Each of 5,000 rows sees one event; a quarter of the events is in the sample, half of the rows are.
    assert chosen.pairs == pytest.approx(5000, rel=0.25)


def test_a_hot_entity_takes_the_tiles_plan(store: FeatureStore) -> None:
    chosen = _chosen(store, SUM, np.full(5000, 7))
    assert chosen.name == "tiles"
    # 5,000 rows, each of which sees 20,000 events.
    assert chosen.pairs == pytest.approx(100_000_000, rel=0.05)


def test_the_lookback_counts(store: FeatureStore) -> None:
    assert _chosen(store, SUM, np.full(10_000, 7), "10d").pairs == pytest.approx(20_000_000, rel=0.25)


def test_what_no_plan_can_afford_is_refused_with_its_reason(store: FeatureStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choosing, "PAIRS_ALLOWED", 50_000_000)
    with pytest.raises(TooManyPairsError) as refused:
        _chosen(store, DISTINCT, np.full(5000, 7))
    assert refused.value.pairs == pytest.approx(100_000_000, rel=0.05)
    assert "Most come from customer_id = 7, which sees about 20,000 rows of 'events'." in refused.value.message
    assert refused.value.reason == "COUNT(DISTINCT amount) cannot be put together from parts"
    assert "shorter lookback" in refused.value.hint


def test_history_of_state_counts_too(store: FeatureStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choosing, "PAIRS_ALLOWED", 50_000_000)
    store.source("events", "events.parquet", entity="customer", kind="state", event_timestamp="happened")
    with pytest.raises(TooManyPairsError, match="about 100,000,000 pairs"):
        _chosen(store, "SELECT customer_id, amount FROM events", np.full(5000, 7))


def test_a_dear_spine_plan_runs_in_batches_and_answers_the_same(store: FeatureStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choosing, "PAIRS_AT_ONCE", 30_000_000)
    assert _chosen(store, DISTINCT, np.full(5000, 7)).batches == 4
    rows = pa.table({"customer_id": np.arange(990, 1010), "as_of": pa.array([datetime(2024, 4, 11)] * 20, pa.timestamp("us", tz="UTC"))})
    whole = store.training_set(rows, ["v@draft"]).to_arrow()
    monkeypatch.setattr(ChosenPlan, "batches", 7)
    assert store.training_set(rows, ["v@draft"]).to_arrow() == whole


def test_both_plans_give_a_training_set_the_same_bits(store: FeatureStore, monkeypatch: pytest.MonkeyPatch) -> None:
    store.define("v", sql=SUM.replace("amount)", "amount * 0.1)"), entity="customer", sources={"events": "30d"})
    times = pa.array([datetime(2024, 2, 1) + timedelta(hours=hour) for hour in range(1500)], pa.timestamp("us", tz="UTC"))
    rows = pa.table({"customer_id": np.full(1500, 7), "as_of": times})
    spine = store.training_set(rows, ["v@draft"]).to_arrow()
    monkeypatch.setattr(ChosenPlan, "query", lambda self, view, relation: choosing.tiles_plan(view, relation, timedelta(hours=7)))
    assert store.training_set(rows, ["v@draft"]).to_arrow() == spine


@pytest.mark.parametrize(
    ("days", "rows_seen", "edges", "width"),
    [
        # sqrt(2 x 100,000) = 447 tiles of a year are 20 hours each.
        (365, 100_000, 2, timedelta(hours=12)),
        (90, 50_000, 3, timedelta(hours=3)),
        (1, 10, 1, timedelta(hours=6)),
        (0, 10, 1, timedelta(minutes=1)),
    ],
)
def test_tiles_are_as_many_as_rows_of_cut_tiles(days: int, rows_seen: float, edges: int, width: timedelta) -> None:
    assert tile_width(timedelta(days=days), rows_seen, edges) == width


@pytest.mark.parametrize("plan", ["constants", "spine", "lateral", "tiles"])
def test_every_plan_can_be_read(store: FeatureStore, plan: str) -> None:
    store.define("v", sql=SUM, entity="customer", sources={"events": "10d"})
    text = store.bound_sql("v", plan=plan)
    # Sums are written as anyone would write them.
    assert "SUM(" in text
    assert "EXACT" not in text
    assert "INTERVAL '10' DAY" in text


def test_the_chosen_plan_says_which_it_is(store: FeatureStore) -> None:
    store.define("v", sql=SUM, entity="customer", sources={"events": None})
    # Half of 100,000 rows are of customer 7, and see half of its 20,000 events in the mean.
    assert store.bound_sql("v", plan="chosen").startswith("-- The tiles plan of ")
    store.define("v", sql=SUM, entity="customer", sources={"events": "1h"})
    assert store.bound_sql("v", plan="chosen").startswith("-- The spine plan, for 100,000 rows at instants of events: ")


def test_a_plan_that_does_not_cover_the_view_says_so(store: FeatureStore) -> None:
    store.define("v", sql=DISTINCT, entity="customer", sources={"events": None})
    with pytest.raises(PlanNotCoveredError, match=r"COUNT\(DISTINCT amount\) cannot be put together from parts"):
        store.bound_sql("v", plan="tiles")
