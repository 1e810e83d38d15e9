"""Every definition over global sources and views that is refused: its rule, its caret and a word of its hint."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from jupyter_features.definitions.feature_view import CompiledView
from jupyter_features.errors import DefinitionError, InvalidArgumentError
from jupyter_features.feature_store import FeatureStore

Compile = Callable[..., CompiledView]
# Rule, SQL, the text under the caret, a part of the hint.
OF_CUSTOMER = [
    (
        "JF123",
        "SELECT o.customer_id, MAX(price) AS p FROM orders o JOIN products q ON q.category = o.currency GROUP BY 1",
        "products",
        "q.product_id = ...",
    ),
    ("JF123", "SELECT o.customer_id, MAX(price) AS p FROM orders o JOIN products q ON TRUE GROUP BY 1", "products", "--global"),
    (
        "JF123",
        "SELECT o.customer_id, MAX(stars) AS p FROM orders o JOIN reviews r ON r.product_id = o.product_id GROUP BY 1",
        "reviews",
        "Declare the data with --global",
    ),
    (
        "JF123",
        "SELECT o.customer_id, MAX(p) AS p FROM orders o, (SELECT MAX(price) AS p FROM products) AS q GROUP BY 1",
        "products",
        "--global",
    ),
    ("JF123", "SELECT currency AS customer_id, MAX(rate) AS rate FROM rates GROUP BY 1", "rates", "leave --entity out"),
    (
        "JF116",
        "SELECT o.customer_id, MAX(rate) AS rate FROM rates r JOIN orders o ON r.currency = o.currency AND r.kind = 'mid' GROUP BY 1",
        "rates",
        "Begin with a source of customer",
    ),
    (
        "JF116",
        "SELECT o.customer_id, MAX(rate) AS rate FROM orders o CROSS JOIN rates GROUP BY 1",
        "rates",
        "Write ON ... = rates.currency",
    ),
    (
        "JF116",
        "SELECT o.customer_id, MAX(rate) AS rate FROM orders o, rates r WHERE r.currency = o.currency GROUP BY 1",
        "rates",
        "at most one row",
    ),
    ("JF116", "SELECT o.customer_id, MAX(rate) AS rate FROM orders o JOIN rates r ON r.rate > o.total GROUP BY 1", "rates", "Write ON"),
    ("JF116", "SELECT o.customer_id, MAX(level) AS l FROM orders o RIGHT JOIN levels ON TRUE GROUP BY 1", "levels", "LEFT JOIN"),
    ("JF116", "SELECT o.customer_id, MAX(level) AS l FROM orders o FULL JOIN levels ON TRUE GROUP BY 1", "levels", "LEFT JOIN"),
    (
        "JF127",
        "SELECT o.customer_id, SUM(total * rate) AS s FROM orders o JOIN rates r ON r.currency = o.currency GROUP BY 1",
        "rates",
        "r.currency, r.kind",
    ),
    (
        "JF127",
        "SELECT o.customer_id, SUM(total) AS s FROM orders o JOIN calendar c ON c.day = o.ordered_at GROUP BY 1",
        "calendar",
        "--key COLUMN",
    ),
    ("JF116", "SELECT o.customer_id, SUM(total) AS s FROM orders o JOIN codes c ON c.code = o.code GROUP BY 1", "code", "type of c.code"),
    (
        "JF127",
        (
            "SELECT o.customer_id, SUM(total) AS s FROM orders o JOIN rates r ON r.currency = o.currency JOIN products p ON"
            " p.product_id = o.product_id AND p.category = r.kind WHERE r.kind = p.category GROUP BY 1"
        ),
        "rates",
        "r.kind",
    ),
    ("JF111", "SELECT o.customer_id, rate FROM orders o JOIN rates r ON r.currency = o.currency AND r.kind = 'mid'", "rate", "GROUP BY"),
    (
        "JF111",
        "SELECT o.customer_id, MAX(m.rate) AS rate FROM orders o, (SELECT currency, MAX(rate) AS rate FROM rates) AS m GROUP BY 1",
        "currency",
        "MAX(currency)",
    ),
    (
        "JF110",
        (
            "SELECT r.currency, MAX(total) AS t FROM orders o JOIN rates r ON r.currency = o.currency AND r.kind = 'mid'"
            " GROUP BY o.customer_id, 1"
        ),
        "currency",
        "Select it",
    ),
]
OF_EVERYBODY = [
    ("JF111", "SELECT customer_id, COUNT(*) AS n FROM orders GROUP BY customer_id", "customer_id", "--entity"),
    ("JF111", "SELECT total FROM orders", "total", "Aggregate without GROUP BY"),
    ("JF111", "SELECT MAX(total) AS m, currency FROM orders", "currency", "MAX(currency)"),
    ("JF111", "SELECT currency, kind, rate FROM rates", "rate", "Aggregate"),
    ("JF111", "SELECT rate FROM rates WHERE currency = 'EUR'", "rate", "Aggregate"),
    ("JF111", "SELECT COUNT(*) AS n FROM orders UNION ALL SELECT COUNT(*) FROM clicks", None, "Aggregate"),
    ("JF111", "SELECT total FROM orders QUALIFY RANK() OVER (ORDER BY total) = 1", "total", "Aggregate"),
    ("JF111", "SELECT total FROM orders QUALIFY ROW_NUMBER() OVER (PARTITION BY currency ORDER BY total) = 1", "total", "Aggregate"),
    ("JF121", "SELECT total FROM orders QUALIFY ROW_NUMBER() OVER () = 1", None, "ORDER BY"),
    ("JF116", "SELECT COUNT(*) AS n FROM orders CROSS JOIN clicks", "clicks", "clicks.column"),
    ("JF116", "SELECT COUNT(*) AS n FROM orders o JOIN clicks c ON c.seen_at < o.ordered_at", "clicks", "c.column"),
    ("JF127", "SELECT SUM(o.total) AS s FROM orders o JOIN rates r ON r.currency = o.currency", "rates", "r.currency, r.kind"),
    ("JF114", "SELECT COUNT(*) AS n FROM orders WHERE ordered_at < now()", "now", "as_of()"),
]


def _check(caught: pytest.ExceptionInfo[DefinitionError], rule: str, marked: str | None, hint: str) -> None:
    error = caught.value
    assert (error.rule, hint in error.hint) == (rule, True), error.report()
    assert error.place is not None
    start = error.place.column - 1
    assert marked in (None, error.place.source_line[start : start + error.place.length])


@pytest.mark.parametrize(("rule", "sql", "marked", "hint"), OF_CUSTOMER)
def test_a_view_of_an_entity_is_refused(compile_shop: Compile, rule: str, sql: str, marked: str, hint: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        compile_shop(sql, entity="customer")
    _check(caught, rule, marked, hint)


@pytest.mark.parametrize(("rule", "sql", "marked", "hint"), OF_EVERYBODY)
def test_a_view_of_everybody_is_refused(compile_shop: Compile, rule: str, sql: str, marked: str | None, hint: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        compile_shop(sql, entity=None)
    _check(caught, rule, marked, hint)


def test_an_entity_cannot_take_the_name_that_global_views_are_listed_under(store: FeatureStore) -> None:
    with pytest.raises(InvalidArgumentError, match="cannot be named 'global'"):
        store.entity("global", customer_id="BIGINT")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"entity": None, "kind": "events", "event_timestamp": "purchased_at", "key": ["cds"]}, "and events all count"),
        ({"entity": None, "kind": "static", "key": {"cds": "cds"}}, "there is no join key"),
        ({"entity": "customer", "kind": "static", "key": ["cds"]}, "which column is which join key"),
        ({"entity": None, "kind": "static", "key": ["cdz"]}, "'cdz'"),
    ],
)
def test_a_key_must_fit_the_kind_of_source(store: FeatureStore, options: dict[str, object], sentence: str) -> None:
    with pytest.raises((InvalidArgumentError, LookupError), match=sentence):
        store.source("again", "data/purchases.parquet", **options)  # type: ignore[arg-type]
