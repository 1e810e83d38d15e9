from jupyter_features.analysis.existence import require_rows

from ..pairs import Pair, by_clause, each_pair
from .passes import qualified, rows_of_expected, rows_of_given, written


@each_pair("analysis/existence.sql")
def test_what_aggregates_everything_is_asked_to_exist(pair: Pair) -> None:
    assert written(require_rows(qualified(pair))) == by_clause(pair.expected)


@each_pair("analysis/existence.sql")
def test_nothing_else_changes(pair: Pair) -> None:
    assert rows_of_expected(pair) == rows_of_given(pair)
