from jupyter_features.analysis.cast_outputs import cast_outputs
from jupyter_features.analysis.existence import require_rows
from jupyter_features.analysis.rewrite import rewrite

from ..pairs import Pair, by_clause, each_pair
from .passes import qualified, rows_of_expected, rows_of_given, sources_of, written


@each_pair("analysis/rewrite.sql")
def test_each_thing_is_said_the_one_way_that_means_the_same_everywhere(pair: Pair) -> None:
    assert written(rewrite(require_rows(qualified(pair)), sources_of(pair))) == by_clause(pair.expected)


@each_pair("analysis/cast_outputs.sql")
def test_outputs_have_types_that_every_store_knows(pair: Pair) -> None:
    (types,) = pair.texts("types")
    assert written(cast_outputs(qualified(pair), types.split(", "))) == by_clause(pair.expected)


@each_pair("analysis/rewrite.sql", "analysis/cast_outputs.sql")
def test_the_rows_are_those_of_the_query_as_written_but_for_its_traps(pair: Pair) -> None:
    assert rows_of_expected(pair) == rows_of_given(pair)
