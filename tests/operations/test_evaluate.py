from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest

from jupyter_features.errors import ConfigurationError, RowContractError
from jupyter_features.feature_store import FeatureStore

FEBRUARY = datetime(1998, 2, 1, tzinfo=UTC)


def write(project: Path, name: str, **columns: object) -> str:
    pd.DataFrame(columns).to_parquet(project / "data" / f"{name}.parquet", index=False)
    return f"data/{name}.parquet"


def test_composite_keys_under_other_names(store: FeatureStore, project: Path) -> None:
    days = pd.to_datetime(["1998-01-01", "1998-01-02", "1998-01-03", "1998-01-04"])
    visits = write(project, "visits", land=["DE", "DE", "FR", "DE"], shop=[1, 1, 1, 2], visited_at=days)
    store.entity("shop", country="VARCHAR", shop_id="BIGINT")
    key = {"country": "land", "shop_id": "shop"}
    store.source("visits", visits, entity="shop", kind="events", event_timestamp="visited_at", key=key)
    sql = "SELECT land AS country, shop AS shop_id, COUNT(*) AS n FROM visits GROUP BY land, shop"
    store.define("traffic", sql=sql, entity="shop", sources=["visits"], owner="ops", description="Visits.", defaults={"n": 0})
    store.publish("traffic")
    rows = pd.DataFrame(
        {"country": ["DE", "DE", "FR", "FR"], "shop_id": [1, 2, 1, 2], "as_of": pd.to_datetime(["1998-01-04"] * 4, utc=True)}
    )
    assert store.training_set(rows, ["traffic:n"]).features.column("n").to_pylist() == [2, 0, 1, 0]
    store.materialize("traffic", as_of=FEBRUARY)
    (count,) = store.online(["traffic:n"], [{"country": "DE", "shop_id": 2}, {"country": "FR", "shop_id": 2}]).features
    assert (count.values, count.status) == ((1, 0), ("FRESH", "DEFAULT"))


@pytest.mark.parametrize(("join", "expected"), [("JOIN", {1: "north"}), ("LEFT JOIN", {1: "north", 2: None})])
def test_a_static_source_is_always_visible(store: FeatureStore, project: Path, join: str, expected: dict[int, str | None]) -> None:
    store.source("regions", write(project, "regions", customer_id=[1, 9], region=["north", "south"]), entity="customer", kind="static")
    sql = f"""SELECT p.customer_id, MAX(region) AS region FROM purchases p {join} regions r ON r.customer_id = p.customer_id
              GROUP BY p.customer_id"""
    defined = store.define("located", sql=sql, entity="customer", sources=["purchases:30d", "regions"], as_of=FEBRUARY)
    assert {row["customer_id"]: row["region"] for row in defined.values.to_pylist()} == expected
    assert store.check(defined).is_passed


def test_a_static_source_that_would_count_events_twice_is_refused(store: FeatureStore, project: Path) -> None:
    store.source("regions", write(project, "regions", customer_id=[1, 1], region=["north", "south"]), entity="customer", kind="static")
    sql = "SELECT p.customer_id, SUM(amount) AS spend FROM purchases p JOIN regions r USING (customer_id) GROUP BY 1"
    with pytest.raises(
        RowContractError, match=r"Static source 'regions' has several rows for one customer. The first is {'customer_id': 1}"
    ):
        store.define("located", sql=sql, entity="customer", sources=["purchases", "regions"])


def test_inclusive_events_are_visible_at_their_own_instant(store: FeatureStore) -> None:
    sql = "SELECT customer_id, COUNT(*) AS n FROM purchases GROUP BY 1"
    noon = datetime(1998, 1, 31, tzinfo=UTC)
    before = store.define("v", sql=sql, entity="customer", sources=["purchases:1d"], as_of=noon).values
    store.source("purchases", "data/purchases.parquet", entity="customer", kind="events", event_timestamp="purchased_at", inclusive=True)
    after = store.define("v", sql=sql, entity="customer", sources=["purchases:1d"], as_of=noon).values
    assert (before.to_pylist(), after.to_pylist()) == ([], [{"customer_id": 1, "n": 1}])


def test_damaged_drafts_are_named(store: FeatureStore, project: Path) -> None:
    (project / ".jupyter_features" / "drafts.db").write_bytes(b"this is no database, it only has its name" * 10)
    with pytest.raises(ConfigurationError, match=r"The drafts in .jupyter_features/drafts.db cannot be read"):
        store.drafts()
