"""The row contract: N rows in, N rows out, each with its own answer."""

from datetime import date, datetime

import pandas as pd
import pyarrow as pa
import pytest

from jupyter_features.errors import EntityDataframeError, FeatureWarning, InvalidArgumentError, NotFoundError
from jupyter_features.feature_store import FeatureStore

FEATURES = ["customer_spend:orders_30d", "customer_spend:spend_30d"]


def utc(*texts: str | None) -> pd.DatetimeIndex:
    return pd.to_datetime(list(texts), utc=True)


def rows(customers: list[object], as_of: pd.DatetimeIndex) -> pd.DataFrame:
    return pd.DataFrame({"customer_id": customers, "as_of": as_of})


def values(store: FeatureStore, frame: pd.DataFrame, features: list[str] | None = None, **options: object) -> list[tuple[object, ...]]:
    table = store.training_set(frame, features or FEATURES, **options).features  # type: ignore[arg-type]
    return [tuple(row.values()) for row in table.to_pylist()]


def test_each_row_is_answered_at_its_own_instant(published: FeatureStore) -> None:
    frame = rows([1, 1, 1, 2, 3], utc("1998-01-31", "1998-02-01", "1998-02-11", "1998-01-16", "1998-01-01"))
    # 1998-01-31: the purchase of that day is not yet visible, that of 30 days before is. A day later it is the other way round.
    assert values(published, frame) == [(1, 10.0), (1, 20.0), (2, 60.0), (1, 5.5), (0, None)]


def test_columns_order_and_index_are_the_callers(published: FeatureStore) -> None:
    frame = rows([2, 1, 2], utc("1998-01-16", "1998-02-01", "1998-01-16")).assign(label=["x", "y", "z"])
    frame.index = pd.Index([7, 7, 3], name="row")
    before = frame.copy()
    result = published.training_set(frame, FEATURES).to_pandas()
    assert list(result.columns) == ["customer_id", "as_of", "label", "orders_30d", "spend_30d"]
    pd.testing.assert_frame_equal(result[["customer_id", "as_of", "label"]], before)
    pd.testing.assert_frame_equal(frame, before)
    assert result["orders_30d"].tolist() == [1, 1, 1]


def test_an_unknown_key_gets_the_default_and_null(published: FeatureStore) -> None:
    assert values(published, rows([404], utc("1998-02-01"))) == [(0, None)]


def test_a_row_without_key_or_instant_stays_and_is_null(published: FeatureStore) -> None:
    frame = rows([None, 1, 1], utc("1998-02-01", None, "1998-02-01"))
    with pytest.warns(FeatureWarning, match="2 of 3 rows have no join key or no timestamp"):
        assert values(published, frame) == [(None, None), (None, None), (1, 20.0)]


def test_integers_stay_integers_where_rows_are_missing(published: FeatureStore) -> None:
    frame = published.training_set(rows([1, 404], utc("1998-02-01", "1998-02-01")), FEATURES).to_pandas()
    assert str(frame["orders_30d"].dtype) == "Int64"
    assert str(frame["spend_30d"].dtype) == "float64"


def test_no_rows_give_no_rows_with_the_full_schema(published: FeatureStore) -> None:
    table = published.training_set(rows([], utc()), FEATURES).to_arrow()
    assert table.num_rows == 0
    assert table.schema.field("orders_30d").type == pa.int64()
    assert table.schema.field("spend_30d").type == pa.float64()


def test_naive_instants_are_utc_and_the_message_says_so_once(published: FeatureStore) -> None:
    frame = rows([1], pd.to_datetime(["1998-02-01"]))
    with pytest.warns(FeatureWarning, match="taken as UTC"):
        first = values(published, frame)
    # Warnings are errors here: a second one would raise.
    assert first == values(published, frame) == [(1, 20.0)]


def test_aware_instants_are_converted(published: FeatureStore) -> None:
    # Midnight in New York is five in the morning UTC: the purchase of that day is visible, the one 30 days before no longer.
    frame = rows([1], pd.to_datetime(["1998-01-31"]).tz_localize("America/New_York"))
    assert values(published, frame) == [(1, 20.0)]


@pytest.mark.parametrize(
    "as_of",
    [
        pd.Series(utc("1998-02-01")).astype("datetime64[ns, UTC]"),
        pd.Series(utc("1998-02-01")).astype("datetime64[s, UTC]"),
        pd.Series([pd.Timestamp("1998-02-01", tz="UTC")], dtype=object),
        pd.Series([pd.Timestamp("1998-02-01", tz="UTC")], dtype=pd.ArrowDtype(pa.timestamp("us", "UTC"))),
    ],
    ids=["ns", "s", "object", "arrow"],
)
def test_every_kind_of_time_column_means_the_same(published: FeatureStore, as_of: pd.Series) -> None:
    assert values(published, pd.DataFrame({"customer_id": [1], "as_of": as_of})) == [(1, 20.0)]


@pytest.mark.filterwarnings("ignore:Instants without a zone")
@pytest.mark.parametrize("as_of", [[date(1998, 2, 1)], [datetime(1998, 2, 1)]])
def test_dates_and_datetimes_are_times(published: FeatureStore, as_of: list[object]) -> None:
    assert values(published, pd.DataFrame({"customer_id": [1], "as_of": pd.Series(as_of, dtype=object)})) == [(1, 20.0)]


@pytest.mark.parametrize(
    ("frame", "sentence"),
    [
        (
            pd.DataFrame({"customer_id": ["1"], "as_of": utc("1998-02-01")}),
            r"Join key 'customer_id' is BIGINT, but column 'customer_id' is text(.|\n)*astype\('Int64'\)",
        ),
        (pd.DataFrame({"customer_id": [1.5], "as_of": utc("1998-02-01")}), "is BIGINT, but column 'customer_id' is double"),
        (pd.DataFrame({"customer": [1], "as_of": utc("1998-02-01")}), r"'customer_id' not at all(.|\n)*Did you mean 'customer'"),
        (pd.DataFrame({"customer_id": [1], "when": utc("1998-02-01")}), "timestamp column 'as_of' not at all"),
        (pd.DataFrame({"customer_id": [1], "as_of": ["1998-02-01"]}), r"not a time(.|\n)*pd.to_datetime"),
    ],
)
def test_a_column_that_does_not_join_is_refused(published: FeatureStore, frame: pd.DataFrame, sentence: str) -> None:
    with pytest.raises(EntityDataframeError, match=sentence):
        published.training_set(frame, FEATURES)


def test_keys_and_outputs_can_have_other_names(published: FeatureStore) -> None:
    frame = pd.DataFrame({"buyer": [1], "payer": [2], "as_of": utc("1998-02-01")})
    result = published.training_set(
        frame,
        ["customer_spend[customer_id=buyer]:spend_30d as buyer_spend", "customer_spend@1[customer_id=payer]:spend_30d as payer_spend"],
    ).to_pandas()
    assert (result["buyer_spend"][0], result["payer_spend"][0]) == (20.0, 5.5)


def test_a_whole_view_gives_all_its_features_and_full_names_their_view(published: FeatureStore) -> None:
    frame = rows([1], utc("1998-02-01"))
    assert published.training_set(frame, ["customer_spend"], full_names=True).features.column_names == [
        "customer_spend__orders_30d",
        "customer_spend__spend_30d",
    ]


@pytest.mark.parametrize(
    ("features", "frame_column", "sentence"),
    [
        (
            ["customer_spend:spend_30d", "customer_spend:spend_30d"],
            "label",
            "Two features would be named 'spend_30d'(.|\n)*full_names=True",
        ),
        (["customer_spend:spend_30d"], "spend_30d", "The rows have a column 'spend_30d' already"),
        ([], "label", "No feature is asked for"),
    ],
)
def test_two_columns_of_one_name_are_refused(published: FeatureStore, features: list[str], frame_column: str, sentence: str) -> None:
    with pytest.raises(InvalidArgumentError, match=sentence):
        published.training_set(rows([1], utc("1998-02-01")).assign(**{frame_column: 0}), features)


def test_an_unknown_feature_is_refused_with_the_name_meant(published: FeatureStore) -> None:
    with pytest.raises(NotFoundError, match=r"no feature of 'customer_spend' named 'spend_30'(.|\n)*Did you mean 'spend_30d'"):
        published.training_set(rows([1], utc("1998-02-01")), ["customer_spend:spend_30"])


def test_the_manifest_says_what_was_computed_from_what(published: FeatureStore) -> None:
    frame = rows([1, 2], utc("1998-02-01", "1998-02-01"))
    first, again = (published.training_set(frame, FEATURES).manifest for _ in range(2))
    other = published.training_set(frame.iloc[::-1], FEATURES).manifest
    assert first["rows"] == 2
    (view,) = first["views"]
    assert view["reference"] == "customer_spend@1"
    assert view["fingerprint"] == published.view_detail("customer_spend").fingerprint
    assert first["sources"]["purchases"]["location"] == "data/purchases.parquet"
    assert first["content_sha256"] == again["content_sha256"] != other["content_sha256"]


def test_a_draft_can_be_tried_by_name(spend: FeatureStore) -> None:
    frame = rows([1], utc("1998-02-01"))
    assert values(spend, frame, ["customer_spend@draft:spend_30d"]) == [(20.0,)]
    with pytest.raises(NotFoundError, match="no published feature view named 'customer_spend'"):
        spend.training_set(frame, ["customer_spend:spend_30d"])
