from ..pairs import Pair, by_clause, each_pair
from .passes import qualified, rows_of_expected, rows_of_given, written


@each_pair("analysis/qualify.sql")
def test_every_name_says_what_it_belongs_to(pair: Pair) -> None:
    assert written(qualified(pair)) == by_clause(pair.expected)


@each_pair("analysis/qualify.sql")
def test_the_rows_are_those_that_duckdb_finds_behind_the_names(pair: Pair) -> None:
    assert rows_of_expected(pair) == rows_of_given(pair)
