"""On-demand feature views: one code for training rows and for requests, a row at a time."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest

import jupyter_features as jf
from jupyter_features.errors import (
    DefinitionError,
    EntityDataframeError,
    FeatureFunctionError,
    FeatureTestError,
    InvalidArgumentError,
    NotFoundError,
    PublishError,
)
from jupyter_features.feature_store import FeatureStore

FEBRUARY = datetime(1998, 2, 15, tzinfo=UTC)
SHARE = "SELECT amount / spend_30d AS share, amount > 50 AS is_large, COALESCE(orders_30d, 0) + 1 AS number"
SHARE_PYTHON = """
import numpy as np

def share(inputs):
    return {"share": inputs["amount"] / inputs["spend_30d"], "log": np.log1p(inputs["amount"])}
"""
ASKED = pd.DataFrame(
    {
        "customer_id": pd.array([1, 2, 3, 9, None], dtype="Int64"),
        "amount": [4.0, 11.0, 5.0, 60.0, 1.0],
        "as_of": pd.to_datetime(["1998-02-15"] * 5, utc=True),
    }
)


@pytest.fixture
def published(spend: FeatureStore) -> FeatureStore:
    """The store with customer_spend@1 published and materialized in the middle of February."""
    spend.publish("customer_spend")
    spend.materialize("customer_spend", as_of=FEBRUARY)
    return spend


def define(store: FeatureStore, sql: str = SHARE, **options: object) -> object:
    given = {"inputs": ["customer_spend"], "request": {"amount": "DOUBLE"}, "owner": "growth", "description": "Of the spend."}
    return store.define("share", sql=sql, **(given | options))  # type: ignore[arg-type]


def test_training_computes_from_the_inputs_at_each_instant_and_the_rows_own_columns(published: FeatureStore) -> None:
    define(published)
    # In the 30 days before February 15 customer 1 spent 20 + 40 in two orders, and customer 2 spent 5.5 more than 30 days ago.
    asked = ASKED.assign(as_of=pd.to_datetime(["1998-02-15", "1998-02-01", "1998-02-15", "1998-02-15", "1998-02-15"], utc=True))
    with pytest.warns(jf.FeatureWarning, match="1 of 5 rows"):
        features = published.training_set(asked, ["share@draft"]).features.to_pydict()
    assert features == {
        "share": [4 / 60, 2.0, None, None, None],
        "is_large": [False, False, False, True, None],
        "number": [3, 2, 1, 1, None],
    }


@pytest.mark.parametrize("body", [{"sql": SHARE}, {"sql": "", "python": SHARE_PYTHON}], ids=["sql", "python"])
def test_a_request_gives_what_training_gives(published: FeatureStore, body: dict[str, str]) -> None:
    define(published, **body)
    published.publish("share")
    known = ASKED[:4]
    trained = published.training_set(known, ["share"]).features.to_pylist()
    requests = known[["customer_id", "amount"]].to_dict("records")
    served = published.online(["share"], requests)
    assert [{name: row[name] for name in trained[0]} for row in served.to_dicts()] == trained
    alone = [published.online(["share"], [request]).to_dicts()[0] for request in requests]
    assert alone == served.to_dicts()
    first = served.features[0]
    assert first.status == ("FRESH", "MISSING", "MISSING", "MISSING")
    assert (first.as_of, first.version) == (FEBRUARY, 1)


def test_a_row_without_a_key_has_no_on_demand_feature_either(published: FeatureStore) -> None:
    define(published, "SELECT amount + 1 AS more", inputs=["customer_spend:spend_30d"])
    published.publish("share")
    with pytest.warns(jf.FeatureWarning):
        assert published.training_set(ASKED, ["share"]).features.column("more").to_pylist() == [5.0, 12.0, 6.0, 61.0, None]
    (more,) = published.online(["share"], [{"customer_id": None, "amount": 1.0}]).features
    assert (more.values, more.status) == ((None,), ("MISSING",))


def test_defaults_of_the_inputs_come_first(published: FeatureStore) -> None:
    define(published, "SELECT orders_30d + amount AS total", inputs=["customer_spend:orders_30d"])
    published.publish("share")
    assert published.training_set(ASKED[3:4], ["share"]).features.column("total").to_pylist() == [60.0]
    (total,) = published.online(["share"], [{"customer_id": 9, "amount": 60.0}]).features
    assert (total.values, total.status) == ((60.0,), ("DEFAULT",))


def test_inputs_are_pinned_to_the_version_they_had(published: FeatureStore) -> None:
    define(published, "SELECT amount / spend_30d AS share", inputs=["customer_spend:spend_30d"])
    first = published.publish("share")
    sql = "SELECT customer_id, COUNT(*) AS orders_30d, 2 * SUM(amount) AS spend_30d FROM purchases GROUP BY 1"
    published.define("customer_spend", sql=sql, entity="customer", sources=["purchases:30d"], owner="growth", description="Twice.")
    published.publish("customer_spend", acknowledge=["share@1"])
    assert published.training_set(ASKED[:1], ["share"]).features.column("share").to_pylist() == [4 / 60]
    define(published, "SELECT amount / spend_30d AS share", inputs=["customer_spend:spend_30d"])
    second = published.publish("share")
    assert second.version == first.version + 1
    assert published.training_set(ASKED[:1], ["share"]).features.column("share").to_pylist() == [4 / 120]
    assert published.training_set(ASKED[:1], ["share@1"]).features.column("share").to_pylist() == [4 / 60]


def test_lineage_goes_through_the_inputs_to_source_columns_and_the_request(published: FeatureStore) -> None:
    view = define(published).view  # type: ignore[attr-defined]
    assert view.feature("share").value_lineage == ("purchases.amount", "request.amount")
    assert view.feature("share").row_lineage == ("purchases.customer_id", "purchases.purchased_at")
    assert view.feature("is_large").value_lineage == ("request.amount",)


@pytest.fixture
def two_entities(published: FeatureStore, project: Path) -> FeatureStore:
    """The store with a view of cities, too."""
    frame = pd.DataFrame({"city": ["Rome", "Oslo"], "at": pd.to_datetime(["1998-01-01"] * 2), "rain": [1.0, 5.0]})
    frame.to_parquet(project / "data" / "weather.parquet", index=False)
    published.entity("place", city="VARCHAR")
    published.source("weather", "data/weather.parquet", entity="place", kind="state", event_timestamp="at")
    published.define(
        "weather_now", sql="SELECT city, rain FROM weather", entity="place", sources=["weather"], owner="sky", description="Rain."
    )
    published.publish("weather_now")
    published.materialize("weather_now", as_of=FEBRUARY)
    return published


def test_inputs_of_two_entities_and_one_twice_under_its_own_key(two_entities: FeatureStore) -> None:
    store = two_entities
    inputs = ["customer_spend:spend_30d", "weather_now:rain as home_rain", "weather_now[city=shop_city]:rain as shop_rain"]
    view = define(store, "SELECT spend_30d * (shop_rain - home_rain) AS x", inputs=inputs, request={}).view  # type: ignore[attr-defined]
    assert view.entity.key_names == ("customer_id", "city", "shop_city")
    store.publish("share")
    row = {"customer_id": 1, "city": "Rome", "shop_city": "Oslo"}
    trained = store.training_set(pd.DataFrame([row | {"as_of": pd.Timestamp(FEBRUARY)}]), ["share"]).features
    assert trained.column("x").to_pylist() == [240.0]
    assert store.online(["share"], [row]).to_dicts()[0]["x"] == 240.0
    renamed = store.online(["share[shop_city=where]"], [{"customer_id": 1, "city": "Rome", "where": "Oslo"}])
    assert renamed.to_dicts()[0]["x"] == 240.0


NOT_ROW_WISE = {
    "mean": 'inputs["amount"] - inputs["amount"].mean()',
    "shift": 'inputs["amount"].shift(1).fillna(0.0)',
    "cumulated": 'inputs["amount"].cumsum()',
    "rank": 'inputs["amount"].rank()',
    "scaled": 'inputs["amount"] / inputs["amount"].max()',
    "position": "pd.Series(range(len(inputs)))",
    "count": "float(len(inputs))",
}


@pytest.mark.parametrize("expression", NOT_ROW_WISE.values(), ids=NOT_ROW_WISE)
def test_a_function_whose_answer_depends_on_neighbours_is_not_published(published: FeatureStore, expression: str) -> None:
    define(published, "", python=f"import pandas as pd\ndef share(inputs):\n    return {{'x': {expression}}}")
    failed = [result for result in published.check("share").results if not result.is_passed]
    assert failed[0].name == "row-wise"
    assert failed[0].example is not None
    assert failed[0].example.values[0].feature == "x"
    with pytest.raises(PublishError, match="check 'row-wise' failed"):
        published.publish("share")


def test_a_row_wise_function_in_another_order_is_brought_back_by_its_index(published: FeatureStore) -> None:
    text = 'def share(inputs):\n    return inputs.sort_values("amount")[["amount"]].rename(columns={"amount": "x"}) * 2'
    define(published, "", python=text)
    assert published.check("share").is_passed
    assert published.training_set(ASKED[:4], ["share@draft"]).features.column("x").to_pylist() == [8.0, 22.0, 10.0, 120.0]


@pytest.mark.parametrize(
    ("sql", "rule", "at_fault"),
    [
        ("SELECT SUM(amount) AS x", "JF134", "SUM"),
        ("SELECT LAG(amount) OVER (ORDER BY amount) AS x", "JF134", "LAG"),
        ("SELECT amount AS x WHERE amount > 1", "JF134", "amount"),
        ("SELECT DISTINCT amount AS x", "JF134", "amount"),
        ("SELECT amount AS x FROM inputs JOIN inputs AS b ON TRUE", "JF134", "inputs"),
        ("SELECT amount AS x UNION ALL SELECT 1", "JF134", None),
        ("SELECT DATE_DIFF('day', DATE '2024-01-01', as_of()) AS x", "JF134", "as_of"),
        ("SELECT amont AS x", "JF106", "amont"),
        ("SELECT amount AS x FROM purchases", "JF105", "purchases"),
        ("SELECT now() AS x", "JF114", "now"),
        ("SELECT random() AS x", "JF114", "random"),
        ("SELECT amount FROM inputs LIMIT 1", "JF115", "1"),
        ("SELECT *", "JF109", "*"),
    ],
)
def test_an_expression_that_is_not_row_wise_is_refused(published: FeatureStore, sql: str, rule: str, at_fault: str | None) -> None:
    with pytest.raises(DefinitionError) as caught:
        define(published, sql)
    assert caught.value.rule == rule
    place = caught.value.place
    if at_fault is not None:
        assert place is not None
        assert place.source_line[place.column - 1 : place.column - 1 + place.length] == at_fault


def test_division_by_zero_is_null_as_in_every_view(published: FeatureStore) -> None:
    define(published, "SELECT 1.0 / (amount - amount) AS x, 7 // CAST(amount AS INTEGER) AS y")
    found = published.training_set(ASKED[:2], ["share@draft"]).features.to_pydict()
    assert found == {"x": [None, None], "y": [1, 0]}


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (ASKED.drop(columns="amount"), "request column 'amount' not at all"),
        (ASKED.assign(amount="1"), "Request column 'amount' is DOUBLE, but the rows have"),
    ],
)
def test_a_request_column_that_is_missing_or_of_another_type_is_an_error(
    published: FeatureStore, frame: pd.DataFrame, message: str
) -> None:
    define(published)
    with pytest.raises(EntityDataframeError, match=message):
        published.training_set(frame, ["share@draft"])


@pytest.mark.parametrize(
    ("request_", "message"),
    [({"customer_id": 1}, "no request column 'amount'"), ({"customer_id": 1, "amount": "4"}, "'amount' is DOUBLE, but '4' is text")],
)
def test_a_request_without_its_column_is_an_error(published: FeatureStore, request_: dict[str, object], message: str) -> None:
    define(published)
    published.publish("share")
    with pytest.raises(EntityDataframeError, match=message):
        published.online(["share"], [request_])


def test_an_integer_request_becomes_the_declared_double_and_null_stays_null(published: FeatureStore) -> None:
    define(published, "SELECT amount * 2 AS x")
    published.publish("share")
    asked = ASKED[:2].assign(amount=pd.array([3, None], dtype="Int64"))
    assert published.training_set(asked, ["share"]).features.column("x").to_pylist() == [6.0, None]
    served = published.online(["share"], [{"customer_id": 1, "amount": 3}, {"customer_id": 1, "amount": None}])
    assert served.features[0].values == (6.0, None)


def test_a_draft_input_can_be_tried_but_not_published(spend: FeatureStore) -> None:
    with pytest.raises(NotFoundError, match=r"customer_spend@draft to try it"):
        define(spend)
    define(spend, inputs=["customer_spend@draft"])
    assert spend.training_set(ASKED[:1], ["share@draft"]).features.column("number").to_pylist() == [3]
    with pytest.raises(PublishError, match="input 'customer_spend@draft' is a draft"):
        spend.publish("share")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"entity": "customer"}, "is on-demand and names an entity"),
        ({"sources": ["purchases"]}, "has sources and inputs"),
        ({"defaults": {"share": 0}}, "is on-demand and has a default"),
        ({"request": {"spend_30d": "DOUBLE"}}, "Two inputs are named 'spend_30d'"),
        ({"request": {"amount": "BLOB"}}, "cannot have the type 'BLOB'"),
    ],
)
def test_declarations_that_contradict_each_other_are_refused(published: FeatureStore, options: dict[str, object], message: str) -> None:
    with pytest.raises(InvalidArgumentError, match=message):
        define(published, **options)


def test_an_on_demand_input_of_an_on_demand_view_is_refused(published: FeatureStore) -> None:
    define(published)
    published.publish("share")
    with pytest.raises(InvalidArgumentError, match="is on-demand itself"):
        published.define("twice", sql="SELECT share * 2 AS x", inputs=["share:share"])


def test_what_needs_stored_values_says_that_there_are_none(published: FeatureStore) -> None:
    define(published)
    published.publish("share")
    with pytest.raises(InvalidArgumentError, match="'share' is computed at request time"):
        published.materialize("share", as_of=FEBRUARY)
    with pytest.raises(InvalidArgumentError, match="'share' is computed at request time"):
        published.compare("share", against=ASKED[:4])


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("None", "gives nothing"),
        ("{'x': inputs['amount'][:2]}", "'x' has 2 values for 40 rows"),
        ("{'x': [[1]] * len(inputs)}", "The type of feature 'x' is not known: the function gives list"),
        ("{'x': inputs[['amount']].to_numpy()}", "Feature 'x' is no column"),
        ("{'x': inputs['nope']}", "KeyError: 'nope'"),
        ("{'x': [None] * len(inputs)}", "The type of feature 'x' is not known"),
    ],
)
def test_an_answer_that_is_no_column_is_refused(published: FeatureStore, body: str, message: str) -> None:
    with pytest.raises(FeatureFunctionError, match=message):
        define(published, "", python=f"def share(inputs):\n    return {body}")


def test_a_feature_test_gives_the_inputs_beside_the_expected_values(published: FeatureStore) -> None:
    define(published, "SELECT amount / spend_30d AS share", inputs=["customer_spend:spend_30d"])
    text = "expect\namount | spend_30d | share\n3 | 6 | 0.5\n3 | 0 | NULL\nNULL | 6 | NULL"
    report = published.test("share", text)
    assert report.is_passed
    assert report.values == 3
    wrong = published.test("share", text.replace("0.5", "0.6"))
    assert [(each.path, each.expected, each.found) for each in wrong.mismatches] == [("training", 0.6, 0.5), ("serving", 0.6, 0.5)]
    with pytest.raises(FeatureTestError, match="no input 'spend_30d'"):
        published.test("share", "expect\namount | share\n3 | 1")


def test_a_saved_training_set_with_on_demand_features_is_rebuilt(published: FeatureStore, tmp_path: Path) -> None:
    define(published)
    published.publish("share")
    train = published.training_set(ASKED[:4], ["share", "customer_spend:spend_30d"])
    assert train.to_pandas()["share"].tolist()[:1] == [4 / 60]
    assert "purchases" in train.manifest["sources"]  # type: ignore[operator]
    train.save(tmp_path / "saved")
    assert published.rebuild(tmp_path / "saved").is_equal


def test_a_view_of_the_request_alone_needs_no_key(published: FeatureStore) -> None:
    define(published, "SELECT amount * 2 AS x", inputs=[])
    published.publish("share")
    assert published.training_set(ASKED[["amount", "as_of"]], ["share"]).features.column("x").to_pylist() == [8.0, 22.0, 10.0, 120.0, 2.0]
    (x,) = published.online(["share"], [{"amount": 2.0}]).features
    assert (x.values, x.status) == ((4.0,), ("FRESH",))


def test_sample_rows_have_the_columns_of_the_request(published: FeatureStore) -> None:
    define(published)
    published.publish("share")
    rows = published.sample_entities("share", rows=3)
    assert list(rows.columns) == ["customer_id", "amount", "as_of"]
    assert math.isfinite(published.training_set(rows, ["share:number"]).to_pandas()["number"].sum())


def test_the_sql_of_an_on_demand_view_reads_its_inputs(published: FeatureStore) -> None:
    define(published, "SELECT amount / spend_30d AS share", inputs=["customer_spend:spend_30d"])
    assert "amount" in published.bound_sql("share")
    define(published, "", python=SHARE_PYTHON)
    with pytest.raises(InvalidArgumentError, match="'share' is a Python function"):
        published.bound_sql("share")
