"""Every definition that is refused: its rule, and the text that the caret stands under."""

from collections.abc import Callable

import pytest

from jupyter_features.definitions.feature_view import CompiledView
from jupyter_features.errors import DefinitionError

Compile = Callable[..., CompiledView]

REFUSED = [
    ("JF101", "", None),
    ("JF101", "-- only a comment", None),
    ("JF102", "SELECT customer_id, COUNT(*) AS n FROM purchases WHERE (amount > 1 GROUP BY 1", "GROUP BY"),
    ("JF102", "SELECT customer_id,, COUNT(*) AS n FROM purchases GROUP BY 1", ","),
    ("JF102", "SELECT customer_id, 'abc AS n FROM purchases", "'"),
    ("JF103", "SELECT customer_id FROM purchases; SELECT cds FROM purchases", "cds"),
    ("JF104", "DELETE FROM purchases", "purchases"),
    ("JF105", "SELECT customer_id, COUNT(*) AS n FROM purchase GROUP BY 1", "purchase"),
    ("JF105", "SELECT p.customer_id, COUNT(q.cds) AS n FROM purchases p GROUP BY 1", "q"),
    ("JF106", "SELECT customer_id, SUM(amout) AS s FROM purchases GROUP BY 1", "amout"),
    (
        "JF107",
        "SELECT customer_id, COUNT(*) AS n FROM purchases JOIN profiles ON purchases.customer_id = profiles.customer_id GROUP BY 1",
        "customer_id",
    ),
    ("JF108", "SELECT customer_id, COUNT(*) FROM purchases GROUP BY 1", "COUNT"),
    ("JF108", "SELECT customer_id, COUNT(*) AS n, SUM(cds) AS n FROM purchases GROUP BY 1", "SUM"),
    ("JF108", 'SELECT customer_id, COUNT(*) AS "a\'b" FROM purchases GROUP BY 1', '"a\'b"'),
    ("JF108", "SELECT customer_id FROM purchases GROUP BY 1", "customer_id"),
    ("JF109", "SELECT * FROM purchases", "*"),
    ("JF110", "SELECT COUNT(*) AS n FROM purchases GROUP BY customer_id", "COUNT"),
    ("JF111", "SELECT customer_id, amount FROM purchases", "amount"),
    ("JF111", "SELECT customer_id, COUNT(*) AS n, amount FROM purchases GROUP BY 1", "amount"),
    ("JF112", "SELECT customer_id, COUNT(*) AS n FROM purchases GROUP BY customer_id, cds", "customer_id"),
    ("JF112", "SELECT customer_id, COUNT(*) AS n FROM purchases GROUP BY 7", "7"),
    ("JF113", "SELECT customer_id, ENTROPY(cds) AS n FROM purchases GROUP BY 1", "ENTROPY"),
    ("JF114", "SELECT customer_id, MAX(now()) AS n FROM purchases GROUP BY 1", "now"),
    ("JF114", "SELECT customer_id, COUNT(*) AS n FROM purchases WHERE purchased_at < CURRENT_DATE GROUP BY 1", "CURRENT_DATE"),
    ("JF114", "SELECT customer_id, SUM(random()) AS n FROM purchases GROUP BY 1", "random"),
    ("JF115", "SELECT customer_id, COUNT(*) AS n FROM purchases GROUP BY 1 LIMIT 5", "5"),
    ("JF115", "SELECT customer_id, COUNT(*) AS n FROM purchases GROUP BY 1 ORDER BY n", "n"),
    ("JF116", "SELECT purchases.customer_id, COUNT(*) AS n FROM purchases CROSS JOIN profiles GROUP BY 1", "profiles"),
    ("JF116", "SELECT purchases.customer_id, COUNT(*) AS n FROM purchases JOIN profiles ON cds > 1 GROUP BY 1", "profiles"),
    ("JF117", "SELECT customer_id, COUNT(*) AS n FROM purchases GROUP BY 1 -- not profiles", None),
    ("JF118", "SELECT customer_id, MAX(purchased_at) - MIN(purchased_at) AS n FROM purchases GROUP BY 1", "MAX"),
    ("JF121", "SELECT customer_id, first(amount) AS n FROM purchases GROUP BY 1", "first"),
    ("JF121", "SELECT customer_id, arg_max(amount, purchased_at) AS n FROM purchases GROUP BY 1", "arg_max"),
    ("JF121", "SELECT customer_id, list(amount) AS n FROM purchases GROUP BY 1", "list"),
    ("JF122", "SELECT customer_id, SUM(COUNT(*)) AS n FROM purchases GROUP BY 1", "SUM"),
    ("JF123", "SELECT customer_id, COUNT(*) AS n FROM read_parquet('x') GROUP BY 1", "read_parquet"),
    ("JF124", "SELECT purchases.customer_id, COUNT(*) AS n FROM purchases JOIN purchases USING (customer_id) GROUP BY 1", "purchases"),
    ("JF125", "SELECT customer_id, SUM(upper('a')) AS n FROM purchases GROUP BY 1", "SUM"),
    ("JF105", "SELECT q.customer_id, COUNT(*) AS n FROM (SELECT customer_id FROM purchases) GROUP BY 1", "customer_id"),
    ("JF105", "SELECT customer_id, COUNT(*) AS n FROM purchases GROUP BY 1 UNION ALL SELECT 1, 2", "1"),
    ("JF110", "SELECT n FROM (SELECT customer_id, COUNT(*) AS n FROM purchases GROUP BY 1) AS q", "n"),
    ("JF110", "SELECT q.n AS customer_id, 1 AS one FROM (SELECT customer_id, COUNT(*) AS n FROM purchases GROUP BY 1) AS q", "n"),
    ("JF110", "SELECT customer_id AS who, COUNT(*) AS n FROM purchases GROUP BY 1", "customer_id"),
    ("JF110", "SELECT customer_id, cds FROM purchases UNION ALL SELECT cds, customer_id FROM purchases", "cds"),
    (
        "JF111",
        (
            "SELECT customer_id, q.n FROM purchases JOIN (SELECT customer_id AS c, COUNT(*) AS n FROM purchases GROUP BY 1) q"
            " ON c = customer_id"
        ),
        "n",
    ),
    (
        "JF111",
        "SELECT p.customer_id, COUNT(*) AS n FROM purchases p JOIN (SELECT MAX(cds) AS m FROM purchases) q ON q.m = p.cds GROUP BY 1",
        "MAX",
    ),
    ("JF111", "SELECT customer_id, cds FROM purchases UNION ALL SELECT customer_id, cds FROM purchases", "cds"),
    (
        "JF112",
        "SELECT customer_id, n FROM (SELECT customer_id, cds AS n FROM purchases GROUP BY cds, customer_id) q GROUP BY n, customer_id",
        "n",
    ),
    ("JF112", "SELECT cds AS customer_id, COUNT(*) AS n FROM purchases GROUP BY cds", "cds"),
    (
        "JF116",
        "SELECT p.customer_id, COUNT(*) AS n FROM purchases p, profiles q WHERE p.customer_id = q.customer_id GROUP BY 1",
        "profiles",
    ),
    (
        "JF116",
        "SELECT p.customer_id, COUNT(*) AS n FROM purchases p FULL JOIN profiles q ON p.customer_id = q.customer_id GROUP BY 1",
        "profiles",
    ),
    (
        "JF116",
        "SELECT p.customer_id, COUNT(*) AS n FROM purchases p JOIN profiles q ON p.customer_id = q.customer_id OR true GROUP BY 1",
        "profiles",
    ),
    ("JF121", "SELECT customer_id, cds FROM purchases QUALIFY ROW_NUMBER() OVER (PARTITION BY customer_id) = 1", None),
    ("JF126", "SELECT customer_id, (SELECT MAX(cds) FROM purchases) AS n FROM purchases GROUP BY 1", None),
    (
        "JF126",
        (
            "SELECT customer_id, COUNT(*) AS n FROM purchases p"
            " WHERE EXISTS (SELECT 1 FROM profiles q WHERE q.customer_id = p.customer_id) GROUP BY 1"
        ),
        None,
    ),
    ("JF126", "SELECT customer_id, COUNT(*) AS n FROM purchases WHERE customer_id IN (SELECT customer_id FROM profiles) GROUP BY 1", None),
    (
        "JF127",
        "SELECT a.customer_id, COUNT(*) AS n FROM purchases a JOIN purchases b ON a.customer_id = b.customer_id GROUP BY 1",
        "purchases",
    ),
    ("JF128", "SELECT customer_id, MAX(x) AS x FROM (SELECT customer_id, SUM(cds) OVER () AS x FROM purchases) q GROUP BY 1", None),
    ("JF128", "SELECT customer_id, cds FROM purchases QUALIFY ROW_NUMBER() OVER (PARTITION BY cds ORDER BY amount) = 1", None),
    ("JF129", "SELECT customer_id, cds FROM purchases UNION ALL SELECT customer_id FROM purchases", "customer_id"),
    ("JF130", "WITH RECURSIVE a AS (SELECT customer_id FROM purchases) SELECT customer_id, COUNT(*) AS n FROM a GROUP BY 1", None),
    ("JF133", "SELECT customer_id, HOUR(MAX(purchased_at)::TIMESTAMPTZ) AS h FROM purchases GROUP BY 1", None),
    ("JF133", "SELECT customer_id, MAX(TRY_CAST('1998-01-01' AS TIMESTAMP WITH TIME ZONE)) AS h FROM purchases GROUP BY 1", None),
    ("JF190", "SELECT customer_id, cds FROM purchases EXCEPT SELECT customer_id, cds FROM purchases", "customer_id"),
    ("JF131", "SELECT customer_id, COUNT(*) AS n FROM purchases WHERE amount > :minimum GROUP BY 1", None),
    ("JF102", "SELECT customer_id, COUNT(*) AS n FROM purchases WHERE at AS 1 GROUP BY 1", "AS"),
    ("JF105", "SELECT customer_id, COUNT(*) AS n FROM (purchases) AS q GROUP BY 1", "purchases"),
    ("JF105", "SELECT p.customer_id, COUNT(*) AS n FROM (purchases p JOIN purchases q USING (customer_id)) GROUP BY 1", "purchases"),
    ("JF106", "WITH a AS (SELECT customer_id, amout FROM purchases) SELECT customer_id, MAX(amout) AS m FROM a GROUP BY 1", "amout"),
    ("JF106", "WITH a AS (SELECT customer_id, cds FROM purchases) SELECT customer_id, MAX(cdz) AS m FROM a GROUP BY 1", "cdz"),
    ("JF110", "SELECT customer_id, COUNT(*) AS n FROM (SELECT 1 AS customer_id FROM purchases) AS q GROUP BY 1", "1"),
    ("JF111", "SELECT customer_id, cds FROM purchases QUALIFY RANK() OVER (PARTITION BY customer_id ORDER BY cds) = 1", "cds"),
    ("JF111", "SELECT customer_id, cds FROM purchases QUALIFY ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY cds) <= 2", "cds"),
    (
        "JF111",
        "SELECT customer_id, cds FROM purchases QUALIFY ROW_NUMBER() OVER (PARTITION BY customer_id, cds ORDER BY amount) = 1",
        "cds",
    ),
    (
        "JF111",
        "SELECT customer_id, cds FROM purchases QUALIFY ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY cds) = 1 OR cds = 1",
        "cds",
    ),
    (
        "JF111",
        (
            "WITH r AS (SELECT customer_id, cds, ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY cds) AS rn FROM purchases),"
            " twice AS (SELECT customer_id, cds, rn FROM r UNION ALL SELECT customer_id, cds, rn FROM r)"
            " SELECT customer_id, cds FROM twice WHERE rn = 1"
        ),
        "cds",
    ),
    ("JF112", "SELECT customer_id, COUNT(*) AS n FROM purchases GROUP BY ALL", "customer_id"),
    (
        "JF112",
        "SELECT q.customer_id, COUNT(*) AS n FROM purchases p LEFT JOIN profiles q ON q.customer_id = p.customer_id GROUP BY q.customer_id",
        "customer_id",
    ),
    ("JF121", "SELECT customer_id, any_value(cds) AS n FROM purchases GROUP BY 1", "any_value"),
    (
        "JF121",
        (
            "SELECT customer_id, MAX(x) AS x FROM"
            " (SELECT customer_id, SUM(cds) OVER (PARTITION BY customer_id ROWS 2 PRECEDING) AS x FROM purchases) q GROUP BY 1"
        ),
        "SUM",
    ),
    (
        "JF121",
        (
            "SELECT customer_id, MAX(x) AS x FROM (SELECT customer_id, FIRST_VALUE(cds) OVER (PARTITION BY customer_id"
            " ORDER BY purchased_at RANGE BETWEEN INTERVAL 7 DAY PRECEDING AND CURRENT ROW) AS x FROM purchases) q GROUP BY 1"
        ),
        "FIRST_VALUE",
    ),
    (
        "JF190",
        (
            "SELECT customer_id, MAX(cds) AS n FROM (SELECT customer_id, cds FROM purchases UNION"
            " (SELECT customer_id, cds FROM purchases UNION ALL SELECT customer_id, 0 FROM purchases)) q GROUP BY 1"
        ),
        "customer_id",
    ),
    ("JF125", "SELECT customer_id, SUM(cds) / 'x' AS n FROM purchases GROUP BY 1", None),
    (
        "JF127",
        (
            "SELECT p.customer_id, COUNT(*) AS n FROM purchases p JOIN"
            " (SELECT customer_id, RANK() OVER (PARTITION BY customer_id ORDER BY cds) AS rn FROM purchases) q"
            " ON q.customer_id = p.customer_id AND q.rn = 1 GROUP BY 1"
        ),
        None,
    ),
    (
        "JF190",
        (
            "SELECT customer_id, MAX(a) AS a, MAX(b) AS b FROM (SELECT customer_id, cds AS a, amount AS b FROM purchases"
            " UNION ALL BY NAME SELECT customer_id, amount AS b, cds AS a FROM purchases) q GROUP BY 1"
        ),
        None,
    ),
    ("JF190", "SELECT DISTINCT ON (customer_id) customer_id, cds FROM purchases", "customer_id"),
]


@pytest.mark.parametrize(("rule", "sql", "marked"), REFUSED)
def test_a_refused_definition_names_its_rule_and_its_place(compile_sql: Compile, rule: str, sql: str, marked: str | None) -> None:
    with pytest.raises(DefinitionError) as caught:
        compile_sql(sql)
    error = caught.value
    assert error.rule == rule
    if marked is not None:
        assert error.place is not None
        start = error.place.column - 1
        assert error.place.source_line[start : start + error.place.length] == marked


def test_the_caret_stands_under_the_fault(compile_sql: Compile) -> None:
    with pytest.raises(DefinitionError) as caught:
        compile_sql("SELECT customer_id,\n       SUM(amout) AS s\nFROM purchases\nGROUP BY 1", first_line=2)
    assert caught.value.report() == (
        "JF106: There is no column 'amout' in 'purchases'.\n"
        "  line 3:        SUM(amout) AS s\n"
        "                     ^^^^^\n"
        "Did you mean 'amount'?"
    )


def test_a_parameter_must_be_used(compile_sql: Compile) -> None:
    with pytest.raises(DefinitionError) as caught:
        compile_sql("SELECT customer_id, COUNT(*) AS n FROM purchases GROUP BY 1", params=["minimum DOUBLE = 1"])
    assert caught.value.rule == "JF132"


def test_the_caret_finds_its_line_in_a_nested_scope(compile_sql: Compile) -> None:
    sql = """WITH a AS (
    SELECT customer_id, cds FROM (
        SELECT customer_id, cds, NTH_VALUE(cds, 2) OVER (PARTITION BY customer_id ORDER BY cds) AS x
        FROM purchases
    ) AS inner_rows
)
SELECT customer_id, MAX(cds) AS m FROM a GROUP BY 1"""
    with pytest.raises(DefinitionError) as caught:
        compile_sql(sql, first_line=2)
    place = caught.value.place
    assert place is not None
    assert (place.line, place.column) == (4, 34)


def test_a_refused_definition_leaves_no_draft(compile_sql: Compile, store) -> None:
    with pytest.raises(DefinitionError):
        compile_sql("SELECT customer_id, now() AS n FROM purchases GROUP BY 1")
    assert store.drafts() == {}


@pytest.mark.parametrize(
    ("defaults", "sentence"),
    [({"nn": 0}, "which is no feature"), ({"n": "many"}, "must be a BIGINT"), ({"n": 1.5}, "must be a BIGINT")],
)
def test_a_default_must_fit_a_feature(compile_sql: Compile, defaults: dict[str, object], sentence: str) -> None:
    with pytest.raises(DefinitionError, match=sentence):
        compile_sql("SELECT customer_id, COUNT(*) AS n FROM purchases GROUP BY 1", defaults=defaults)
