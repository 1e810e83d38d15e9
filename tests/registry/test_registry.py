from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from jupyter_features.definitions.feature_view import CompiledView
from jupyter_features.definitions.listing import SourceUse, VersionLine
from jupyter_features.errors import NotFoundError
from jupyter_features.registry.registry import Registry

ViewMaker = Callable[..., CompiledView]
Publisher = Callable[..., tuple[int, bool]]


def test_missing_file_reads_as_an_empty_registry_and_is_not_created(registry: Registry, path: Path) -> None:
    assert registry.revision() == 0
    assert registry.names() == ()
    assert registry.versions("customer_spend") == ()
    assert registry.summaries(environment="dev") == ()
    assert registry.entity("customer") is None
    assert registry.source("invoices") is None
    assert registry.events() == ()
    registry.close()
    assert not path.parent.exists()


def test_get_from_an_empty_registry_says_so(registry: Registry) -> None:
    with pytest.raises(NotFoundError, match=r"no published feature view named 'customer_spend'.\nNothing is published yet."):
        registry.get("customer_spend", environment="dev")


def test_unknown_name_suggests_a_close_one(registry: Registry, make_view: ViewMaker, publish: Publisher) -> None:
    publish(registry, make_view())

    with pytest.raises(NotFoundError, match="Did you mean 'customer_spend'"):
        registry.get("custmer_spend", environment="dev")


def test_unknown_version_names_the_known_ones(registry: Registry, make_view: ViewMaker, publish: Publisher) -> None:
    publish(registry, make_view(fingerprint="f1"))
    publish(registry, make_view(fingerprint="f2"))

    with pytest.raises(NotFoundError, match=r"no version named 'customer_spend@7'.\nKnown versions of 'customer_spend': 2, 1."):
        registry.get("customer_spend", version=7, environment="dev")


def test_view_of_another_environment_says_where_it_is(registry: Registry, make_view: ViewMaker, publish: Publisher) -> None:
    publish(registry, make_view(), environment="dev")

    with pytest.raises(NotFoundError, match=r"in environment 'prod' named 'customer_spend'.\nIt is published in dev \(customer_spend@1\)"):
        registry.get("customer_spend", environment="prod")


def test_pinned_version_needs_no_environment(registry: Registry, make_view: ViewMaker, publish: Publisher) -> None:
    publish(registry, make_view(), environment="dev")

    assert registry.get("customer_spend", version=1, environment="prod").reference == "customer_spend@1"


def test_detail_tells_everything_in_the_newest_words(registry: Registry, make_view: ViewMaker, publish: Publisher) -> None:
    publish(registry, make_view(fingerprint="f1"), environment="prod")
    registry.publish(make_view(fingerprint="f2"), environment="dev", author="bob", checks=["future"], tests=3)
    publish(registry, make_view(fingerprint="f2", owner="retention"), environment="stage")

    detail = registry.detail("customer_spend", version=None, environment="dev", snippet=lambda version: f"use {version.reference}")

    assert (detail.version, detail.fingerprint, detail.author, detail.checks, detail.tests) == (2, "f2", "bob", ("future",), 3)
    assert (detail.owner, detail.environments, detail.snippet) == ("retention", ("dev", "stage"), "use customer_spend@2")
    assert detail.sources == (
        SourceUse(name="invoices", alias="invoices", kind="events", lookback="90d", location="data/invoices.parquet"),
    )
    assert detail.versions == (
        VersionLine(version=2, fingerprint="f2", author="bob", published_at=detail.published_at),
        VersionLine(version=1, fingerprint="f1", author="ada", published_at=detail.published_at),
    )


def test_detail_of_an_unknown_view_is_not_found(registry: Registry) -> None:
    with pytest.raises(NotFoundError):
        registry.detail("customer_spend", version=None, environment="dev", snippet=lambda _: "")


def test_entities_sources_and_names_are_those_of_all_environments(registry: Registry, make_view: ViewMaker, publish: Publisher) -> None:
    publish(registry, make_view("b_view"), environment="dev")
    publish(registry, make_view("a_view"), environment="prod")

    assert registry.names() == ("a_view", "b_view")
    assert registry.entity("customer") == make_view().entity
    assert registry.source("invoices") == make_view().sources[0]


def test_events_after_an_id_are_only_the_newer_ones(registry: Registry, make_view: ViewMaker, publish: Publisher) -> None:
    publish(registry, make_view(fingerprint="f1"))
    seen = registry.events()[-1]
    publish(registry, make_view(fingerprint="f2"), author="bob")

    newer = registry.events(after=seen.id)

    assert [(event.action, event.author, event.version) for event in newer] == [
        ("version_published", "bob", 2),
        ("pointer_moved", "bob", 2),
    ]
    assert newer[0].at.isoformat() == "1998-07-01T12:00:00+00:00"


def test_two_registries_on_one_file_see_each_others_changes(path: Path, make_view: ViewMaker, publish: Publisher) -> None:
    writer, reader = Registry(path), Registry(path)
    assert reader.revision() == 0

    publish(writer, make_view())

    assert reader.revision() == 1
    assert reader.get("customer_spend", environment="dev").version == 1


def test_reading_does_not_import_alembic(path: Path, make_view: ViewMaker, publish: Publisher) -> None:
    publish(Registry(path), make_view())
    program = (
        f"import sys; sys.path[:0] = {sys.path!r}\n"
        "from pathlib import Path; from jupyter_features.registry.registry import Registry\n"
        f"print(Registry(Path({str(path)!r})).names(), 'alembic' in sys.modules)"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout == "('customer_spend',) False\n"
