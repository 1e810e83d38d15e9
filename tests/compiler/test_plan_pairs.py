"""Each plan as text, beside the rows that this very text gives, worked out by hand from the rows in `plan_shop`."""

from __future__ import annotations

from jupyter_features.compiler.constants import constants_plan
from jupyter_features.compiler.lateral import lateral_plan
from jupyter_features.compiler.lookup import lookup_plan
from jupyter_features.compiler.newest import rows_until
from jupyter_features.compiler.row_wise import row_wise_plan
from jupyter_features.compiler.spine import spine_plan
from jupyter_features.compiler.tiles import tiles_plan
from jupyter_features.compiler.visible_rows import visible_keys_plan, visible_rows_plan
from jupyter_features.definitions.lookback import parse_length

from ..pairs import Pair, by_clause, each_pair
from .plan_shop import compiled, name_of, rows_of_expected, source, written

PROMISES_AN_ORDER = ("visible_rows", "visible_keys", "row_wise")
IN_ANY_ORDER = ("constants", "spine", "lateral", "tiles", "newest", "lookup", "rows_until")


@each_pair("compiler/constants.sql")
def test_the_constants_plan_binds_one_instant(pair: Pair) -> None:
    plan = constants_plan(compiled(pair), name_of, keys=bool(pair.texts("keys")))
    assert written(plan) == by_clause(pair.expected)


@each_pair("compiler/spine.sql")
def test_the_spine_plan_joins_the_rows_into_every_source(pair: Pair) -> None:
    assert written(spine_plan(compiled(pair), name_of)) == by_clause(pair.expected)


@each_pair("compiler/lateral.sql")
def test_the_lateral_plan_asks_once_for_each_row(pair: Pair) -> None:
    assert written(lateral_plan(compiled(pair), name_of)) == by_clause(pair.expected)


@each_pair("compiler/tiles.sql")
def test_the_tiles_plan_adds_up_stretches_of_time_once(pair: Pair) -> None:
    (width,) = pair.texts("width")
    assert written(tiles_plan(compiled(pair), name_of, parse_length(width))) == by_clause(pair.expected)


@each_pair("compiler/newest.sql")
def test_the_newest_row_of_a_state_is_looked_up(pair: Pair) -> None:
    view, (name,) = compiled(pair), pair.texts("plan")
    plan = spine_plan(view, name_of) if name == "spine" else constants_plan(view, name_of, keys=bool(pair.texts("keys")))
    assert written(plan) == by_clause(pair.expected)


@each_pair("compiler/lookup.sql")
def test_the_lookup_plan_hands_on_the_rows_of_the_newest_instant(pair: Pair) -> None:
    assert written(lookup_plan(compiled(pair), name_of)) == by_clause(pair.expected)


@each_pair("compiler/rows_until.sql")
def test_a_row_of_a_state_knows_until_when_it_is_the_newest(pair: Pair) -> None:
    (name,) = pair.texts("source")
    assert written(rows_until(source(name), name)) == by_clause(pair.expected)


@each_pair("compiler/visible_rows.sql")
def test_a_function_is_given_the_visible_rows(pair: Pair) -> None:
    view = compiled(pair)
    assert written(visible_rows_plan(view, view.definition.sources[0], name_of)) == by_clause(pair.expected)


@each_pair("compiler/visible_keys.sql")
def test_a_function_is_called_for_entities_that_see_any_row(pair: Pair) -> None:
    assert written(visible_keys_plan(compiled(pair), name_of)) == by_clause(pair.expected)


@each_pair("compiler/row_wise.sql")
def test_an_on_demand_view_reads_the_table_of_inputs(pair: Pair) -> None:
    assert written(row_wise_plan(compiled(pair))) == by_clause(pair.expected)


@each_pair(*(f"compiler/{name}.sql" for name in IN_ANY_ORDER))
def test_the_text_gives_the_rows_worked_out_by_hand(pair: Pair) -> None:
    assert rows_of_expected(pair) == pair.rows_in_any_order


@each_pair(*(f"compiler/{name}.sql" for name in PROMISES_AN_ORDER))
def test_the_text_gives_the_rows_in_the_order_that_the_plan_promises(pair: Pair) -> None:
    assert rows_of_expected(pair, in_order=True) == pair.rows
