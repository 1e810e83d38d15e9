"""Feature services, models and reads: who is concerned by a change, and has to be told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import msgspec
import pytest
from sqlalchemy import Engine, event, select

from jupyter_features.definitions.consumer import Use
from jupyter_features.errors import AcknowledgementError, InvalidArgumentError, LifecycleError, NotFoundError
from jupyter_features.registry.changes import ChangeTeam, Promote, Publish, RecordUses, Retire, Rollback, SaveModel, SaveService, Yank
from jupyter_features.registry.consumers import LATELY
from jupyter_features.registry.questions import (
    GetModel,
    GetRevision,
    GetService,
    ListConsumers,
    ListEvents,
    ListModels,
    ListServices,
    SearchViews,
)
from jupyter_features.registry.registry import Registry
from jupyter_features.registry.schema import uses

from ...registry.shelf import NOW, make_view, passed
from .doors import Door

Publisher = Callable[..., tuple[int, bool]]
MAJOR = make_view(fingerprint="f2", features=("other",))


@pytest.fixture
def ada(door: Door, publish: Publisher) -> Registry:
    """The registry with customer_spend@1, as its author sees it."""
    registry = door.open("ada")
    publish(registry, make_view(fingerprint="f1"))
    return registry


def test_a_service_pins_what_the_environment_serves(ada: Registry) -> None:
    service = ada.send(SaveService(name="churn", features=("customer_spend:spend_90d", "customer_spend@1 as all"), owner="growth"))

    assert (service.reference, service.features) == ("churn@1", ("customer_spend@1:spend_90d", "customer_spend@1 as all"))
    assert (service.author, service.created_at) == ("ada", NOW)
    assert ada.send(GetService(name="churn")) == service
    assert ada.send(ListServices()) == (service,)


def test_the_same_list_is_the_same_version_and_another_is_the_next(ada: Registry) -> None:
    first = ada.send(SaveService(name="churn", features=("customer_spend",), owner="growth"))
    revision = ada.send(GetRevision())

    assert ada.send(SaveService(name="churn", features=("customer_spend@1",), owner="growth")) == first
    assert ada.send(GetRevision()) == revision
    second = ada.send(SaveService(name="churn", features=("customer_spend:spend_90d",), owner="growth"))

    assert (second.version, ada.send(GetService(name="churn", version=1))) == (2, first)
    assert ada.send(ListServices()) == (second,)


@pytest.mark.parametrize(
    ("features", "error"),
    [
        ((), InvalidArgumentError),
        (("customer_spend@draft",), InvalidArgumentError),
        (("customer_spend@7",), NotFoundError),
        (("customer_spend@99999999999999999999",), NotFoundError),
        (("customer_spend:other",), NotFoundError),
        (("basket",), NotFoundError),
        (("x; DROP TABLE events",), InvalidArgumentError),
    ],
)
def test_a_service_of_what_does_not_exist_is_refused(ada: Registry, features: tuple[str, ...], error: type[Exception]) -> None:
    with pytest.raises(error):
        ada.send(SaveService(name="churn", features=features, owner="growth"))
    assert ada.send(ListServices()) == ()


def test_a_model_consumes_one_version_of_a_service(ada: Registry) -> None:
    ada.send(SaveService(name="churn", features=("customer_spend",), owner="growth"))
    first = ada.send(SaveModel(name="churn_model", service="churn", owner="growth"))
    ada.send(SaveService(name="churn", features=("customer_spend:spend_90d",), owner="growth"))
    second = ada.send(SaveModel(name="churn_model", service="churn", owner="growth"))

    assert (first.service, second.service, second.version) == ("churn@1", "churn@2", 2)
    assert ada.send(GetModel(name="churn_model", version=1)) == first
    assert ada.send(ListModels()) == (second,)
    for service in ("basket", "churn@7"):
        with pytest.raises(NotFoundError):
            ada.send(SaveModel(name="other_model", service=service, owner="growth"))


def test_consumers_are_those_declared_and_those_seen_reading(door: Door, ada: Registry) -> None:
    ada.send(SaveService(name="churn", features=("customer_spend",), owner="growth"))
    ada.send(SaveModel(name="churn_model", service="churn", owner="growth"))
    use = Use(name="customer_spend", version=1, kind="online")

    assert door.open("job", ("server",)).send(RecordUses(uses=(use, use, Use(name="nothing", version=1, kind="online")))) == 2

    found = [(each.kind, each.name, each.version, each.last_at) for each in ada.send(ListConsumers(name="customer_spend"))]
    assert found == [("service", "churn@1", 1, None), ("model", "churn_model@1", 1, None), ("online", "job", 1, NOW)]


def test_reads_are_no_change_and_are_forgotten_after_a_while(door: Door, ada: Registry) -> None:
    revision = ada.send(GetRevision())
    door.open("job", ("server",)).send(RecordUses(uses=(Use(name="customer_spend", version=1, kind="online"),)))

    assert ada.send(GetRevision()) == revision
    assert ada.send(SearchViews()).views[0].reads == 1
    door.now = NOW + LATELY
    assert ada.send(ListConsumers(name="customer_spend")) == ()
    assert ada.send(SearchViews()).views[0].reads is None


def test_counts_of_reads_do_not_overflow(ada: Registry) -> None:
    huge = Use(name="customer_spend", version=1, kind="online", reads=2**62)

    assert ada.send(RecordUses(uses=(huge, huge, Use(name="customer_spend", version=2**62, kind="online")))) == 2


def test_reads_are_added_up_to_one_line_and_reported_in_one_statement(door: Door, ada: Registry) -> None:
    use = Use(name="customer_spend", version=1, kind="online", reads=3)
    statements: list[str] = []
    with listening(lambda *words: statements.append(words[2])):
        for _ in range(2):
            assert ada.send(RecordUses(uses=(use,) * 1_000)) == 1_000
    with door.direct.database.reading() as connection:
        assert connection is not None
        counted = [tuple(row) for row in connection.execute(select(uses.c.name, uses.c.version, uses.c.reader, uses.c.kind, uses.c.reads))]

    assert counted == [("customer_spend", 1, "ada", "online", 6_000)]
    assert sum("INTO uses" in statement for statement in statements) == 2
    assert len(statements) < 30
    with pytest.raises(InvalidArgumentError, match="cannot be read"):
        ada.send(RecordUses(uses=(use,) * 1_001))


@contextmanager
def listening(hear: Callable[..., None]) -> Iterator[None]:
    """Hear of every statement that any database is sent."""
    event.listen(Engine, "before_cursor_execute", hear)
    try:
        yield
    finally:
        event.remove(Engine, "before_cursor_execute", hear)


def test_a_major_change_needs_every_consumer_by_name(door: Door, ada: Registry) -> None:
    ada.send(SaveService(name="churn", features=("customer_spend",), owner="growth"))
    door.open("job", ("server",)).send(RecordUses(uses=(Use(name="customer_spend", version=1, kind="online"),)))
    request = Publish(view=MAJOR, environment="dev", evidence=passed(MAJOR), base=1)
    revision = ada.send(GetRevision())

    with pytest.raises(AcknowledgementError, match=r"breaks what churn@1, job read.\n.*--ack 'churn@1' --ack 'job'"):
        ada.send(request)
    with pytest.raises(AcknowledgementError, match=r"breaks what job reads."):
        ada.send(msgspec.structs.replace(request, acknowledged=("churn@1",)))
    assert ada.send(GetRevision()) == revision

    assert ada.send(msgspec.structs.replace(request, acknowledged=("churn@1", "job"))).version.version == 2


def test_ones_own_reads_need_no_word(door: Door, ada: Registry) -> None:
    ada.send(ChangeTeam(name="growth", add=("carl",)))
    for name in ("ada", "carl"):
        door.open(name).send(RecordUses(uses=(Use(name="customer_spend", version=1, kind="training set"),)))

    assert ada.send(Publish(view=MAJOR, environment="dev", evidence=passed(MAJOR), base=1)).is_new


def test_a_minor_change_needs_no_word(ada: Registry) -> None:
    ada.send(SaveService(name="churn", features=("customer_spend",), owner="growth"))
    minor = make_view(fingerprint="f3", features=("spend_90d", "more"))

    assert ada.send(Publish(view=minor, environment="dev", evidence=passed(minor), base=1)).is_new


def test_promoting_a_major_change_and_retiring_need_the_word_too(ada: Registry) -> None:
    ada.send(Publish(view=make_view(fingerprint="f1"), environment="prod", evidence=passed(make_view(fingerprint="f1"))))
    ada.send(Publish(view=MAJOR, environment="dev", evidence=passed(MAJOR), base=1))
    ada.send(SaveService(name="churn", features=("customer_spend@1",), owner="growth"))

    with pytest.raises(AcknowledgementError, match="Serving customer_spend@2 instead of customer_spend@1 in prod"):
        ada.send(Promote(name="customer_spend", target="prod", source="dev"))
    with pytest.raises(AcknowledgementError, match="Retiring 'customer_spend'"):
        ada.send(Retire(name="customer_spend", reason="old"))
    assert ada.send(Promote(name="customer_spend", target="prod", source="dev", acknowledged=("churn@1",))).after == 2
    assert len(ada.send(Retire(name="customer_spend", reason="old", acknowledged=("churn@1",)))) == 2


def test_a_retired_view_is_in_no_new_service(ada: Registry) -> None:
    ada.send(Retire(name="customer_spend", reason="old"))

    with pytest.raises(LifecycleError, match="is retired"):
        ada.send(SaveService(name="churn", features=("customer_spend",), owner="growth"))


def test_who_was_told_stands_in_the_history_and_nobody_else_can_be(ada: Registry) -> None:
    ada.send(SaveService(name="churn", features=("customer_spend",), owner="growth"))
    revision = ada.send(GetRevision())

    def publish(*told: str) -> None:
        ada.send(Publish(view=MAJOR, environment="dev", evidence=passed(MAJOR), base=1, acknowledged=told))

    with pytest.raises(InvalidArgumentError, match=r"'chrun@1' does not read 'customer_spend'.\nDid you mean 'churn@1'"):
        publish("churn@1", "chrun@1")
    assert ada.send(GetRevision()) == revision
    publish("churn@1")

    told = [event.detail for event in ada.send(ListEvents(name="customer_spend")) if event.action == "consumers_told"]
    assert told == ["churn@1"]


def test_what_was_replaced_long_ago_need_not_be_told(ada: Registry) -> None:
    for features in (("customer_spend",), ("customer_spend:spend_90d",), ("customer_spend@1 as all",)):
        ada.send(SaveService(name="churn", features=features, owner="growth"))
    ada.send(SaveModel(name="old", service="churn@1", owner="growth"))
    ada.send(SaveModel(name="new", service="churn@2", owner="growth"))
    ada.send(SaveModel(name="new", service="churn@3", owner="growth"))

    # churn@1 still has a model; churn@2 and new@1 have been replaced.
    names = [consumer.name for consumer in ada.send(ListConsumers(name="customer_spend"))]
    assert names == ["churn@1", "churn@3", "new@2", "old@1"]


def test_a_service_that_no_longer_reads_a_view_is_no_consumer_of_it(ada: Registry, publish: Publisher) -> None:
    publish(ada, make_view("basket"), duplicate_reason="another unit")
    ada.send(SaveService(name="churn", features=("customer_spend",), owner="growth"))
    ada.send(SaveService(name="churn", features=("basket",), owner="growth"))

    assert ada.send(ListConsumers(name="customer_spend")) == ()


@pytest.mark.parametrize(
    ("features", "sentence"),
    [
        (("customer_spend", "customer_spend:spend_90d"), "Two features would be named 'spend_90d'"),
        (("customer_spend[client=buyer]",), "'client' is no join key of 'customer_spend'"),
    ],
)
def test_a_service_is_a_list_that_can_be_read(ada: Registry, features: tuple[str, ...], sentence: str) -> None:
    with pytest.raises(InvalidArgumentError, match=sentence):
        ada.send(SaveService(name="churn", features=features, owner="growth"))
    assert ada.send(ListServices()) == ()
    named = ("customer_spend[customer_id=buyer]", "customer_spend:spend_90d as again")
    assert len(ada.send(SaveService(name="churn", features=named, owner="growth")).features) == 2


def test_a_yanked_version_is_in_no_new_service(ada: Registry) -> None:
    ada.send(Yank(name="customer_spend", version=1, reason="wrong"))

    with pytest.raises(LifecycleError, match="yanked: wrong"):
        ada.send(SaveService(name="churn", features=("customer_spend@1",), owner="growth"))


def test_a_model_consumes_a_service_and_no_part_of_it(ada: Registry) -> None:
    ada.send(SaveService(name="churn", features=("customer_spend",), owner="growth"))

    with pytest.raises(InvalidArgumentError, match="'churn@1:spend_90d' is no feature service"):
        ada.send(SaveModel(name="model", service="churn@1:spend_90d", owner="growth"))


def test_rolling_back_is_quick_and_asks_nobody(ada: Registry) -> None:
    ada.send(Publish(view=MAJOR, environment="dev", evidence=passed(MAJOR), base=1))
    ada.send(SaveService(name="churn", features=("customer_spend",), owner="growth"))

    assert ada.send(Rollback(name="customer_spend", environment="dev")).after == 1


def test_time_is_the_registrys(door: Door, ada: Registry) -> None:
    door.now = NOW + timedelta(hours=1)

    assert ada.send(SaveService(name="churn", features=("customer_spend",), owner="growth")).created_at == NOW + timedelta(hours=1)
