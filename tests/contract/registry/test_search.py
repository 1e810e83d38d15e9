from __future__ import annotations

from collections.abc import Callable

import pytest

from jupyter_features.definitions.feature_view import CompiledView
from jupyter_features.registry.questions import SearchViews
from jupyter_features.registry.registry import Registry

ViewMaker = Callable[..., CompiledView]
Publisher = Callable[..., tuple[int, bool]]


@pytest.fixture
def filled(registry: Registry, make_view: ViewMaker, publish: Publisher) -> Registry:
    views = [
        make_view("spend", description="Money of a customer.", owner="growth", tags=("ltv",)),
        make_view("basket", features=("items",), description="Items bought, related to spend.", owner="shop", tags=("core",)),
        make_view(
            "rhythm", features=("gap",), description="Days between visits.", owner="growth", sql="SELECT x AS gap, avg(pause) FROM t"
        ),
    ]
    for view in views:
        publish(registry, view)
    return registry


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["basket", "rhythm", "spend"]),
        ("  ", ["basket", "rhythm", "spend"]),
        ("spend", ["spend", "basket"]),  # the whole name before a word of the description
        ("SPEND", ["spend", "basket"]),
        ("growth", ["rhythm", "spend"]),
        ("ltv", ["rhythm", "spend"]),
        ("gap", ["rhythm"]),
        ("unit_price", ["basket", "rhythm", "spend"]),  # a source column of all three
        ("pause", ["rhythm"]),
        ("items related", ["basket"]),
        ("items money", []),  # every word must occur
        ("nothing", []),
        ("customers", ["basket", "rhythm", "spend"]),  # a plural finds the word itself
        ("item", ["basket"]),
        ("spedn", ["spend", "basket"]),  # two letters the wrong way round
        ("gpa", ["rhythm"]),
        ("%", []),
        ("<script>", []),
    ],
)
def test_every_word_of_a_query_must_occur_somewhere(filled: Registry, query: str, found: list[str]) -> None:
    assert [summary.name for summary in filled.send(SearchViews(environment="dev", query=query)).views] == found


def test_filters_are_exact_and_join_with_the_query(filled: Registry) -> None:
    def names(**filters: str) -> list[str]:
        return [summary.name for summary in filled.send(SearchViews(environment="dev", **filters)).views]

    assert names(owner="growth") == ["rhythm", "spend"]
    assert names(owner="grow") == []
    assert names(tag="core") == ["basket"]
    assert names(entity="customer", owner="shop") == ["basket"]
    assert names(entity="store") == []
    assert names(query="spend", owner="shop") == ["basket"]


def test_only_the_environments_own_versions_are_listed(registry: Registry, make_view: ViewMaker, publish: Publisher) -> None:
    publish(registry, make_view(fingerprint="f1"), environment="prod")
    publish(registry, make_view(fingerprint="f2"), environment="dev")

    assert [summary.version for summary in registry.send(SearchViews(environment="prod")).views] == [1]
    assert [summary.version for summary in registry.send(SearchViews(environment="dev")).views] == [2]
    assert registry.send(SearchViews(environment="test")).views == ()


def test_reworded_views_are_found_by_the_new_words_only(registry: Registry, make_view: ViewMaker, publish: Publisher) -> None:
    publish(registry, make_view(description="Old."))
    publish(registry, make_view(description="Fresh."))

    assert len(registry.send(SearchViews(environment="dev", query="fresh")).views) == 1
    assert registry.send(SearchViews(environment="dev", query="old")).views == ()
