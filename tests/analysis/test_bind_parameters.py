from collections.abc import Callable

import pytest

from jupyter_features.errors import DefinitionError, InvalidArgumentError
from jupyter_features.feature_store import FeatureStore

SQL = "SELECT customer_id, COUNT(*) AS n FROM purchases WHERE amount > :minimum GROUP BY 1"


def test_a_parameter_stands_for_its_value(store: FeatureStore) -> None:
    counts = [
        store.define("v", sql=SQL, entity="customer", sources=["purchases"], params=[f"minimum DOUBLE = {value}"]).values.num_rows
        for value in (0, 5.5, 50)
    ]
    # Amounts by customer: 1 has 10, 20 and 40; 2 has 5.5; 3 has 99.
    assert counts == [3, 2, 1]


@pytest.mark.parametrize(
    ("params", "rule", "sentence"),
    [
        ([], "JF131", "There is no parameter 'minimum'"),
        (["minimun DOUBLE = 1"], "JF131", "Did you mean 'minimun'"),
        (["minimum DOUBLE = many"], "JF131", "Parameter 'minimum' is a DOUBLE; 'many' is not"),
        (["minimum DOUBLE = 1", "other DOUBLE = 1"], "JF132", "Parameter 'other' is declared but not used"),
    ],
)
def test_a_parameter_must_be_declared_typed_and_used(
    compile_sql: Callable[..., object], params: list[str], rule: str, sentence: str
) -> None:
    with pytest.raises(DefinitionError, match=sentence) as caught:
        compile_sql(SQL, params=params)
    assert caught.value.rule == rule


@pytest.mark.parametrize("text", ["minimum", "minimum DOUBLE", "DOUBLE = 1", "a b c = ", "minimum LIST = 1", "mini'mum DOUBLE = 1"])
def test_anything_else_is_no_parameter(compile_sql: Callable[..., object], text: str) -> None:
    with pytest.raises(InvalidArgumentError):
        compile_sql(SQL, params=[text])
