from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import msgspec
import pytest

from jupyter_features.definitions.feature_view import CompiledView
from jupyter_features.registry.changes import Certify, SaveModel, SaveService
from jupyter_features.registry.questions import SearchViews
from jupyter_features.registry.registry import Registry

from ...registry.shelf import NOW
from .doors import Door

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


def test_views_are_listed_by_the_source_columns_that_have_a_say_in_them(
    registry: Registry, make_view: ViewMaker, publish: Publisher
) -> None:
    lineages = {
        "spend": (("invoices.amount",), ("invoices.at",)),
        "visits": ((), ("visits.at",)),
        "both": (("visits.amount",), ("invoices.at",)),
    }
    for name, (values, rows) in lineages.items():
        view = make_view(name)
        feature = msgspec.structs.replace(view.features[0], value_lineage=values, row_lineage=rows)
        publish(registry, msgspec.structs.replace(view, features=(feature,)), duplicate_reason="made up")

    def names(source: str, query: str = "") -> list[str]:
        return [summary.name for summary in registry.send(SearchViews(environment="dev", source=source, query=query)).views]

    assert names("invoices") == ["both", "spend"]  # by values or by rows
    assert names("visits") == ["both", "visits"]
    assert names("invoices.amount") == ["spend"]
    assert names("visits.at") == ["visits"]
    assert names("invoices", "visits") == ["both"]
    assert names("invoice") == names("invoices.a") == names("%") == []
    assert registry.send(SearchViews(environment="dev")).facets.sources == ("invoices",)  # as declared


def test_views_are_listed_by_who_reads_them(filled: Registry, publish: Publisher) -> None:
    filled.send(SaveService(name="churn", features=("spend", "basket"), owner="crm"))
    filled.send(SaveModel(name="churn_model", service="churn", owner="crm"))
    filled.send(SaveService(name="churn", features=("rhythm",), owner="crm"))

    def names(consumer: str, query: str = "") -> list[str]:
        return [summary.name for summary in filled.send(SearchViews(environment="dev", consumer=consumer, query=query)).views]

    assert filled.send(SearchViews(environment="dev")).facets.consumers == ("churn", "churn_model")
    # The model still consumes the first version of the service; the newest one reads another view.
    assert names("churn") == ["basket", "rhythm", "spend"]
    assert names("churn_model") == ["basket", "spend"]
    assert names("churn_model", "items") == ["basket"]
    assert names("nobody") == []
    filled.send(SaveModel(name="churn_model", service="churn", owner="crm"))
    assert names("churn") == names("churn_model") == ["rhythm"]


def test_a_certification_that_was_ended_or_cut_short_no_longer_counts_in_a_list(
    door: Door, publish: Publisher, make_view: ViewMaker
) -> None:
    ada, carl = door.open("ada"), door.open("carl")
    publish(ada, make_view("spend"))

    def state() -> str:
        (line,) = ada.send(SearchViews(environment="dev")).views
        assert [found.name for found in ada.send(SearchViews(environment="dev", state="certified")).views] == (
            ["spend"] if line.state == "certified" else []
        )
        return line.state

    carl.send(Certify(name="spend", version=1, evidence="Read it."))
    assert state() == "certified"
    carl.send(Certify(name="spend", version=1, evidence="A refund was counted.", undo=True))
    assert state() == "published"
    carl.send(Certify(name="spend", version=1, evidence="For a day.", expires_at=NOW + timedelta(days=1)))
    assert state() == "certified"
    door.now = NOW + timedelta(days=1)
    assert state() == "published"


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
