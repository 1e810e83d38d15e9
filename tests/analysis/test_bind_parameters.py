from collections.abc import Callable

import pytest

from jupyter_features.analysis.bind_parameters import bind_parameters
from jupyter_features.analysis.inline_ctes import inline_ctes
from jupyter_features.analysis.parse import parse
from jupyter_features.analysis.sql_text import SqlText
from jupyter_features.definitions.feature_view import FeatureView
from jupyter_features.definitions.parameter import parse_parameter
from jupyter_features.definitions.source_reference import as_source_references
from jupyter_features.errors import DefinitionError, InvalidArgumentError
from jupyter_features.feature_store import FeatureStore
from jupyter_features.operations.define_sql import parameter_values

from ..pairs import Pair, by_clause, each_pair
from .passes import rows_of_expected, written

SQL = "SELECT customer_id, COUNT(*) AS n FROM purchases WHERE amount > :minimum GROUP BY 1"


@each_pair("analysis/bind_parameters.sql")
def test_each_parameter_is_its_value(pair: Pair) -> None:
    text = SqlText(pair.given)
    params = tuple(map(parse_parameter, pair.texts("param")))
    values = parameter_values(FeatureView(name="v", entity="customer", sources=as_source_references(["purchases"]), params=params))
    assert written(bind_parameters(text, inline_ctes(text, parse(text)), values)) == by_clause(pair.expected)


@each_pair("analysis/bind_parameters.sql")
def test_the_rows_are_those_of_the_value(pair: Pair) -> None:
    assert rows_of_expected(pair) == pair.rows_in_any_order


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
