from collections.abc import Callable

import pytest

from jupyter_features.definitions.feature_view import CompiledView

Compile = Callable[..., CompiledView]

BASE = "SELECT customer_id, COUNT(*) AS n, SUM(amount) AS s FROM purchases WHERE amount > 0 AND cds > 1 GROUP BY customer_id"

SAME = [
    "select CUSTOMER_ID, count(*) n, sum(Amount) s from Purchases where amount > 0 and cds > 1 group by 1",
    """-- description: said otherwise
    SELECT customer_id, SUM(p.amount) AS s, COUNT(*) AS n
    FROM purchases AS p WHERE p.cds > 1 AND p.amount > 0 GROUP BY p.customer_id""",
    'SELECT "customer_id", COUNT(*) AS n, SUM(amount) AS s FROM purchases WHERE amount > 0 AND cds > 1 GROUP BY customer_id',
]
OTHER = [
    "SELECT customer_id, COUNT(*) AS n, SUM(amount) AS s FROM purchases WHERE amount >= 0 AND cds > 1 GROUP BY customer_id",
    "SELECT customer_id, COUNT(amount) AS n, SUM(amount) AS s FROM purchases WHERE amount > 0 AND cds > 1 GROUP BY customer_id",
    "SELECT customer_id, COUNT(*) AS m, SUM(amount) AS s FROM purchases WHERE amount > 0 AND cds > 1 GROUP BY customer_id",
    "SELECT customer_id, COUNT(*) AS n, SUM(amount) AS s FROM purchases WHERE amount > 0 OR cds > 1 GROUP BY customer_id",
    "SELECT customer_id, COUNT(*) AS n, SUM(DISTINCT amount) AS s FROM purchases WHERE amount > 0 AND cds > 1 GROUP BY customer_id",
]


@pytest.mark.parametrize("sql", SAME)
def test_a_change_of_spelling_keeps_the_fingerprint(compile_sql: Compile, sql: str) -> None:
    assert compile_sql(sql).fingerprint == compile_sql(BASE).fingerprint


@pytest.mark.parametrize("sql", OTHER)
def test_a_change_of_meaning_changes_the_fingerprint(compile_sql: Compile, sql: str) -> None:
    assert compile_sql(sql).fingerprint != compile_sql(BASE).fingerprint


def test_lookback_defaults_and_freshness_are_part_of_the_meaning(compile_sql: Compile) -> None:
    variants = [
        compile_sql(BASE),
        compile_sql(BASE, sources=["purchases:31d"]),
        compile_sql(BASE, sources=["purchases"]),
        compile_sql(BASE, defaults={"n": 0}),
        compile_sql(BASE, defaults={"n": 1}),
        compile_sql(BASE, freshness="1h"),
    ]
    assert len({view.fingerprint for view in variants}) == len(variants)


def test_owner_description_tags_and_reference_names_are_not(compile_sql: Compile) -> None:
    renamed = compile_sql(BASE.replace("purchases", "p"), sources=["purchases:30d as p"], owner="x", description="y", tags=["z"])
    assert renamed.fingerprint == compile_sql(BASE).fingerprint


def test_parameters_are_part_of_the_meaning_and_their_names_are_not(compile_sql: Compile) -> None:
    sql = "SELECT customer_id, COUNT(*) AS n FROM purchases WHERE amount > :{} GROUP BY 1"
    ten = compile_sql(sql.format("minimum"), params=["minimum DOUBLE = 10"])
    assert compile_sql(sql.format("least"), params=["least DOUBLE = 10.0"]).fingerprint == ten.fingerprint
    assert compile_sql(sql.format("minimum"), params=["minimum DOUBLE = 11"]).fingerprint != ten.fingerprint
