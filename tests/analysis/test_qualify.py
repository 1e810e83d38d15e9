from collections.abc import Callable

from jupyter_features.definitions.feature_view import CompiledView

from ..pairs import Pair, by_clause, each_pair
from .passes import qualified, rows_of_expected, rows_of_given, written


@each_pair("analysis/qualify.sql")
def test_every_name_says_what_it_belongs_to(pair: Pair) -> None:
    assert written(qualified(pair)) == by_clause(pair.expected)


@each_pair("analysis/qualify.sql")
def test_the_rows_are_those_that_duckdb_finds_behind_the_names(pair: Pair) -> None:
    assert rows_of_expected(pair) == rows_of_given(pair)


def test_a_position_in_group_by_and_the_name_of_that_output_have_one_fingerprint(compile_sql: Callable[[str], CompiledView]) -> None:
    inner = "SELECT customer_id, cds % 2 AS odd, COUNT(*) AS n FROM purchases GROUP BY customer_id, {}"
    named, placed = (compile_sql(f"SELECT customer_id, MAX(n) AS n FROM ({inner.format(key)}) AS q GROUP BY 1") for key in ("odd", "2"))
    assert named.fingerprint == placed.fingerprint
