from datetime import datetime, timedelta
from decimal import Decimal

from jupyter_features.analysis.literals import Literals, literals_of

from ..duplicate_pairs import make_compiler


def literals(body: str, **header: list[str]) -> Literals:
    return literals_of(make_compiler()("some", body, {"entity": ["customer"], "source": ["orders:30d"]} | header))


def test_literals_of_a_query_know_their_columns_and_lengths() -> None:
    found = literals(
        """SELECT customer_id,
                  COUNT(*) FILTER (WHERE total > -2.5 AND channel IN ('web', 'app')) AS n,
                  MAX(CASE WHEN ordered_at >= TIMESTAMP '2023-01-02' THEN 'new' ELSE 'old' END) AS label,
                  SUM(total) FILTER (WHERE ordered_at >= as_of() - INTERVAL 36 HOUR) AS recent
           FROM orders GROUP BY customer_id"""
    )
    assert {"web", "app", "new", "old"} <= found.texts
    assert found.texts_of("channel")[0] == ["app", "web"]
    assert found.numbers_of("Total")[0] == [Decimal("-2.5")]
    assert found.lengths == {timedelta(days=30), timedelta(hours=36)}
    assert found.instants == {datetime(2023, 1, 2)}


def test_literals_of_a_function_leave_out_names_and_prose() -> None:
    body = '''
import pandas as pd

def some(orders, as_of):
    """Not 99 of them."""
    kept = orders[orders["channel"] == "web"]
    recent = kept["ordered_at"] >= as_of - pd.Timedelta("7D")
    return {"n": int(recent.sum()) if len(kept) > 3 else -1}
'''
    found = literals(body, returns=["n:BIGINT"])
    assert found.texts == {"web"}
    assert found.numbers == {Decimal(3), Decimal(-1)}
    assert found.lengths == {timedelta(days=30), timedelta(days=7)}
