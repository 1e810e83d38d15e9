"""A definition as text: everything that it says is read exactly as it was written, or refused by name."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_features.definitions.feature_view import FeatureView
from jupyter_features.definitions.parameter import Parameter
from jupyter_features.definitions.reference import parse_reference
from jupyter_features.definitions.source_reference import as_source_references
from jupyter_features.definitions.typed_name import TypedName
from jupyter_features.errors import InvalidArgumentError
from jupyter_features.operations.definition_text import Origin, read_definition, write_definition

ORIGIN = Origin("spend", 2, "0123456789abcdef" * 2)
SQL = "SELECT customer_id, SUM(amount) AS spend FROM purchases GROUP BY customer_id\n"
# Lone halves of surrogate pairs are no text.
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.one_of(TEXTS, st.booleans(), st.integers(), st.floats(allow_nan=False))
NAMES = st.sampled_from(["spend", "n", "Ab_1"])
PARAMETERS = st.builds(Parameter, NAMES, st.sampled_from(["DOUBLE", "VARCHAR", "DECIMAL(10,2)"]), TEXTS)


def make(**changed: object) -> FeatureView:
    fields = {"name": "spend", "entity": "customer", "sql": SQL, "sources": as_source_references(["purchases:30d"]), "owner": "growth"}
    return FeatureView(**(fields | {"description": "Paid."} | changed))


def again(definition: FeatureView) -> FeatureView:
    return read_definition(definition.name, write_definition(definition, ORIGIN), is_python=bool(definition.python)).definition


@given(owner=TEXTS, description=TEXTS, tags=st.lists(TEXTS), params=st.lists(PARAMETERS))
def test_words_tags_and_parameters_come_back_as_they_were(owner: str, description: str, tags: list[str], params: list[Parameter]) -> None:
    definition = make(owner=owner, description=description, tags=tuple(tags), params=tuple(params))

    assert again(definition) == definition


@given(st.lists(st.tuples(NAMES, VALUES)))
def test_defaults_come_back_as_the_text_of_the_same_value(defaults: list[tuple[str, object]]) -> None:
    found = again(make(defaults=tuple(defaults))).defaults

    assert [name for name, _ in found] == [name for name, _ in defaults]
    for (_, text), (_, value) in zip(found, defaults, strict=True):
        expected = {"true": True, "false": False}.get(text) if isinstance(value, bool) else type(value)(text)
        assert expected == value


@pytest.mark.parametrize(
    ("changed", "line"),
    [
        ({"description": "Two  words."}, "-- description: Two  words.\n"),
        ({"description": "Two\nlines."}, '-- description: "Two\\nlines."\n'),
        ({"description": '"Quoted"'}, '-- description: "\\"Quoted\\""\n'),
        ({"tags": ("a,b", " outer", "plain")}, '-- tag: "a,b"\n-- tag: " outer"\n-- tag: plain\n'),
        (
            {"defaults": (("f", 1e-7), ("g", 123456.789), ("b", True))},
            "-- default: f = 1e-07\n-- default: g = 123456.789\n-- default: b = true\n",
        ),
        ({"defaults": (("t", "tab\there"),)}, '-- default: t = "tab\\there"\n'),
        (
            {"params": (Parameter("c", "VARCHAR", ""), Parameter("d", "VARCHAR", " a "))},
            "-- param: c VARCHAR = ''\n-- param: d VARCHAR = ' a '\n",
        ),
    ],
)
def test_what_a_line_can_say_stands_plainly_and_the_rest_as_json(changed: dict[str, object], line: str) -> None:
    assert line in write_definition(make(**changed), ORIGIN)
    assert again(make(**changed)).tags == make(**changed).tags


def test_everything_of_an_on_demand_function_comes_back() -> None:
    definition = FeatureView(
        name="share",
        entity="",
        python="def share(inputs):\n    return inputs\n",
        inputs=(parse_reference("weather@3[city=origin, country=land]:wind as w"), parse_reference("spend")),
        request=(TypedName("amount", "DECIMAL(10,2)"),),
        returns=(TypedName("share", "DOUBLE"),),
        owner="growth",
        description="Of the spend.",
    )

    assert again(definition) == definition


def test_the_text_says_where_it_comes_from_and_where_its_body_starts() -> None:
    text = write_definition(make(freshness=timedelta(hours=1)), ORIGIN)

    read = read_definition("spend", text, is_python=False)

    assert read.origin == ORIGIN
    assert text.split("\n")[read.first_line - 1] + "\n" == SQL
    assert msgspec.structs.replace(read.definition, sql="") == make(freshness=timedelta(hours=1), sql="")


def test_options_of_the_body_give_way_to_the_newest_words_and_other_comments_stay() -> None:
    body = "-- owner: old\n-- TODO: fix\n-- plain\n" + SQL

    text = write_definition(make(sql=body), ORIGIN)

    assert text.endswith(f"-- owner: growth\n-- description: Paid.\n--- TODO: fix\n-- plain\n{SQL}")


@pytest.mark.parametrize(
    ("changed", "lost"),
    [
        ({"defaults": (("spend", None),)}, "defaults"),
        ({"freshness": timedelta(seconds=1, milliseconds=500)}, "freshness"),
    ],
)
def test_what_no_text_can_say_is_refused_with_the_views_name(changed: dict[str, object], lost: str) -> None:
    with pytest.raises(InvalidArgumentError, match=f"'spend' cannot be exported: a text cannot say its {lost} exactly"):
        write_definition(make(**changed), ORIGIN)


def test_a_text_written_by_hand_needs_no_origin() -> None:
    read = read_definition("spend", "-- source: purchases\n-- tag: ltv, growth\n" + SQL, is_python=False)

    assert (read.origin, read.first_line, read.definition.tags, read.definition.sql) == (None, 3, ("ltv", "growth"), SQL)
