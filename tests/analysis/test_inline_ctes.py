from jupyter_features.analysis.inline_ctes import inline_ctes
from jupyter_features.analysis.parse import parse
from jupyter_features.analysis.sql_text import SqlText

from ..pairs import Pair, by_clause, each_pair
from .passes import rows_of_expected, rows_of_given, written


@each_pair("analysis/inline_ctes.sql")
def test_each_use_of_a_common_table_expression_is_its_body(pair: Pair) -> None:
    text = SqlText(pair.given)
    assert written(inline_ctes(text, parse(text))) == by_clause(pair.expected)


@each_pair("analysis/inline_ctes.sql")
def test_the_rows_are_those_of_the_query_with_its_with(pair: Pair) -> None:
    assert rows_of_expected(pair) == rows_of_given(pair)
