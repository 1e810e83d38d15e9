from collections.abc import Callable
from datetime import UTC, datetime

import msgspec
import pandas as pd
import pytest

from jupyter_features.card import MAX_LINES, WIDTH
from jupyter_features.compiler import visibility
from jupyter_features.feature_store import FeatureStore
from jupyter_features.operations import check as check_module
from jupyter_features.operations.check import check

NAMES = ("rules", "one row", "determinism", "future", "paths", "zones")  # a registry demands the same


@pytest.fixture
def leak(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Lets one plan of the compiler count the event of the very instant."""
    bounded = visibility.visible

    def leaky(source, table, as_of, lookback, **options):
        return bounded(msgspec.structs.replace(source, inclusive=True), table, as_of, lookback, **options)

    return lambda plan: monkeypatch.setattr(f"jupyter_features.compiler.{plan}.visible", leaky)


def test_a_view_that_keeps_the_law_passes(spend: FeatureStore) -> None:
    report = spend.check("customer_spend")
    assert report.is_passed
    assert report.passed_names == NAMES
    assert report.summary() == "rules, one row, determinism, future, paths, zones: passed"


def test_a_compiler_that_lets_the_future_in_is_shown_by_one_row(spend: FeatureStore, leak: Callable[[str], None]) -> None:
    leak("constants")
    leak("spine")
    report = spend.check("customer_spend")
    assert [result.name for result in report.failures] == ["future"]
    # At the first instant customer 1 buys for the first time in 30 days; she has no row until that is over.
    assert report.card().to_text() == (
        "[x] Checks of customer_spend (failed)\n"
        "  Failed: future\n"
        "  Passed: rules, one row, determinism, paths, zones\n"
        "  Where: customer_id 1 as of 1998-01-01\n"
        "  What: orders_30d: no row without invisible rows, 1 with them\n"
        "  Also: spend_30d\n"
        "  Why: this row of purchases may not be seen then, yet counts\n"
        "  customer_id  purchased_at  cds  amount\n"
        "            1    1998-01-01    1      10\n"
        "Next: mend the definition, then %feature check customer_spend"
    )


def test_a_training_path_that_differs_is_caught(spend: FeatureStore, leak: Callable[[str], None]) -> None:
    leak("spine")
    assert [result.name for result in spend.check("customer_spend").failures] == ["paths"]


def test_a_failure_stands_in_the_way_of_publishing_with_its_example(spend: FeatureStore, leak: Callable[[str], None]) -> None:
    leak("constants")
    leak("spine")
    (blocker,) = spend.plan("customer_spend").blockers
    assert blocker.startswith("check 'future' failed: customer_id 1 as of 1998-01-01: orders_30d: no row")


def test_a_failed_card_fits_twelve_lines(store: FeatureStore, leak: Callable[[str], None]) -> None:
    wide = {f"a_column_with_quite_a_long_name_{number}": ["a long text as well"] * 6 for number in range(20)}
    rows = pd.DataFrame({"customer_id": [1] * 6, "at": pd.date_range("1998-01-01", periods=6).astype("datetime64[us]"), **wide})
    store.source("wide", rows, entity="customer", kind="events", event_timestamp="at")
    counts = ", ".join(f"COUNT({name}) AS n_{name}" for name in wide)
    store.define("counts", sql=f"SELECT customer_id, {counts} FROM wide GROUP BY 1", entity="customer", sources=["wide"])
    leak("constants")
    report = store.check("counts")
    assert not report.is_passed
    lines = report.text().split("\n")
    assert len(lines) <= MAX_LINES
    assert max(map(len, lines)) <= WIDTH
    assert "a long text as well" in report.card().to_html()


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


def test_a_source_without_rows_passes(store: FeatureStore) -> None:
    rows = pd.DataFrame({"customer_id": pd.array([], "int64"), "at": pd.array([], "datetime64[us]")})
    store.source("nothing", rows, entity="customer", kind="events", event_timestamp="at")
    defined = store.define("none", sql="SELECT customer_id, COUNT(*) AS n FROM nothing GROUP BY 1", entity="customer", sources=["nothing"])
    assert store.check(defined).is_passed


def test_a_column_of_a_type_that_arrow_lacks_is_checked(store: FeatureStore, project) -> None:
    store._engine._connection.sql(
        "SELECT 1::BIGINT AS customer_id, TIMESTAMP '1998-01-01' AS at, UUID '6f1ed002-ab54-4bd2-9fcd-000000000001' AS id, 5::HUGEINT AS b"
    ).write_parquet(str(project / "data" / "ids.parquet"))
    store.source("ids", "data/ids.parquet", entity="customer", kind="events", event_timestamp="at")
    sql = "SELECT customer_id, COUNT(DISTINCT id) AS n, SUM(b) AS total FROM ids GROUP BY 1"
    assert store.check(store.define("known", sql=sql, entity="customer", sources=["ids"])).is_passed


def test_what_is_unchanged_is_checked_once(spend: FeatureStore, project, monkeypatch: pytest.MonkeyPatch) -> None:
    views = []
    whole = check_module.check
    monkeypatch.setattr(check_module, "check", lambda view, *rest: views.append(view.name) or whole(view, *rest))
    spend.check("customer_spend")
    spend.plan("customer_spend")
    spend.publish("customer_spend")
    assert views == ["customer_spend"]
    path = project / "data" / "purchases.parquet"
    pd.read_parquet(path).head(4).to_parquet(path, index=False)
    spend.check("customer_spend")
    assert views == ["customer_spend"] * 2


def test_defining_does_not_wait_for_the_checks(spend: FeatureStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check_module, "check", lambda *_: pytest.fail("it was checked"))
    defined = spend.define(
        "orders", sql="SELECT customer_id, COUNT(*) AS n FROM purchases GROUP BY 1", entity="customer", sources=["purchases"]
    )
    assert "Checks: rules passed; for the others, %feature check orders" in defined.text()


def test_a_global_view_is_checked_and_its_leak_is_shown(store: FeatureStore, leak: Callable[[str], None]) -> None:
    sql = "SELECT COUNT(*) AS n, SUM(amount) AS total FROM purchases"
    defined = store.define("market", sql=sql, sources=["purchases:30d"])
    assert check(defined.view, store._engine).is_passed
    leak("constants")
    leak("spine")
    report = check(defined.view, store._engine)
    assert [result.name for result in report.failures] == ["future"]
    assert "  Where: as of 1998-01-01\n" in report.text()
    (row,) = report.failures[0].example.rows  # type: ignore[union-attr]
    assert dict(row.cells)["purchased_at"] == datetime(1998, 1, 1)
