"""Global views and sources from the declaration to the model, as a person uses the facade."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pandas as pd
import pytest

import jupyter_features as jf
from jupyter_features.clock import fixed_clock
from jupyter_features.errors import EntityDataframeError, RowContractError
from jupyter_features.feature_store import FeatureStore

FEBRUARY = datetime(1998, 2, 1, tzinfo=UTC)
MARKET_SQL = "SELECT AVG(amount) AS mean_amount, COUNT(*) AS orders FROM purchases"
PRICED_SQL = """SELECT p.customer_id, SUM(amount * rate) AS converted, MAX(level) AS level
FROM purchases p
LEFT JOIN rates r ON r.cds = p.cds
LEFT JOIN levels l ON TRUE
GROUP BY p.customer_id"""


def _instants(*texts: str) -> pd.Series:
    return pd.Series(pd.to_datetime(list(texts), utc=True)).astype("datetime64[us, UTC]")


@pytest.fixture
def market(store: FeatureStore) -> FeatureStore:
    """The store with the global view `market` over 30 days of purchases, published."""
    store.define(
        "market", sql=MARKET_SQL, sources=["purchases:30d"], owner="growth", description="What all bought.", defaults={"orders": 0}
    )
    store.publish("market")
    return store


@pytest.fixture
def priced(market: FeatureStore, project: Path) -> FeatureStore:
    """The store with the view `priced` of a customer, which reads two global state sources."""
    rates = {"cds": [1, 2, 2], "since": _instants("1997-01-01", "1997-01-01", "1998-01-31").dt.tz_localize(None), "rate": [1.0, 2.0, 3.0]}
    levels = {"since": _instants("1998-01-20", "1998-02-05").dt.tz_localize(None), "level": [5, 6]}
    pd.DataFrame(rates).astype({"cds": "int32"}).to_parquet(project / "data" / "rates.parquet", index=False)
    pd.DataFrame(levels).to_parquet(project / "data" / "levels.parquet", index=False)
    market.source("rates", "data/rates.parquet", entity=None, kind="state", event_timestamp="since", key=["CDS"])
    market.source("levels", "data/levels.parquet", entity=None, kind="state", event_timestamp="since")
    market.define(
        "priced",
        sql=PRICED_SQL,
        entity="customer",
        sources=["purchases", "rates", "levels"],
        owner="growth",
        description="In one currency.",
    )
    market.publish("priced")
    return market


def test_each_training_row_gets_what_held_at_its_instant_for_all(market: FeatureStore) -> None:
    rows = pd.DataFrame({"as_of": _instants("1998-02-01", "1997-06-01", "1998-02-01", "1998-02-11"), "note": list("abcd")})
    train = market.training_set(rows, ["market"]).to_pandas()
    assert list(train.columns) == ["as_of", "note", "mean_amount", "orders"]
    # The 30 days before February 1 hold the purchases of January 15 and 31; those before February 11 the one of the 10th, too.
    assert train["mean_amount"].tolist()[::2] == [12.75, 12.75]
    assert train["mean_amount"][3] == (5.5 + 20.0 + 40.0) / 3
    # Nobody bought anything in May 1997: no row, so the default of `orders` and NULL for the rest.
    assert train["orders"].tolist() == [2, 0, 2, 3]
    assert pd.isna(train["mean_amount"][1])


def test_a_row_without_an_instant_gets_null_and_not_the_default(market: FeatureStore) -> None:
    rows = pd.DataFrame({"as_of": [pd.Timestamp("1998-02-01", tz="UTC"), pd.NaT]})
    with pytest.warns(jf.FeatureWarning, match="1 of 2 rows"):
        train = market.training_set(rows, ["market:orders"]).to_pandas()
    assert train["orders"].isna().tolist() == [False, True]


def test_one_vector_is_stored_and_read_for_everybody(market: FeatureStore) -> None:
    written = market.materialize("market", as_of=FEBRUARY)
    assert (written.changed, written.emptied, written.unchanged) == (1, 0, 0)
    read = market.online(["market:orders", "market:mean_amount"], [{}])
    assert read.to_dicts() == [{"orders": 2, "mean_amount": 12.75}]
    assert [feature.status for feature in read.features] == [("FRESH",), ("FRESH",)]
    assert "global" in read.text()


def test_when_nobody_does_anything_the_stored_vector_is_emptied(market: FeatureStore) -> None:
    market.materialize("market", as_of=FEBRUARY)
    assert market.materialize("market", as_of=datetime(1998, 6, 1, tzinfo=UTC)).emptied == 1
    read = market.online(["market"], [{}])
    assert read.to_dicts() == [{"mean_amount": None, "orders": 0}]
    assert [feature.status for feature in read.features] == [("MISSING",), ("DEFAULT",)]


def test_features_of_everybody_and_of_one_stand_side_by_side(priced: FeatureStore) -> None:
    rows = pd.DataFrame({"customer_id": [1, 2], "as_of": _instants("1998-02-01", "1998-02-01")})
    features = ["priced:converted", "market:mean_amount as market_mean", "priced:level"]
    train = priced.training_set(rows, features).to_pandas()
    # Customer 1 bought for 10 at rate 1 and for 20 at rate 3, which holds from January 31 on; for four discs there is no rate.
    assert train["converted"].tolist()[0] == 70.0
    assert pd.isna(train["converted"][1])
    assert train["market_mean"].tolist() == [12.75, 12.75]
    assert train["level"].tolist() == [5, 5]
    for view in ("priced", "market"):
        priced.materialize(view, as_of=FEBRUARY)
    assert priced.online(features, [{"customer_id": 1}]).to_dicts() == [
        {"customer_id": 1, "converted": 70.0, "market_mean": 12.75, "level": 5}
    ]


def test_a_global_view_is_listed_shown_and_found_as_global(market: FeatureStore) -> None:
    (line,) = market.views(entity="global")
    assert (line.name, line.entity) == ("market", "global")
    assert market.views("global market") == (line,)
    detail = market.view_detail("market")
    assert (detail.entity, detail.join_keys) == ("global", ())
    assert market.search().facets.entities == ("global",)
    assert '"entity":"global"' in msgspec.json.encode(line).decode()


def test_the_snippet_of_a_global_view_runs(market: FeatureStore, monkeypatch: pytest.MonkeyPatch, project: Path) -> None:
    monkeypatch.chdir(project)
    snippet = market.view_detail("market").snippet
    assert "your own DataFrame: as_of\n" in snippet
    scope: dict[str, object] = {}
    exec(snippet, scope)
    rows = scope["rows"]
    assert isinstance(rows, pd.DataFrame)
    assert list(rows.columns) == ["as_of"]
    assert len(rows) == 1


def test_a_preview_is_one_row_of_features(market: FeatureStore) -> None:
    frame = market.preview("market", as_of=FEBRUARY)
    assert frame.to_dict("records") == [{"mean_amount": 12.75, "orders": 2}]
    assert market.preview("market", as_of=datetime(1998, 6, 1, tzinfo=UTC)).empty


def test_a_plan_counts_the_one_value_that_changes(market: FeatureStore) -> None:
    market.define("market", sql=MARKET_SQL.replace("AVG", "MAX"), sources=["purchases:30d"], owner="growth", description="What all bought.")
    change = next(change for change in market.plan("market").difference.value_changes if change.feature == "mean_amount")
    assert (change.entities, change.changed) == (1, 1)


def test_a_feature_test_of_everybody_has_no_key_column(market: FeatureStore) -> None:
    report = market.test(
        "market",
        """given purchases
customer_id | purchased_at | amount
1           | 1998-01-05   | 20.00
NULL        | 1998-01-06   | 40.00

expect at 1998-02-01
mean_amount | orders
30.00       | 2

expect at 1998-06-01
orders | mean_amount
0      | NULL""",
    )
    assert report.is_passed, report.text()
    assert (report.tests, report.values) == (2, 4)


def test_production_is_compared_at_its_instants_alone(market: FeatureStore) -> None:
    production = pd.DataFrame({"as_of": _instants("1998-02-01", "1998-02-11"), "mean_amount": [12.75, 31.0]})
    (skew,) = market.compare("market:mean_amount", against=production).features
    assert (skew.counts.match, skew.counts.value_mismatch) == (1, 1)
    assert skew.worst[0].keys == ()


def test_many_instants_of_production_are_compared_too(market: FeatureStore) -> None:
    instants = pd.date_range("1998-01-02", periods=150, freq="h", tz="UTC").astype("datetime64[us, UTC]")
    production = pd.DataFrame({"as_of": instants, "orders": [1] * 150})
    (skew,) = market.compare("market:orders", against=production).features
    assert skew.counts.match == 150


def test_a_key_cannot_be_renamed_where_there_is_none(market: FeatureStore) -> None:
    rows = pd.DataFrame({"as_of": _instants("1998-02-01"), "other": [1]})
    with pytest.raises(EntityDataframeError, match="'customer_id' is no join key of entity 'global'"):
        market.training_set(rows, ["market[customer_id=other]:orders"])


def test_an_empty_entity_dataframe_gives_the_whole_schema(market: FeatureStore) -> None:
    train = market.training_set(pd.DataFrame({"as_of": _instants()}), ["market"])
    assert train.to_arrow().num_rows == 0
    assert train.to_arrow().column_names == ["as_of", "mean_amount", "orders"]


def test_the_words_of_knowledge_hold_for_global_sources(priced: FeatureStore, project: Path) -> None:
    late = pd.DataFrame({"cds": [1], "since": _instants("1998-01-15").dt.tz_localize(None), "rate": [7.0]})
    late = late.astype({"cds": "int32"}).assign(learned=pd.Timestamp("1998-03-01").as_unit("us"))
    old = pd.read_parquet(project / "data" / "rates.parquet").assign(learned=lambda rows: rows["since"])
    pd.concat([old, late]).to_parquet(project / "data" / "rates.parquet", index=False)
    priced.source("rates", "data/rates.parquet", entity=None, kind="state", event_timestamp="since", arrival="learned", key=["cds"])
    priced.define("priced", sql=PRICED_SQL, entity="customer", sources=["purchases", "rates", "levels"])
    rows = pd.DataFrame({"customer_id": [1], "as_of": _instants("1998-02-01")})
    asked = ["priced@draft:converted"]
    assert priced.training_set(rows, asked).to_pandas()["converted"].tolist() == [70.0]
    assert priced.training_set(rows, asked, knowledge="ignore").to_pandas()["converted"].tolist() == [130.0]
    known = datetime(1998, 3, 2, tzinfo=UTC)
    assert priced.training_set(rows, asked, as_known_at=known).to_pandas()["converted"].tolist() == [130.0]


@pytest.mark.parametrize("entity", [None, "customer"])
def test_a_row_without_an_instant_gets_nothing_of_what_always_holds_either(store: FeatureStore, project: Path, entity: str | None) -> None:
    pd.DataFrame({"customer_id": [1, 2], "region": ["a", "b"]}).to_parquet(project / "data" / "homes.parquet", index=False)
    store.source("homes", "data/homes.parquet", entity=entity, kind="static", key=None if entity else ["customer_id"])
    sql = "SELECT customer_id, region FROM homes" if entity else "SELECT region FROM homes WHERE customer_id = 1"
    store.define("home", sql=sql, entity=entity, sources=["homes"])
    rows = pd.DataFrame({"customer_id": [1, 1], "as_of": [pd.Timestamp("1998-02-01", tz="UTC"), pd.NaT]})
    with pytest.warns(jf.FeatureWarning, match="1 of 2 rows"):
        train = store.training_set(rows, ["home@draft:region"]).to_pandas()
    assert train["region"].fillna("none").tolist() == ["a", "none"]


def test_a_static_source_with_two_rows_for_its_key_is_refused(store: FeatureStore, project: Path) -> None:
    pd.DataFrame({"cds": pd.array([1, 1], "int32"), "label": ["a", "b"]}).to_parquet(project / "data" / "labels.parquet", index=False)
    store.source("labels", "data/labels.parquet", entity=None, kind="static", key=["cds"])
    sql = "SELECT p.customer_id, COUNT(*) AS n FROM purchases p JOIN labels l ON l.cds = p.cds GROUP BY 1"
    with pytest.raises(RowContractError, match="'labels' has several rows for one key"):
        store.define("labelled", sql=sql, entity="customer", sources=["purchases", "labels"])


def test_a_published_global_view_is_read_back_by_another_session(market: FeatureStore, project: Path) -> None:
    with jf.connect(start=project, clock=fixed_clock(datetime(1998, 7, 1, tzinfo=UTC))) as other:
        rows = pd.DataFrame({"as_of": _instants("1998-02-01")})
        assert other.training_set(rows, ["market@1:orders"]).to_pandas()["orders"].tolist() == [2]


def test_many_rows_of_few_instants_cost_no_more_than_the_instants(store: FeatureStore, project: Path) -> None:
    hours = pd.date_range("1998-01-01", periods=24, freq="h").astype("datetime64[us]")
    clicks = pd.DataFrame({"clicked_at": hours.repeat(2_000), "weight": 1})
    clicks.to_parquet(project / "data" / "clicks.parquet", index=False)
    store.source("clicks", "data/clicks.parquet", entity=None, kind="events", event_timestamp="clicked_at")
    store.define("clicked", sql="SELECT COUNT(*) AS clicks FROM clicks", sources=["clicks"])
    # Row by row these are 4,800,000,000 pairs, which would be refused; they are 48,000 for each of two instants.
    rows = pd.DataFrame({"as_of": _instants("1998-01-01 06:00", "1998-01-02 00:00").repeat(50_000)})
    train = store.training_set(rows, ["clicked@draft"]).to_pandas()
    assert train.groupby("as_of")["clicks"].agg(["min", "max"]).values.tolist() == [[12_000, 12_000], [48_000, 48_000]]
