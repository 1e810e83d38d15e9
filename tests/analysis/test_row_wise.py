import pytest

from jupyter_features.analysis.parse import parse
from jupyter_features.analysis.row_wise import read_inputs
from jupyter_features.analysis.sql_text import SqlText
from jupyter_features.errors import DefinitionError
from jupyter_features.feature_store import FeatureStore

from ..pairs import Pair, by_clause, each_pair
from .passes import rows_of_expected, written


@each_pair("analysis/row_wise.sql")
def test_expressions_read_the_inputs(pair: Pair) -> None:
    text = SqlText(pair.given)
    assert written(read_inputs(text, parse(text))) == by_clause(pair.expected)


@each_pair("analysis/row_wise.sql")
def test_each_row_of_the_inputs_has_one_answer(pair: Pair) -> None:
    assert rows_of_expected(pair) == pair.rows_in_any_order


@pytest.mark.parametrize(
    ("rule", "sql"),
    [
        ("JF134", "SELECT amount AS x FROM (SELECT amount * 2 AS amount FROM inputs) AS q"),
        ("JF134", "SELECT amount AS x FROM (SELECT amount FROM inputs WHERE amount > 1) AS q"),
        ("JF190", "SELECT amount AS x FROM inputs AS i(cds, amount)"),
    ],
)
def test_the_inputs_are_read_as_they_are(store: FeatureStore, rule: str, sql: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        store.define("v", sql=sql, request={"amount": "DOUBLE", "cds": "BIGINT"})
    assert caught.value.rule == rule
