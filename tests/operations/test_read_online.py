from datetime import UTC, datetime

import pytest

from jupyter_features.errors import EntityDataframeError, InvalidArgumentError
from jupyter_features.feature_store import FeatureStore

FEBRUARY = datetime(1998, 2, 1, tzinfo=UTC)


def test_values_come_with_status_instant_and_version(published: FeatureStore) -> None:
    published.materialize("customer_spend", as_of=FEBRUARY)
    read = published.online(["customer_spend"], [{"customer_id": 1}, {"customer_id": 404}])
    orders, spend = read.features
    assert (orders.values, orders.status, orders.as_of, orders.version) == ((1, 0), ("FRESH", "DEFAULT"), FEBRUARY, 1)
    assert (spend.values, spend.status) == ((20.0, None), ("FRESH", "MISSING"))
    assert read.to_dicts() == [
        {"customer_id": 1, "orders_30d": 1, "spend_30d": 20.0},
        {"customer_id": 404, "orders_30d": 0, "spend_30d": None},
    ]


def test_before_materialization_everything_is_missing_defaults_too(published: FeatureStore) -> None:
    (orders, _) = published.online(["customer_spend"], [{"customer_id": 1}]).features
    assert (orders.values, orders.status, orders.as_of) == ((None,), ("MISSING",), None)


def test_values_older_than_the_declared_freshness_are_stale(store: FeatureStore) -> None:
    sql = "SELECT customer_id, COUNT(*) AS n FROM purchases GROUP BY 1"
    store.define("recent", sql=sql, entity="customer", sources=["purchases"], owner="growth", description="Purchases.", freshness="1d")
    store.publish("recent")
    store.materialize("recent", as_of=datetime(1998, 6, 29, tzinfo=UTC))
    assert store.online(["recent"], [{"customer_id": 1}]).features[0].status == ("STALE",)
    store.materialize("recent")
    assert store.online(["recent"], [{"customer_id": 1}]).features[0].status == ("FRESH",)


def test_materialize_counts_what_changed_and_what_was_emptied(published: FeatureStore) -> None:
    first = published.materialize("customer_spend", as_of=FEBRUARY)
    assert (first.changed, first.emptied, first.unchanged) == (2, 0, 0)
    # By 15 February customer 2's purchase of 15 January has left the window and customer 1 has bought again.
    second = published.materialize("customer_spend", as_of=datetime(1998, 2, 15, tzinfo=UTC))
    assert (second.changed, second.emptied, second.unchanged) == (1, 1, 0)
    assert published.online(["customer_spend:orders_30d"], [{"customer_id": 2}]).features[0].status == ("DEFAULT",)
    again = published.materialize("customer_spend", as_of=datetime(1998, 2, 15, tzinfo=UTC))
    assert (again.changed, again.emptied, again.unchanged) == (0, 0, 1)


def test_an_older_instant_never_overwrites_a_newer_one(published: FeatureStore) -> None:
    published.materialize("customer_spend", as_of=datetime(1998, 2, 15, tzinfo=UTC))
    late = published.materialize("customer_spend", as_of=FEBRUARY)
    assert late.superseded
    assert "the online store is newer" in late.card().to_text()
    assert published.online(["customer_spend:spend_30d"], [{"customer_id": 1}]).features[0].values == (60.0,)


def test_the_future_is_refused(published: FeatureStore) -> None:
    with pytest.raises(InvalidArgumentError, match="1998-07-02 is in the future"):
        published.materialize("customer_spend", as_of=datetime(1998, 7, 2, tzinfo=UTC))


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ({"customer_id": "1"}, "is BIGINT, but '1' is text"),
        ({"customer": 1}, "Did you mean 'customer'"),
        ({"customer_id": 1.5}, "is BIGINT; 1.5 is not"),
    ],
)
def test_a_row_with_a_wrong_key_is_refused(published: FeatureStore, row: dict[str, object], sentence: str) -> None:
    with pytest.raises(EntityDataframeError, match=sentence):
        published.online(["customer_spend"], [row])


def test_a_row_without_a_key_value_is_missing_not_default(published: FeatureStore) -> None:
    published.materialize("customer_spend", as_of=FEBRUARY)
    (orders, _) = published.online(["customer_spend"], [{"customer_id": None}]).features
    assert (orders.values, orders.status) == ((None,), ("MISSING",))
