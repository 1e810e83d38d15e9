import random
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from jupyter_features.definitions.entity import Entity, JoinKey
from jupyter_features.definitions.feature_view import CompiledView, Feature
from jupyter_features.errors import ComparisonError, InvalidArgumentError, NotFoundError
from jupyter_features.skew.compare import compare
from jupyter_features.skew.parity import ParityCounts, Tolerance
from jupyter_features.skew.report import SkewReport

JANUARY = datetime(1998, 1, 1, tzinfo=UTC).replace(tzinfo=None)
FEBRUARY = datetime(1998, 2, 1, tzinfo=UTC).replace(tzinfo=None)
CompareSpend = Callable[..., SkewReport]


def test_each_key_and_instant_is_counted_once_and_the_rates_follow(compare_spend: CompareSpend) -> None:
    skew = compare_spend({1: 10.0, 2: 20.0, 3: None, 4: 40.0, 5: 50.0}, {1: 10.0, 2: 22.0, 3: 1.0, 4: None, 6: 60.0, 7: None}).features[0]
    assert skew.counts == ParityCounts(
        match=2, value_mismatch=1, null_in_notebook=1, null_in_production=1, missing_in_production=1, missing_in_notebook=1
    )
    assert (skew.n, skew.match_rate, skew.strict_rate, skew.verdict) == (7, 2 / 7, 2 / 7, "skew")
    # Newcombe's formula at 2 of 7, worked out by hand.
    assert skew.interval == pytest.approx((0.0822, 0.6411), abs=5e-5)


def test_the_same_key_at_another_instant_is_another_row(view: CompiledView, rows: Callable[..., Any]) -> None:
    notebook = rows([(1, JANUARY, 1.0), (1, FEBRUARY, 2.0)])
    production = rows([(1, FEBRUARY, 2.0), (1, JANUARY, 2.0)], instant="at")
    report = compare(
        view=view, version=None, notebook=notebook, production=production, features=["spend"], columns={}, timestamp="at", against="crm"
    )
    assert report.features[0].counts == ParityCounts(match=1, value_mismatch=1)
    assert [(row.keys, row.as_of, row.difference) for row in report.features[0].worst] == [(("1",), "1998-01-01", "+1")]


def test_a_default_is_what_the_definition_gives_an_entity_without_a_row(view: CompiledView, rows: Callable[..., Any]) -> None:
    notebook = rows([(1, JANUARY, 4), (2, JANUARY, None)], ["orders"])
    production = rows([(1, JANUARY, 4), (2, JANUARY, 0), (3, JANUARY, 0), (4, JANUARY, 1), (None, JANUARY, 0)], ["orders"], instant="at")
    report = compare(
        view=view, version=1, notebook=notebook, production=production, features=["orders"], columns={}, timestamp="at", against="crm"
    )
    # Customer 2 has a row whose value is NULL, and a row without a key is no entity: neither is served the default 0.
    assert report.features[0].counts == ParityCounts(match=2, null_in_notebook=1, missing_in_notebook=2)


@pytest.mark.parametrize(
    ("dtype", "default", "served", "arrow"),
    [
        ("DECIMAL(10,2)", "1.50", Decimal("1.50"), pa.decimal128(10, 2)),
        ("DATE", "1997-01-01", date(1997, 1, 1), pa.date32()),
        ("TIMESTAMP", "1997-01-01 12:30:00", JANUARY.replace(year=1997, hour=12, minute=30), pa.timestamp("us")),
        ("BOOLEAN", True, True, pa.bool_()),
        ("VARCHAR", "none", "none", pa.large_string()),
        ("FLOAT", 1, 1.0, pa.float32()),
    ],
)
def test_a_default_of_every_type_is_served(view: CompiledView, dtype: str, default: Any, served: object, arrow: Any) -> None:
    typed = CompiledView(
        definition=view.definition,
        entity=view.entity,
        sources=(),
        normal_sql="",
        fingerprint="",
        features=(Feature(name="value", dtype=dtype, default=default),),
    )
    instants = pa.array([JANUARY], pa.timestamp("us"))
    notebook = pa.table({"customer_id": [1], "as_of": instants, "value": pa.array([None], arrow)})
    production = pa.table({"customer_id": [2], "as_of": instants, "value": pa.array([served], arrow)})
    report = compare(
        view=typed, version=1, notebook=notebook, production=production, features=["value"], columns={}, timestamp="as_of", against="crm"
    )
    assert report.features[0].counts == ParityCounts(match=1, missing_in_production=1)


def test_repeated_production_rows_are_duplicates_and_stay_two(view: CompiledView, rows: Callable[..., Any]) -> None:
    production = rows([(1, JANUARY, 1.0), (1, JANUARY, 1.0), (2, JANUARY, 2.0)], instant="at")
    notebook = rows([(1, JANUARY, 1.0), (2, JANUARY, 2.0)])
    report = compare(
        view=view, version=1, notebook=notebook, production=production, features=["spend"], columns={}, timestamp="at", against="crm"
    )
    assert report.features[0].counts == ParityCounts(match=1, duplicate_key=2)


def test_rows_that_never_meet_are_no_overlap_and_have_no_rate(compare_spend: CompareSpend) -> None:
    # NULL equals the NULL that is served to a customer without a row, and is still no evidence.
    report = compare_spend({1: 1.0}, {2: None})
    skew = report.features[0]
    assert (report.verdict, report.exit_code) == ("no_overlap", 3)
    assert (skew.match_rate, skew.strict_rate, skew.interval) == (None, None, None)


def test_a_permuted_column_has_no_drift_and_almost_no_parity(compare_spend: CompareSpend) -> None:
    values = [float(number) for number in range(500)]
    permuted = values.copy()
    random.Random(0).shuffle(permuted)
    skew = compare_spend(dict(enumerate(values)), dict(enumerate(permuted))).features[0]
    assert skew.drift is not None
    assert (skew.drift.js, skew.drift.psi, skew.drift.ks) == (0, 0, 0)
    assert skew.match_rate is not None
    assert skew.match_rate < 0.02


def test_the_threshold_is_the_least_rate_that_passes(compare_spend: CompareSpend) -> None:
    notebook, production = {1: 1.0, 2: 2.0, 3: 3.0, 4: 4.0}, {1: 1.0, 2: 2.0, 3: 3.0, 4: 5.0}
    assert compare_spend(notebook, production).verdict == "skew"
    assert compare_spend(notebook, production, threshold=0.75).verdict == "pass"


def test_a_wider_tolerance_lets_floats_match_and_the_strict_rate_stands_beside(compare_spend: CompareSpend) -> None:
    skew = compare_spend({1: 1.0, 2: 2.0}, {1: 1.05, 2: 2.0}, tolerance=Tolerance(rel=0.05)).features[0]
    assert (skew.match_rate, skew.strict_rate) == (1.0, 0.5)


def test_production_may_name_and_type_things_its_own_way(view: CompiledView, rows: Callable[..., Any]) -> None:
    notebook = rows([(1, JANUARY, 1.5, "UK")], ["spend", "country"])
    production = pa.table(
        {
            "customer_id": pa.array([1], pa.int32()),
            # 01:00 in Berlin is midnight UTC.
            "at": pa.array([JANUARY], pa.timestamp("ns", "Europe/Berlin")),
            "SpendTotal": pa.array([Decimal("1.50")]),
            "country": pa.array(["UK"]).dictionary_encode(),
        }
    )
    report = compare(
        view=view,
        version=1,
        notebook=notebook,
        production=production,
        features=["spend", "country"],
        columns={"spend": "SpendTotal"},
        timestamp="at",
        against="crm",
    )
    assert report.verdict == "pass"


def test_every_key_type_joins(view: CompiledView) -> None:
    keys = (JoinKey("name", "VARCHAR"), JoinKey("day", "DATE"), JoinKey("as_of", "BOOLEAN"))
    typed = CompiledView(
        definition=view.definition,
        entity=Entity(name="visit", join_keys=keys[:2]),
        sources=(),
        normal_sql="",
        fingerprint="",
        features=view.features,
    )
    table = pa.table(
        {"name": ["a", "b"], "day": [JANUARY.date()] * 2, "as_of": pa.array([JANUARY] * 2, pa.timestamp("us")), "spend": [1.0, 2.0]}
    )
    report = compare(
        view=typed, version=1, notebook=table, production=table, features=["spend"], columns={}, timestamp="as_of", against="crm"
    )
    assert report.features[0].counts == ParityCounts(match=2)


def test_worst_rows_show_every_class_then_the_largest_differences(compare_spend: CompareSpend) -> None:
    notebook: dict[int, float | None] = dict.fromkeys(range(20), 0.0) | {20: 1.0, 21: None}
    production: dict[int, float | None] = {key: float(key + 1) for key in range(20)} | {20: None, 22: 5.0}
    worst = compare_spend(notebook, production).features[0].worst
    assert [(row.parity_class, row.keys[0]) for row in worst] == [
        *(("value_mismatch", str(key)) for key in range(19, 12, -1)),
        ("null_in_production", "20"),
        ("missing_in_production", "21"),
        ("missing_in_notebook", "22"),
    ]
    assert (worst[0].notebook, worst[0].production, worst[0].difference) == ("0.0", "20.0", "+20")
    assert (worst[-1].notebook, worst[-1].production, worst[-1].difference) == ("(no row)", "5.0", "")


def test_equal_input_in_another_order_gives_an_equal_report(compare_spend: CompareSpend) -> None:
    notebook, production = {key: float(key) for key in range(50)}, {key: float(key % 7) for key in range(50)}
    backwards = dict(reversed(list(production.items())))
    assert compare_spend(notebook, production) == compare_spend(notebook, backwards)


def refused(view: CompiledView, production: Any, **options: Any) -> str:
    notebook = pa.table(
        {"customer_id": [1], "as_of": pa.array([JANUARY], pa.timestamp("us")), "spend": [1.0], "orders": [1], "country": ["UK"]}
    )
    given = {"features": ["spend"], "columns": {}, "timestamp": "as_of", "against": "crm.parquet", "version": 1} | options
    with pytest.raises((ComparisonError, NotFoundError, InvalidArgumentError)) as caught:
        compare(view=view, notebook=notebook, production=production, **given)
    return str(caught.value)


def test_a_missing_column_is_named_with_its_purpose_and_a_near_one(view: CompiledView, rows: Callable[..., Any]) -> None:
    good = rows([(1, JANUARY, 1.0)])
    assert "no column 'customer_id', the join key" in refused(view, good.drop_columns("customer_id"))
    message = refused(view, good.rename_columns(["customer_id", "as_off", "spend"]))
    assert "'crm.parquet' has no column 'as_of', the instant of each row" in message
    assert "Did you mean 'as_off'?" in message
    message = refused(view, good, columns={"spend": "total"})
    assert "has no column 'total', the value of feature 'spend'" in message
    assert "Its columns: customer_id, as_of, spend" in message


def test_two_columns_of_one_name_are_refused(view: CompiledView, rows: Callable[..., Any]) -> None:
    good = rows([(1, JANUARY, 1.0)])
    assert "more than one column 'spend'" in refused(view, good.append_column("spend", pa.array([2.0])))


def test_production_without_rows_is_refused(view: CompiledView, rows: Callable[..., Any]) -> None:
    assert "'crm.parquet' has no rows" in refused(view, rows([]))


def test_a_key_of_another_type_is_refused_by_both_types(view: CompiledView, rows: Callable[..., Any]) -> None:
    production = rows([(1, JANUARY, 1.0)]).set_column(0, "customer_id", pa.array(["1"]))
    assert "Join key 'customer_id' is BIGINT in the definition and string in 'crm.parquet'" in refused(view, production)


def test_a_key_beyond_the_type_of_the_entity_is_refused(view: CompiledView, rows: Callable[..., Any]) -> None:
    production = rows([(1, JANUARY, 1.0)]).set_column(0, "customer_id", pa.array([2**64 - 1], pa.uint64()))
    assert "does not fit BIGINT" in refused(view, production)


def test_an_instant_that_is_no_time_is_refused(view: CompiledView, rows: Callable[..., Any]) -> None:
    production = rows([(1, JANUARY, 1.0)]).set_column(1, "as_of", pa.array(["1998-01-01"]))
    assert "Column 'as_of' of 'crm.parquet' is string; an instant is expected" in refused(view, production)


def test_text_against_a_number_is_refused_by_both_types(view: CompiledView, rows: Callable[..., Any]) -> None:
    production = rows([(1, JANUARY, 1.0)]).set_column(2, "spend", pa.array(["1.0"]))
    assert "Feature 'spend' is double in the notebook and string in production" in refused(view, production)


def test_features_and_threshold_are_checked(view: CompiledView, rows: Callable[..., Any]) -> None:
    good = rows([(1, JANUARY, 1.0)])
    assert "Did you mean 'spend'?" in refused(view, good, features=["spent"])
    assert "spend, orders, country" in refused(view, good, features=[])
    assert "Threshold 99 is not a share" in refused(view, good, threshold=99)


def test_instants_a_nanosecond_apart_are_one_microsecond(view: CompiledView, rows: Callable[..., Any]) -> None:
    nanoseconds = int((JANUARY - datetime(1970, 1, 1, tzinfo=UTC).replace(tzinfo=None)) / timedelta(microseconds=1)) * 1000 + 1
    production = rows([(1, JANUARY, 1.0)]).set_column(1, "as_of", pa.array([nanoseconds], pa.timestamp("ns")))
    report = compare(
        view=view,
        version=1,
        notebook=rows([(1, JANUARY, 1.0)]),
        production=production,
        features=["spend"],
        columns={},
        timestamp="as_of",
        against="crm",
    )
    assert report.verdict == "pass"
