from jupyter_features.analysis.parse import parse
from jupyter_features.analysis.sql_text import SqlText

from ..pairs import Pair, by_clause, each_pair
from .passes import rows_of_expected, rows_of_given, written


@each_pair("analysis/parse.sql")
def test_what_only_groups_or_shortens_is_gone(pair: Pair) -> None:
    assert written(parse(SqlText(pair.given))) == by_clause(pair.expected)


@each_pair("analysis/parse.sql")
def test_the_rows_are_those_of_the_text(pair: Pair) -> None:
    assert rows_of_expected(pair) == rows_of_given(pair)
