from jupyter_features.analysis.parse import parse
from jupyter_features.analysis.row_wise import read_inputs
from jupyter_features.analysis.sql_text import SqlText

from ..pairs import Pair, by_clause, each_pair
from .passes import rows_of_expected, written


@each_pair("analysis/row_wise.sql")
def test_expressions_read_the_inputs(pair: Pair) -> None:
    text = SqlText(pair.given)
    assert written(read_inputs(text, parse(text))) == by_clause(pair.expected)


@each_pair("analysis/row_wise.sql")
def test_each_row_of_the_inputs_has_one_answer(pair: Pair) -> None:
    assert rows_of_expected(pair) == pair.rows_in_any_order
