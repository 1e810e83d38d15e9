"""Definitions over global sources and views that are accepted, and what they mean to the fingerprint and the lineage."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from jupyter_features.definitions.feature_view import CompiledView
from jupyter_features.feature_store import FeatureStore

Compile = Callable[..., CompiledView]

OF_CUSTOMER = [
    "SELECT o.customer_id, SUM(total * rate) AS s FROM orders o JOIN rates r ON o.currency = r.currency AND r.kind = 'mid' GROUP BY 1",
    (
        "SELECT o.customer_id, SUM(total * rate) AS s FROM orders o LEFT JOIN rates r ON r.currency = o.currency WHERE"
        " r.kind = 'mid' GROUP BY 1"
    ),
    "SELECT o.customer_id, MAX(price) AS p FROM orders o LEFT JOIN products q USING (product_id) GROUP BY 1",
    "SELECT o.customer_id, MAX(total / level) AS s FROM orders o CROSS JOIN levels GROUP BY o.customer_id",
    "SELECT o.customer_id, MAX(total / level) AS s FROM orders o JOIN levels l ON o.total > l.level GROUP BY o.customer_id",
    "SELECT o.customer_id, MAX(best) AS b FROM orders o, (SELECT MAX(rate) AS best FROM rates) AS m GROUP BY o.customer_id",
    "SELECT o.customer_id, COUNT(cut) AS n FROM orders o JOIN promotions p ON p.product_id = o.product_id GROUP BY 1",
    (
        "SELECT o.customer_id, SUM(total * b) AS s FROM orders o JOIN (SELECT currency, MAX(rate) AS b FROM rates GROUP"
        " BY currency) AS m ON m.currency = o.currency GROUP BY 1"
    ),
    (
        "SELECT o.customer_id, SUM(total * rate) AS s FROM orders o JOIN (SELECT currency, rate FROM rates QUALIFY"
        " ROW_NUMBER() OVER (PARTITION BY currency ORDER BY since DESC) = 1) AS m ON m.currency = o.currency GROUP BY 1"
    ),
    (
        "SELECT o.customer_id, SUM(total * rate) AS s FROM orders o JOIN (SELECT currency, rate, ROW_NUMBER() OVER"
        " (PARTITION BY currency ORDER BY since DESC) AS n FROM rates) AS m ON m.currency = o.currency AND m.n = 1"
        " GROUP BY 1"
    ),
]
OF_EVERYBODY = [
    "SELECT AVG(total) AS a, COUNT(*) AS n FROM orders",
    "SELECT rate FROM rates WHERE currency = 'EUR' AND 'mid' = kind",
    "SELECT level FROM levels",
    "SELECT total FROM orders QUALIFY ROW_NUMBER() OVER (ORDER BY ordered_at DESC) = 1",
    "SELECT total FROM (SELECT total, ROW_NUMBER() OVER (ORDER BY ordered_at) AS n FROM orders) AS q WHERE n = 1",
    "SELECT MAX(n) AS busiest FROM (SELECT customer_id, COUNT(*) AS n FROM orders GROUP BY customer_id) AS q",
    "SELECT SUM(total * price) AS s FROM orders o JOIN products p ON p.product_id = o.product_id",
    "SELECT SUM(price) AS s FROM products p JOIN orders o ON p.product_id = o.product_id",
    (
        "SELECT a.n AS orders, b.n AS clicks FROM (SELECT COUNT(*) AS n FROM orders) AS a LEFT JOIN (SELECT COUNT(*) AS"
        " n FROM clicks) AS b ON TRUE"
    ),
    "SELECT COUNT(*) AS n FROM orders HAVING COUNT(*) > 10",
    "SELECT o.total, l.level FROM (SELECT SUM(total) AS total FROM orders) AS o CROSS JOIN levels AS l",
]


@pytest.mark.parametrize("sql", OF_CUSTOMER)
def test_a_view_of_an_entity_may_read_what_all_share(compile_shop: Compile, sql: str) -> None:
    assert compile_shop(sql, entity="customer").entity.name == "customer"


@pytest.mark.parametrize("sql", OF_EVERYBODY)
def test_a_view_of_everybody_has_no_join_key(compile_shop: Compile, sql: str) -> None:
    view = compile_shop(sql, entity=None)
    assert (view.definition.entity, view.entity.join_keys) == ("", ())


def test_a_cross_join_has_one_meaning_in_three_spellings(compile_shop: Compile) -> None:
    text = "SELECT o.customer_id, MAX(total / level) AS s FROM orders o {} GROUP BY o.customer_id"
    joins = ("CROSS JOIN levels", ", levels", "JOIN levels ON TRUE", "INNER JOIN levels ON (TRUE)")
    prints = {compile_shop(text.format(join), entity="customer").fingerprint for join in joins}
    assert len(prints) == 1
    assert compile_shop(text.format("LEFT JOIN levels ON TRUE"), entity="customer").fingerprint not in prints


def test_whose_rows_a_source_has_is_part_of_the_meaning(compile_shop: Compile, shop: FeatureStore) -> None:
    sql = "SELECT o.customer_id, MAX(price) AS p FROM orders o LEFT JOIN {} q ON q.product_id = o.{} GROUP BY 1"
    declared: dict[str, Any] = {"kind": "state", "event_timestamp": "since"}
    shop.source("shared", "products.parquet", entity=None, key=["product_id"], **declared)
    shop.source("own", "products.parquet", entity="customer", key={"customer_id": "product_id"}, **declared)
    of_product = compile_shop(sql.format("products", "product_id"), entity="customer")
    shared = shop.define("v", sql=sql.format("shared", "product_id"), entity="customer", sources=["orders", "shared"]).view
    own = shop.define("v", sql=sql.format("own", "customer_id"), entity="customer", sources=["orders", "own"]).view
    assert shared.fingerprint == of_product.fingerprint != own.fingerprint


def test_lineage_leads_to_global_sources_and_their_clocks(compile_shop: Compile) -> None:
    view = compile_shop(
        "SELECT o.customer_id, SUM(total * rate) AS s FROM orders o JOIN rates r ON o.currency = r.currency AND r.kind = 'mid' GROUP BY 1",
        entity="customer",
    )
    feature = view.feature("s")
    assert feature.value_lineage == ("orders.total", "rates.rate")
    assert set(feature.row_lineage) == {
        "orders.currency",
        "orders.customer_id",
        "orders.ordered_at",
        "rates.currency",
        "rates.kind",
        "rates.since",
    }
