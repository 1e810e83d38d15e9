"""Every allowed function, executed on both paths, with its answer worked out by hand.

Customer 1 bought 1, 2 and 3 CDs for 10, 20 and 40 dollars on 1 January, 31 January and 10 February 1998.
"""

from datetime import UTC, date, datetime

import pandas as pd
import pytest
import sqlglot

from jupyter_features.analysis.functions import AGGREGATES, SCALARS, WINDOW_FUNCTIONS
from jupyter_features.feature_store import FeatureStore

AS_OF = datetime(1998, 2, 11, tzinfo=UTC)

CASES: dict[str, object] = {
    "COUNT(*)": 3,
    "COUNT(DISTINCT cds % 2)": 2,
    "COUNT_IF(amount > 10)": 2,
    "SUM(amount)": 70.0,
    "SUM(cds)": 6,
    "AVG(amount)": 70.0 / 3,
    "AVG(cds) FILTER (WHERE cds > 1)": 2.5,
    "MIN(amount)": 10.0,
    "MAX(purchased_at)": datetime(1998, 2, 10),
    "MAX(purchased_at)::DATE": date(1998, 2, 10),
    "MEDIAN(amount)": 20.0,
    "BOOL_AND(amount > 10)": False,
    "BOOL_OR(amount > 10)": True,
    # Of 1, 2, 3: squares of the distances from 2 add to 2.
    "VARIANCE(cds)": 1.0,
    "VAR_POP(cds)": 2 / 3,
    "STDDEV(cds)": 1.0,
    "STDDEV_SAMP(cds)": 1.0,
    "STDDEV_POP(cds)": (2 / 3) ** 0.5,
    "ABS(MIN(cds) - 5)": 4,
    "CEIL(SUM(amount) / 60)": 2.0,
    "FLOOR(SUM(amount) / 60)": 1.0,
    "ROUND(SUM(amount) / 3, 1)": 23.3,
    "SIGN(MIN(cds) - 5)": -1,
    "SQRT(SUM(cds) + 3)": 3.0,
    "EXP(MIN(cds) - 1)": 1.0,
    "LN(MIN(cds))": 0.0,
    "POW(MAX(cds), 2)": 9.0,
    "GREATEST(MIN(cds), 2)": 2,
    "LEAST(MAX(cds), 2)": 2,
    "COALESCE(SUM(cds) FILTER (WHERE cds > 9), -1)": -1,
    "NULLIF(MAX(cds), 3)": None,
    "IF(SUM(cds) > 5, 'many', 'few')": "many",
    "CASE WHEN COUNT(*) > 3 THEN 'hot' WHEN COUNT(*) > 2 THEN 'warm' ELSE 'cold' END": "warm",
    "SUM(amount) / (COUNT(*) - 3)": None,
    "MAX(cds) // 2": 1,
    "MAX(cds) % 2": 1,
    "UPPER(MIN('ab'))": "AB",
    "LOWER(MIN('AB'))": "ab",
    "TRIM(MIN('  a '))": "a",
    "LENGTH(MIN('abc'))": 3,
    "SUBSTRING(MIN('abcd'), 2, 2)": "bc",
    "CONCAT(MIN('a'), MAX('b'))": "ab",
    "MIN('a') || MAX('b')": "ab",
    "DATE_DIFF('day', MAX(purchased_at), as_of())": 1,
    "DATE_TRUNC('month', MAX(purchased_at))": datetime(1998, 2, 1),
    "EXTRACT(YEAR FROM MAX(purchased_at))": 1998,
    "YEAR(MAX(purchased_at))": 1998,
    "QUARTER(MAX(purchased_at))": 1,
    "MONTH(MAX(purchased_at))": 2,
    "DAY(MAX(purchased_at))": 10,
    "HOUR(MAX(purchased_at))": 0,
    "MINUTE(MAX(purchased_at))": 0,
    # 10 February 1998 was a Tuesday; DuckDB counts from Sunday = 0.
    "DAYOFWEEK(MAX(purchased_at))": 2,
}

WINDOWS: dict[str, object] = {
    "ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY purchased_at)": 3,
    "RANK() OVER (PARTITION BY customer_id ORDER BY purchased_at)": 3,
    "DENSE_RANK() OVER (PARTITION BY customer_id ORDER BY purchased_at)": 3,
    "LAG(cds) OVER (PARTITION BY customer_id ORDER BY purchased_at)": 2,
    "LEAD(cds) OVER (PARTITION BY customer_id ORDER BY purchased_at)": 3,
    # The first value is 1 in every row; of the others, the greatest of customer 1's three rows counts.
    "FIRST_VALUE(cds) OVER (PARTITION BY customer_id ORDER BY purchased_at)": 1,
    "LAST_VALUE(cds) OVER (PARTITION BY customer_id ORDER BY purchased_at)": 3,
}


def answers(store: FeatureStore, sql: str) -> list[dict[str, object]]:
    """Compute customer 1 on the serving path and on the training path."""
    defined = store.define("every_function", sql=sql, entity="customer", sources=["purchases"], as_of=AS_OF)
    (served,) = [row for row in defined.values.to_pylist() if row.pop("customer_id") == 1]
    rows = pd.DataFrame({"customer_id": [1], "as_of": pd.Series([AS_OF], dtype="datetime64[us, UTC]")})
    (trained,) = [dict(row) for row in store.training_set(rows, ["every_function@draft"]).features.to_pylist()]
    return [served, {name: _naive(value) for name, value in trained.items()}]


def _naive(value: object) -> object:
    return value.replace(tzinfo=None) if isinstance(value, datetime) else value


def test_every_function_gives_what_the_hand_gives(store: FeatureStore) -> None:
    outputs = ", ".join(f"{text} AS f{number}" for number, text in enumerate(CASES))
    for found in answers(store, f"SELECT customer_id, {outputs} FROM purchases GROUP BY customer_id"):
        for (text, expected), value in zip(CASES.items(), found.values(), strict=True):
            assert value == (pytest.approx(expected, rel=1e-12) if isinstance(expected, float) else expected), text
            assert type(value) is type(expected), text


def test_every_window_function_gives_what_the_hand_gives(store: FeatureStore) -> None:
    inner = ", ".join(f"{text} AS w{number}" for number, text in enumerate(WINDOWS))
    outer = ", ".join(f"MAX(w{number}) AS f{number}" for number in range(len(WINDOWS)))
    for found in answers(store, f"SELECT customer_id, {outer} FROM (SELECT customer_id, {inner} FROM purchases) AS w GROUP BY customer_id"):
        assert dict(zip(WINDOWS, found.values(), strict=True)) == WINDOWS


def test_no_allowed_function_is_without_a_case() -> None:
    seen = {type(node) for text in (*CASES, *WINDOWS) for node in sqlglot.parse_one(f"SELECT {text}", read="duckdb").walk()}
    missing = [kind.__name__ for kind in (*SCALARS, *AGGREGATES, *WINDOW_FUNCTIONS) if kind not in seen]
    assert missing == []
