"""How much a change of a function, or of an expression over inputs, breaks."""

from __future__ import annotations

from typing import Any

import pytest

from jupyter_features.analysis.compatibility import Compatibility, compatibility
from jupyter_features.definitions.feature_view import CompiledView
from jupyter_features.feature_store import FeatureStore

FUNCTION = "def v(purchases, as_of):\n    return {'n': len(purchases), 'most': float(purchases['amount'].max())}\n"
OVER_ROWS: dict[str, Any] = {
    "python": FUNCTION,
    "entity": "customer",
    "sources": ["purchases:30d"],
    "owner": "growth",
    "description": "Of them.",
}
SHARE = "SELECT amount / spend_30d AS share, amount > 50 AS is_large"
OVER_INPUTS: dict[str, Any] = {
    "sql": SHARE,
    "inputs": ["customer_spend:spend_30d", "customer_spend:orders_30d"],
    "request": {"amount": "DOUBLE"},
    "owner": "growth",
    "description": "Of the spend.",
}


def told(store: FeatureStore, before: dict[str, Any], after: dict[str, Any]) -> Compatibility:
    views: list[CompiledView] = []
    for definition in (before, after):
        store.define("v", **definition)
        views.append(store.drafts()["v"])
    return compatibility(*views)


@pytest.mark.parametrize(
    ("change", "level", "reasons"),
    [
        ({"description": "Reworded."}, "PATCH", ()),
        ({"freshness": "1h"}, "PATCH", ()),
        ({"python": FUNCTION.replace("return", "# A remark.\n    return")}, "PATCH", ()),
        ({"defaults": {"n": 0}}, "MAJOR", ("n has the default 0, it had None",)),
        ({"sources": ["purchases:60d"]}, "MAJOR", ("n is computed in another way", "most is computed in another way")),
        # The parts of a function are not told apart.
        ({"python": FUNCTION.replace(".max()", ".min()")}, "MAJOR", ("n is computed in another way", "most is computed in another way")),
        ({"returns": {"n": "INTEGER"}}, "MAJOR", ("n was BIGINT and is INTEGER",)),
    ],
)
def test_a_change_of_a_function(store: FeatureStore, change: dict[str, Any], level: str, reasons: tuple[str, ...]) -> None:
    found = told(store, OVER_ROWS, OVER_ROWS | change)

    assert (found.level, found.reasons) == (level, reasons)


@pytest.mark.parametrize(
    ("change", "level", "reasons"),
    [
        ({"sql": f"{SHARE}, amount * 2 AS double"}, "MINOR", ("double is new",)),
        ({"sql": SHARE.replace("> 50", "> 60")}, "MAJOR", ("is_large is computed in another way",)),
        # An input that no expression reads, and one by another name.
        ({"inputs": ["customer_spend:spend_30d"]}, "PATCH", ()),
        ({"inputs": ["customer_spend:spend_30d as spend"], "sql": SHARE.replace("spend_30d", "spend")}, "PATCH", ()),
        ({"sql": SHARE.replace("spend_30d", "orders_30d")}, "MAJOR", ("share is computed in another way",)),
        ({"request": {"amount": "DOUBLE", "rate": "DOUBLE"}}, "MAJOR", ("the request must have rate DOUBLE",)),
    ],
)
def test_a_change_of_expressions(published: FeatureStore, change: dict[str, Any], level: str, reasons: tuple[str, ...]) -> None:
    found = told(published, OVER_INPUTS, OVER_INPUTS | change)

    assert (found.level, found.reasons) == (level, reasons)


def test_another_version_of_an_input_changes_what_reads_the_features_that_changed(published: FeatureStore) -> None:
    sql = "SELECT customer_id, COUNT(*) AS orders_30d, SUM(2 * amount) AS spend_30d FROM purchases GROUP BY 1"
    about = {"entity": "customer", "sources": ["purchases:30d"], "owner": "growth", "description": "Doubled."}
    published.define("customer_spend", sql=sql, defaults={"orders_30d": 0}, **about)
    published.publish("customer_spend")
    both = OVER_INPUTS | {"sql": "SELECT amount / spend_30d AS share, amount * orders_30d AS product"}
    before, after = (
        both | {"inputs": [f"customer_spend@{version}:spend_30d", f"customer_spend@{version}:orders_30d"]} for version in (1, 2)
    )

    assert told(published, before, after).reasons == ("share is computed in another way",)
