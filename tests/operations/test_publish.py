from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from jupyter_features.errors import ConflictError, PublishError
from jupyter_features.feature_store import FeatureStore

COUNT = "SELECT customer_id, COUNT(*) AS n FROM purchases GROUP BY 1"
ABOUT = {"entity": "customer", "sources": ["purchases"], "owner": "growth", "description": "Purchases."}


def test_identical_content_is_the_same_version(spend: FeatureStore) -> None:
    first, second = spend.publish("customer_spend"), spend.publish("customer_spend")
    assert (first.version, first.is_new) == (1, True)
    assert (second.version, second.is_new) == (1, False)
    assert second.fingerprint == first.fingerprint


def test_another_meaning_is_the_next_version_and_the_first_stays(store: FeatureStore) -> None:
    store.define("v", sql=COUNT, **ABOUT)
    store.publish("v")
    store.define("v", sql=COUNT.replace("COUNT(*)", "SUM(cds)"), **ABOUT)
    assert store.publish("v").version == 2
    frame = pd.DataFrame({"customer_id": [1], "as_of": pd.to_datetime(["1998-06-01"], utc=True)})
    result = store.training_set(frame, ["v:n as newest", "v@1:n as first"]).features.to_pylist()
    assert result == [{"newest": 6, "first": 3}]


@pytest.mark.parametrize(("missing", "sentence"), [("owner", "has no owner"), ("description", "has no description")])
def test_owner_and_description_are_demanded(store: FeatureStore, missing: str, sentence: str) -> None:
    store.define("v", sql=COUNT, **{**ABOUT, missing: " "})
    with pytest.raises(PublishError, match=sentence):
        store.publish("v")
    assert store.views() == ()


def test_a_data_frame_is_for_exploring_only(store: FeatureStore) -> None:
    frame = pd.DataFrame({"customer_id": [1, 1], "at": pd.to_datetime(["1998-01-01", "1998-01-02"])})
    store.source("clicks", frame, entity="customer", kind="events", event_timestamp="at")
    defined = store.define("clicked", sql="SELECT customer_id, COUNT(*) AS n FROM clicks GROUP BY 1", **{**ABOUT, "sources": ["clicks"]})
    assert defined.values.to_pylist() == [{"customer_id": 1, "n": 2}]
    with pytest.raises(PublishError, match="source 'clicks' is a DataFrame"):
        store.publish("clicked")


def test_a_static_source_with_two_rows_per_key_fails_its_check(store: FeatureStore, project) -> None:
    pd.DataFrame({"customer_id": [1, 1], "city": ["a", "b"]}).to_parquet(project / "data" / "cities.parquet")
    store.source("cities", "data/cities.parquet", entity="customer", kind="static")
    sql = "SELECT customer_id, city FROM cities"
    with pytest.raises(Exception, match="several rows for one customer"):
        store.define("located", sql=sql, **{**ABOUT, "sources": ["cities"]})


def test_the_plan_shows_what_would_change(published: FeatureStore) -> None:
    sql = """SELECT customer_id, COUNT(*) AS orders_30d, CAST(SUM(amount) AS DECIMAL(12,2)) AS spend_30d, MAX(cds) AS most
             FROM purchases GROUP BY 1"""
    published.define("customer_spend", sql=sql, entity="customer", sources=["purchases:60d"], owner="growth", description="Longer.")
    plan = published.plan("customer_spend")
    assert plan.change == "changed"
    assert plan.difference.schema_changes == (("spend_30d", "DOUBLE", "DECIMAL(12,2)"), ("most", "-", "INTEGER"))
    # Just after the newest purchase, 10 February: 60 days hold customers 1 and 2, 30 days hold them too, but fewer purchases of 1.
    assert [(value.feature, value.entities, value.changed) for value in plan.difference.value_changes] == [
        ("orders_30d", 2, 1),
        ("spend_30d", 2, 1),
    ]
    assert "Serves now: customer_spend@1 in dev" in plan.card().to_text()


def test_the_example_of_a_changed_value_is_the_smallest_key_by_value(store: FeatureStore, project: Path) -> None:
    # As texts 10 and 100 come before 9, and DuckDB gives groups in any order.
    clicks = pd.DataFrame({"customer_id": [100, 10, 9, 11], "at": pd.to_datetime(["1998-01-01"] * 4), "n": [1, 2, 3, 4]})
    clicks.to_parquet(project / "data" / "clicks.parquet")
    store.source("clicks", "data/clicks.parquet", entity="customer", kind="events", event_timestamp="at")
    about = ABOUT | {"sources": ["clicks"]}
    store.define("v", sql="SELECT customer_id, SUM(n) AS n FROM clicks GROUP BY 1", **about)
    store.publish("v")
    store.define("v", sql="SELECT customer_id, SUM(n) * 2 AS n FROM clicks GROUP BY 1", **about)
    (change,) = store.plan("v").difference.value_changes
    assert (change.entities, change.changed, change.example) == (4, 4, "n of customer_id 9: 3 -> 6")


def test_another_notebook_reads_what_was_published(published: FeatureStore, open_store: Callable[[], FeatureStore]) -> None:
    other = open_store()
    assert [view.name for view in other.views()] == ["customer_spend"]
    detail = other.view_detail("customer_spend")
    assert (detail.owner, detail.description, detail.checks) == (
        "growth",
        "What a customer bought in the last 30 days.",
        ("rules", "one row", "determinism", "future", "paths", "zones"),
    )


def test_the_snippet_runs_as_it_is(published: FeatureStore, project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project)
    *lines, last = published.view_detail("customer_spend").snippet.strip().split("\n")
    namespace: dict[str, object] = {}
    exec("\n".join(lines), namespace)
    frame = eval(last, namespace)
    assert list(frame.columns) == ["customer_id", "as_of", "orders_30d", "spend_30d"]
    assert frame["orders_30d"].tolist() == [2, 1]
    namespace["store"].close()  # type: ignore[attr-defined]


def test_an_entity_in_use_keeps_its_join_keys(published: FeatureStore) -> None:
    with pytest.raises(ConflictError, match="Published features use entity 'customer' with the join keys customer_id:BIGINT"):
        published.entity("customer", email="VARCHAR")
