from __future__ import annotations

from collections.abc import Callable

import pytest

from jupyter_features.definitions.evidence import GATES
from jupyter_features.definitions.feature_view import CompiledView
from jupyter_features.definitions.listing import SourceUse, VersionLine
from jupyter_features.errors import NotFoundError
from jupyter_features.registry.changes import ChangeTeam
from jupyter_features.registry.questions import (
    GetDetail,
    GetEntity,
    GetModel,
    GetRevision,
    GetService,
    GetSource,
    GetVersion,
    ListConsumers,
    ListEvents,
    ListModels,
    ListNames,
    ListServices,
    ListTeams,
    ListTokens,
    ListVersions,
    SearchViews,
)
from jupyter_features.registry.registry import Registry
from jupyter_features.registry.request import Request

from .doors import Door

ViewMaker = Callable[..., CompiledView]
Publisher = Callable[..., tuple[int, bool]]


def test_registry_that_was_never_written_to_reads_as_an_empty_one(unwritten_door: Door) -> None:
    registry = unwritten_door.open()

    assert registry.send(GetRevision()) == 0
    assert registry.send(ListNames()) == ()
    assert registry.send(ListVersions(name="customer_spend")) == ()
    assert registry.send(SearchViews(environment="dev")).views == ()
    assert registry.send(GetEntity(name="customer")) is None
    assert registry.send(GetSource(name="invoices")) is None
    assert registry.send(ListEvents()) == ()
    assert registry.send(ListServices()) == registry.send(ListModels()) == registry.send(ListTeams()) == registry.send(ListTokens()) == ()
    assert registry.send(ListConsumers(name="customer_spend")) == ()


@pytest.mark.parametrize("question", [GetService(name="churn"), GetModel(name="churn"), GetDetail(name="churn"), GetVersion(name="churn")])
def test_nothing_is_found_in_a_registry_that_was_never_written_to(unwritten_door: Door, question: Request[object]) -> None:
    with pytest.raises(NotFoundError, match="named 'churn'"):
        unwritten_door.open().send(question)


def test_first_publish_makes_the_tables(unwritten_door: Door, make_view: ViewMaker, publish: Publisher) -> None:
    assert publish(unwritten_door.open(), make_view()) == (1, True)


def test_get_from_an_empty_registry_says_so(registry: Registry) -> None:
    with pytest.raises(NotFoundError, match=r"no published feature view named 'customer_spend'.\nNothing is published yet."):
        registry.send(GetVersion(name="customer_spend", environment="dev"))


def test_unknown_name_suggests_a_close_one(registry: Registry, make_view: ViewMaker, publish: Publisher) -> None:
    publish(registry, make_view())

    with pytest.raises(NotFoundError, match="Did you mean 'customer_spend'"):
        registry.send(GetVersion(name="custmer_spend", environment="dev"))


def test_unknown_version_names_the_known_ones(registry: Registry, make_view: ViewMaker, publish: Publisher) -> None:
    publish(registry, make_view(fingerprint="f1"))
    publish(registry, make_view(fingerprint="f2"))

    with pytest.raises(NotFoundError, match=r"no version named 'customer_spend@7'.\nKnown versions of 'customer_spend': 2, 1."):
        registry.send(GetVersion(name="customer_spend", version=7, environment="dev"))


def test_view_of_another_environment_says_where_it_is(registry: Registry, make_view: ViewMaker, publish: Publisher) -> None:
    publish(registry, make_view(), environment="dev")

    with pytest.raises(NotFoundError, match=r"in environment 'prod' named 'customer_spend'.\nIt is published in dev \(customer_spend@1\)"):
        registry.send(GetVersion(name="customer_spend", environment="prod"))


def test_pinned_version_needs_no_environment(registry: Registry, make_view: ViewMaker, publish: Publisher) -> None:
    publish(registry, make_view(), environment="dev")

    assert registry.send(GetVersion(name="customer_spend", version=1, environment="prod")).version.reference == "customer_spend@1"


def test_detail_tells_everything_in_the_newest_words(registry: Registry, make_view: ViewMaker, publish: Publisher) -> None:
    publish(registry, make_view(fingerprint="f1"), environment="prod")
    publish(registry, make_view(fingerprint="f2"), environment="dev", tests=3)
    registry.send(ChangeTeam(name="retention"))
    publish(registry, make_view(fingerprint="f2", owner="retention"), environment="stage")

    detail = registry.send(GetDetail(name="customer_spend", environment="dev"))

    assert (detail.version, detail.fingerprint, detail.author, detail.checks, detail.tests) == (2, "f2", "ada", GATES, 3)
    assert (detail.owner, detail.environments) == ("retention", ("dev", "stage"))
    assert detail.sources == (
        SourceUse(name="invoices", alias="invoices", kind="events", lookback="90d", location="data/invoices.parquet"),
    )
    assert detail.versions == (
        VersionLine(
            version=2, fingerprint="f2", author="ada", published_at=detail.published_at, level="PATCH", environments=("dev", "stage")
        ),
        VersionLine(version=1, fingerprint="f1", author="ada", published_at=detail.published_at, environments=("prod",)),
    )


def test_detail_of_an_unknown_view_is_not_found(registry: Registry) -> None:
    with pytest.raises(NotFoundError):
        registry.send(GetDetail(name="customer_spend"))


def test_entities_sources_and_names_are_those_of_all_environments(registry: Registry, make_view: ViewMaker, publish: Publisher) -> None:
    publish(registry, make_view("b_view"), environment="dev")
    publish(registry, make_view("a_view"), environment="prod")

    assert registry.send(ListNames()) == ("a_view", "b_view")
    assert registry.send(GetEntity(name="customer")) == make_view().entity
    assert registry.send(GetSource(name="invoices")) == make_view().sources[0]


def test_events_after_an_id_are_only_the_newer_ones(registry: Registry, make_view: ViewMaker, publish: Publisher) -> None:
    publish(registry, make_view(fingerprint="f1"))
    seen = registry.send(ListEvents())[-1]
    publish(registry, make_view(fingerprint="f2"))

    newer = registry.send(ListEvents(after=seen.id))

    assert [(event.action, event.author, event.version) for event in newer] == [
        ("version_published", "ada", 2),
        ("pointer_moved", "ada", 2),
    ]
    assert newer[0].at.isoformat() == "1998-07-01T12:00:00+00:00"


def test_two_people_see_each_others_changes(door: Door, make_view: ViewMaker, publish: Publisher) -> None:
    writer, reader = door.open("ada"), door.open("bob")
    assert reader.send(GetRevision()) == 0

    publish(writer, make_view())

    assert reader.send(GetRevision()) == 1
    assert reader.send(GetVersion(name="customer_spend", environment="dev")).version.version == 1


def test_the_newest_events_are_kept_in_their_order(registry: Registry, make_view: ViewMaker, publish: Publisher) -> None:
    for number in range(3):
        publish(registry, make_view(f"view_{number}"))
    events = registry.send(ListEvents())

    assert registry.send(ListEvents(newest=True)) == events
    assert registry.send(ListEvents(newest=True, limit=2)) == events[-2:]
    assert registry.send(ListEvents(limit=2)) == events[:2]
