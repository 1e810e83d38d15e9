from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from jupyter_features.definitions.entity import JoinKey
from jupyter_features.definitions.evidence import GATES
from jupyter_features.definitions.feature_view import CompiledView
from jupyter_features.errors import ConflictError
from jupyter_features.registry.changes import ChangeTeam
from jupyter_features.registry.questions import GetRevision, GetSource, GetVersion, ListEvents, ListNames, ListVersions, SearchViews
from jupyter_features.registry.registry import Registry

from ...registry.shelf import SQL

ViewMaker = Callable[..., CompiledView]
Publisher = Callable[..., tuple[int, bool]]


def actions(registry: Registry, after: int = 0) -> list[tuple[str, str, int | None, str]]:
    found = registry.send(ListEvents(after=after))
    return [(event.action, event.name, event.version, event.detail) for event in found if event.action != "team_changed"]


def test_first_publish_is_version_1_and_logs_every_change(registry: Registry, make_view: ViewMaker, publish: Publisher) -> None:
    assert publish(registry, make_view()) == (1, True)

    assert registry.send(GetRevision()) == 1
    assert actions(registry) == [
        ("entity_registered", "customer", None, "customer_id:BIGINT"),
        ("source_registered", "invoices", None, "data/invoices.parquet"),
        ("version_published", "customer_spend", 1, "f1"),
        ("pointer_moved", "customer_spend", 1, "dev: nothing -> 1"),
    ]


def test_version_is_stored_complete(registry: Registry, make_view: ViewMaker, publish: Publisher) -> None:
    publish(registry, make_view(), tests=2)

    stored = registry.send(GetVersion(name="customer_spend", environment="dev")).version

    assert stored.view == make_view()
    assert (stored.author, stored.checks, stored.tests, stored.reference) == ("ada", GATES, 2, "customer_spend@1")
    assert stored.published_at.isoformat() == "1998-07-01T12:00:00+00:00"


def test_identical_publish_writes_nothing(registry: Registry, make_view: ViewMaker, publish: Publisher) -> None:
    publish(registry, make_view())
    events = registry.send(ListEvents())

    assert publish(registry, make_view()) == (1, False)

    assert registry.send(GetRevision()) == 1
    assert registry.send(ListEvents()) == events
    assert registry.send(GetVersion(name="customer_spend", environment="dev")).version.author == "ada"


def test_another_fingerprint_is_the_next_version(registry: Registry, make_view: ViewMaker, publish: Publisher) -> None:
    publish(registry, make_view(fingerprint="f1"))

    assert publish(registry, make_view(fingerprint="f2")) == (2, True)

    assert registry.send(GetRevision()) == 2
    assert [version.view.fingerprint for version in registry.send(ListVersions(name="customer_spend"))] == ["f2", "f1"]


def test_publishing_an_earlier_fingerprint_moves_the_pointer_back(registry: Registry, make_view: ViewMaker, publish: Publisher) -> None:
    publish(registry, make_view(fingerprint="f1"))
    publish(registry, make_view(fingerprint="f2"))
    last = registry.send(ListEvents())[-1].id

    assert publish(registry, make_view(fingerprint="f1")) == (1, False)

    assert actions(registry, last) == [("pointer_moved", "customer_spend", 1, "dev: 2 -> 1")]
    assert registry.send(GetVersion(name="customer_spend", environment="dev")).version.version == 1
    assert registry.send(GetRevision()) == 3


def test_environments_point_to_versions_independently(registry: Registry, make_view: ViewMaker, publish: Publisher) -> None:
    publish(registry, make_view(fingerprint="f1"), environment="prod")
    publish(registry, make_view(fingerprint="f2"), environment="dev")

    assert registry.send(GetVersion(name="customer_spend", environment="prod")).version.version == 1
    assert registry.send(GetVersion(name="customer_spend", environment="dev")).version.version == 2


def test_new_words_keep_the_version_and_its_definition(registry: Registry, make_view: ViewMaker, publish: Publisher) -> None:
    publish(registry, make_view(description="Spend.", tags=("ltv",)))
    last = registry.send(ListEvents())[-1].id

    assert publish(registry, make_view(description="Spend in 90 days.", tags=("ltv", "core"))) == (1, False)

    assert actions(registry, last) == [("metadata_edited", "customer_spend", 1, "description, tags")]
    (summary,) = registry.send(SearchViews(environment="dev")).views
    assert (summary.description, summary.tags, summary.owner) == ("Spend in 90 days.", ("ltv", "core"), "growth")
    assert registry.send(GetVersion(name="customer_spend", environment="dev")).version.view.definition.description == "Spend."
    assert registry.send(GetRevision()) == 2


def test_the_same_new_words_again_write_nothing(registry: Registry, make_view: ViewMaker, publish: Publisher) -> None:
    publish(registry, make_view(owner="growth"))
    registry.send(ChangeTeam(name="retention"))
    publish(registry, make_view(owner="retention"))

    publish(registry, make_view(owner="retention"))

    assert registry.send(GetRevision()) == 3


def test_words_belong_to_one_version(registry: Registry, make_view: ViewMaker, publish: Publisher) -> None:
    publish(registry, make_view(fingerprint="f1", description="One."))
    publish(registry, make_view(fingerprint="f1", description="One, reworded."))
    publish(registry, make_view(fingerprint="f2", description="Two."))

    assert registry.send(SearchViews(environment="dev")).views[0].description == "Two."
    publish(registry, make_view(fingerprint="f1", description="One, reworded."))
    assert registry.send(SearchViews(environment="dev")).views[0].description == "One, reworded."


@pytest.mark.parametrize("key", [JoinKey("customer_id", "VARCHAR"), JoinKey("client_id", "BIGINT")])
def test_entity_with_other_join_keys_is_refused_and_nothing_is_written(
    registry: Registry, make_view: ViewMaker, publish: Publisher, key: JoinKey
) -> None:
    publish(registry, make_view())
    events = registry.send(ListEvents())

    with pytest.raises(ConflictError, match=f"registered with the join keys customer_id:BIGINT, and this view has {key.name}:{key.dtype}"):
        publish(registry, make_view("customer_rhythm", fingerprint="g1", key=key))

    assert registry.send(ListNames()) == ("customer_spend",)
    assert registry.send(ListEvents()) == events
    assert registry.send(GetRevision()) == 1


def test_source_declared_anew_replaces_the_registered_one_but_no_version(
    registry: Registry, make_view: ViewMaker, publish: Publisher
) -> None:
    publish(registry, make_view(fingerprint="f1", location="old.parquet"))
    publish(registry, make_view(fingerprint="f2", location="new.parquet"))

    source = registry.send(GetSource(name="invoices"))
    assert source is not None
    assert source.location == "new.parquet"
    assert (
        registry.send(GetVersion(name="customer_spend", version=1, environment="dev")).version.view.source("invoices").location
        == "old.parquet"
    )


def test_definition_stored_by_the_first_schema_still_reads(make_view: ViewMaker) -> None:
    stored = Path(__file__).parents[2] / "fixtures" / "registry" / "compiled_view.json"

    assert msgspec.json.decode(stored.read_bytes(), type=CompiledView) == msgspec.structs.replace(make_view(), normal_sql=SQL)
