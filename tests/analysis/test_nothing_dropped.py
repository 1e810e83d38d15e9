"""What the compiler could only keep by leaving a part of the text out is refused."""

from collections.abc import Callable

import pytest

from jupyter_features.definitions.feature_view import CompiledView
from jupyter_features.errors import DefinitionError

Compile = Callable[..., CompiledView]
A = "WITH a AS (SELECT customer_id, cds, amount FROM purchases)"
TWO = """SELECT p.customer_id, COUNT(*) AS n FROM purchases p
JOIN (SELECT customer_id, MAX(cds) AS cds FROM purchases GROUP BY 1) q ON q.customer_id = p.customer_id
JOIN (SELECT customer_id, cds, MAX(amount) AS top FROM purchases GROUP BY 1, 2) r USING (customer_id, cds) GROUP BY 1"""

REFUSED = {
    "columns of a source under other names": (
        "JF190",
        "SELECT customer_id, SUM(cds) AS s FROM purchases AS p(customer_id, purchased_at, amount, cds) GROUP BY 1",
    ),
    "columns of a WITH under other names": (
        "JF190",
        f"{A} SELECT customer_id, SUM(cds) AS s FROM a AS b(customer_id, amount, cds) GROUP BY 1",
    ),
    "a sample of a WITH": ("JF114", f"{A} SELECT customer_id, SUM(cds) AS s FROM a TABLESAMPLE 10% GROUP BY 1"),
    "a PIVOT of a WITH": ("JF190", f"{A} SELECT customer_id, COUNT(*) AS n FROM a PIVOT (SUM(cds) FOR cds IN (1, 2)) GROUP BY 1"),
    "a USING column of two earlier relations": ("JF107", TWO),
    "two commas in a row, beside a parameter": ("JF102", "SELECT customer_id,, COUNT(*) AS n FROM purchases WHERE cds > :p GROUP BY 1"),
    "two WITH of one name, beside a parameter": (
        "JF102",
        f"{A}, a AS (SELECT customer_id, -cds AS cds FROM purchases) SELECT customer_id, MAX(cds) AS m FROM a WHERE cds > :p GROUP BY 1",
    ),
}


@pytest.mark.parametrize(("rule", "sql"), REFUSED.values(), ids=REFUSED.keys())
def test_a_part_that_would_have_no_effect_is_refused(compile_sql: Compile, rule: str, sql: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        compile_sql(sql, params=["p BIGINT = 0"] if ":p" in sql else [])
    assert caught.value.rule == rule
