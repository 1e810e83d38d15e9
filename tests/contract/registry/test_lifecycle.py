"""Certified, yanked, deprecated, retired: what each means for those who read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import msgspec
import pytest

from jupyter_features.errors import ForbiddenError, InvalidArgumentError, LifecycleError, NotFoundError
from jupyter_features.registry.changes import Certify, ChangeTeam, Deprecate, Move, Promote, Publish, Retire, Rollback, Yank
from jupyter_features.registry.questions import GetDetail, GetRevision, GetVersion, ListEvents, SearchViews
from jupyter_features.registry.registry import Registry

from ...registry.shelf import NOW, make_view, passed
from .doors import Door

Publisher = Callable[..., tuple[int, bool]]


def version_of(registry: Registry, environment: str = "dev") -> int:
    return registry.send(GetVersion(name="customer_spend", environment=environment)).version.version


def state_of(registry: Registry, version: int) -> str:
    return registry.send(GetVersion(name="customer_spend", version=version)).standing.state


def test_somebody_else_certifies_one_version(door: Door, publish: Publisher) -> None:
    ada, carl = door.open("ada"), door.open("carl")
    publish(ada, make_view(fingerprint="f1"))
    publish(ada, make_view(fingerprint="f2"))

    standing = carl.send(Certify(name="customer_spend", version=1, evidence="Compared with the ledger."))

    assert standing.certification is not None
    assert (standing.state, standing.certification.by, standing.certification.at) == ("certified", "carl", NOW)
    assert (state_of(ada, 1), state_of(ada, 2)) == ("certified", "published")
    assert ada.send(ListEvents())[-1].action == "version_certified"


def test_the_author_cannot_certify(door: Door, publish: Publisher) -> None:
    ada = door.open("ada")
    publish(ada, make_view())

    with pytest.raises(LifecycleError, match="was published by 'ada', who cannot certify it"):
        ada.send(Certify(name="customer_spend", version=1, evidence="I know it is fine."))
    assert state_of(ada, 1) == "published"


@pytest.mark.parametrize("evidence", ["", "  \n"])
def test_a_certification_needs_evidence(door: Door, publish: Publisher, evidence: str) -> None:
    publish(door.open("ada"), make_view())

    with pytest.raises(InvalidArgumentError, match="needs a reason"):
        door.open("carl").send(Certify(name="customer_spend", version=1, evidence=evidence))


def test_a_version_without_a_feature_test_is_not_certified(door: Door, publish: Publisher) -> None:
    publish(door.open("ada"), make_view(), tests=0)

    with pytest.raises(LifecycleError, match="without a passed feature test"):
        door.open("carl").send(Certify(name="customer_spend", version=1, evidence="Read it."))


def test_a_certification_expires(door: Door, publish: Publisher) -> None:
    ada, carl = door.open("ada"), door.open("carl")
    publish(ada, make_view())
    carl.send(Certify(name="customer_spend", version=1, evidence="Read it.", expires_at=NOW + timedelta(days=1)))

    door.now = NOW + timedelta(days=1) - timedelta(microseconds=1)
    assert state_of(ada, 1) == "certified"
    door.now = NOW + timedelta(days=1)
    assert state_of(ada, 1) == "published"


def test_a_certification_that_has_expired_already_is_refused(door: Door, publish: Publisher) -> None:
    publish(door.open("ada"), make_view())

    with pytest.raises(InvalidArgumentError, match="would expire at 1998-07-01T12:00:00"):
        door.open("carl").send(Certify(name="customer_spend", version=1, evidence="Read it.", expires_at=NOW))


def test_a_yank_moves_each_pointer_back_to_what_it_served_before_and_is_whole(door: Door, publish: Publisher) -> None:
    ada = door.open("ada")
    for number in (1, 2, 3):
        publish(ada, make_view(fingerprint=f"f{number}"))
    for version in (1, 3):
        ada.send(Promote(name="customer_spend", target="prod", version=version))
    ada.send(Promote(name="customer_spend", target="stage", version=3))
    ada.send(Yank(name="customer_spend", version=2, reason="counts refunds"))

    moves = ada.send(Yank(name="customer_spend", version=3, reason="wrong, too"))

    # dev skips the yanked one; stage has served nothing else, and nobody promoted another version there.
    assert {(move.environment, move.before, move.after) for move in moves} == {("dev", 3, 1), ("prod", 3, 1), ("stage", 3, None)}
    assert (version_of(ada), version_of(ada, "prod")) == (1, 1)
    with pytest.raises(NotFoundError, match="in environment 'stage'"):
        version_of(ada, "stage")
    assert state_of(ada, 3) == "yanked"  # and an exact pin still finds it


def test_a_yank_after_a_rollback_goes_on_to_what_is_left(door: Door, publish: Publisher) -> None:
    ada = door.open("ada")
    publish(ada, make_view(fingerprint="f1"))
    publish(ada, make_view(fingerprint="f2"))
    ada.send(Rollback(name="customer_spend", environment="dev"))

    (move,) = ada.send(Yank(name="customer_spend", version=1, reason="wrong"))

    assert (move.before, move.after) == (1, 2)


def test_yanking_the_only_version_leaves_nothing_served(door: Door, publish: Publisher) -> None:
    ada = door.open("ada")
    publish(ada, make_view())

    ada.send(Yank(name="customer_spend", version=1, reason="wrong"))

    with pytest.raises(NotFoundError, match="in environment 'dev'"):
        version_of(ada)
    assert ada.send(SearchViews()).views == ()
    assert ada.send(GetVersion(name="customer_spend", version=1)).version.version == 1


def test_yanking_again_writes_nothing(door: Door, publish: Publisher) -> None:
    ada = door.open("ada")
    publish(ada, make_view())
    ada.send(Yank(name="customer_spend", version=1, reason="wrong"))
    revision = ada.send(GetRevision())

    assert ada.send(Yank(name="customer_spend", version=1, reason="still wrong")) == ()
    assert ada.send(GetRevision()) == revision


def test_a_yanked_version_is_neither_served_nor_certified_again(door: Door, publish: Publisher) -> None:
    ada, carl = door.open("ada"), door.open("carl")
    publish(ada, make_view(fingerprint="f1"))
    publish(ada, make_view(fingerprint="f2"))
    ada.send(Yank(name="customer_spend", version=2, reason="wrong"))
    again = make_view(fingerprint="f2")

    for request in (
        Promote(name="customer_spend", target="prod", version=2),
        Rollback(name="customer_spend", environment="dev", version=2),
        Publish(view=again, environment="dev", evidence=passed(again), base=1),
    ):
        with pytest.raises(LifecycleError, match="yanked"):
            ada.send(request)
    with pytest.raises(LifecycleError, match="yanked: wrong"):
        carl.send(Certify(name="customer_spend", version=2, evidence="Read it."))


def test_a_deprecated_view_is_served_and_says_so(door: Door, publish: Publisher) -> None:
    ada = door.open("ada")
    publish(ada, make_view())
    publish(ada, make_view("basket"), duplicate_reason="another unit")

    standing = ada.send(Deprecate(name="customer_spend", reason="counts refunds", replacement="basket"))

    found = ada.send(GetVersion(name="customer_spend"))
    assert found.standing == standing
    assert found.standing.warning("customer_spend@1") == "customer_spend@1 is deprecated: counts refunds. Use 'basket' instead."
    assert [line.state for line in ada.send(SearchViews(query="customer_spend")).views] == ["deprecated"]


def test_a_replacement_must_exist(door: Door, publish: Publisher) -> None:
    ada = door.open("ada")
    publish(ada, make_view())

    with pytest.raises(NotFoundError, match="'basket'"):
        ada.send(Deprecate(name="customer_spend", reason="old", replacement="basket"))


def test_a_retired_view_is_served_nowhere_and_pins_still_work(door: Door, publish: Publisher) -> None:
    ada = door.open("ada")
    publish(ada, make_view(), environment="dev")
    publish(ada, make_view(), environment="prod")

    moves = ada.send(Retire(name="customer_spend", reason="nobody needs it"))

    assert [(move.environment, move.after) for move in moves] == [("dev", None), ("prod", None)]
    with pytest.raises(LifecycleError, match=r"'customer_spend' is retired: nobody needs it.\nA pinned version still works"):
        version_of(ada)
    assert state_of(ada, 1) == "retired"
    assert ada.send(SearchViews()).views == ()
    assert [line.name for line in ada.send(SearchViews(state="retired")).views] == ["customer_spend"]


def test_a_retired_view_does_not_come_back(door: Door, publish: Publisher) -> None:
    ada = door.open("ada")
    publish(ada, make_view())
    ada.send(Retire(name="customer_spend", reason="nobody needs it"))
    revision = ada.send(GetRevision())
    view = make_view(fingerprint="f2")

    for request in (
        Publish(view=view, environment="dev", evidence=passed(view)),
        Promote(name="customer_spend", target="prod", version=1),
        Deprecate(name="customer_spend", reason="old"),
    ):
        with pytest.raises(LifecycleError, match="retired"):
            ada.send(request)
    assert ada.send(GetRevision()) == revision


def test_promote_and_rollback_move_one_pointer_and_log_it(door: Door, publish: Publisher) -> None:
    ada = door.open("ada")
    publish(ada, make_view(fingerprint="f1"))
    publish(ada, make_view(fingerprint="f1"), environment="prod")
    publish(ada, make_view(fingerprint="f2"))

    assert ada.send(Promote(name="customer_spend", target="prod", source="dev")).after == 2
    assert version_of(ada, "prod") == 2
    assert ada.send(Rollback(name="customer_spend", environment="prod")) == Move(
        name="customer_spend", environment="prod", before=2, after=1
    )

    assert (version_of(ada), version_of(ada, "prod")) == (2, 1)
    assert [event.detail for event in ada.send(ListEvents())[-2:]] == ["prod: 1 -> 2", "prod: 2 -> 1"]


def test_rolling_back_again_goes_back_further(door: Door, publish: Publisher) -> None:
    ada = door.open("ada")
    for number in (1, 2, 3):
        publish(ada, make_view(fingerprint=f"f{number}"))

    back = [ada.send(Rollback(name="customer_spend", environment="dev")).after for _ in range(2)]

    assert back == [2, 1]
    with pytest.raises(LifecycleError, match="has served no other version"):
        ada.send(Rollback(name="customer_spend", environment="dev"))
    assert ada.send(Rollback(name="customer_spend", environment="dev", version=3)).after == 3


def test_rollback_takes_no_version_that_was_never_served(door: Door, publish: Publisher) -> None:
    ada = door.open("ada")
    publish(ada, make_view(fingerprint="f1"))
    ada.send(Promote(name="customer_spend", target="prod", version=1))
    publish(ada, make_view(fingerprint="f2"))

    with pytest.raises(LifecycleError, match="'prod' has never served customer_spend@2"):
        ada.send(Rollback(name="customer_spend", environment="prod", version=2))
    assert version_of(ada, "prod") == 1


def test_rollback_of_a_first_publish_has_nowhere_to_go(door: Door, publish: Publisher) -> None:
    ada = door.open("ada")
    publish(ada, make_view())

    with pytest.raises(LifecycleError, match="has served no other version"):
        ada.send(Rollback(name="customer_spend", environment="dev"))


@pytest.mark.parametrize(("source", "version"), [(None, None), ("dev", 1)])
def test_promote_takes_a_version_or_an_environment(door: Door, publish: Publisher, source: str | None, version: int | None) -> None:
    ada = door.open("ada")
    publish(ada, make_view())

    with pytest.raises(InvalidArgumentError, match="either"):
        ada.send(Promote(name="customer_spend", target="prod", source=source, version=version))


def test_a_yank_is_undone_and_no_environment_moves(door: Door, publish: Publisher) -> None:
    ada = door.open("ada")
    publish(ada, make_view(fingerprint="f1"))
    publish(ada, make_view(fingerprint="f2"))
    ada.send(Yank(name="customer_spend", version=2, reason="the wrong number"))

    assert ada.send(Yank(name="customer_spend", version=2, reason="it was 1", undo=True)) == ()

    assert (version_of(ada), state_of(ada, 2)) == (1, "published")
    assert ada.send(Promote(name="customer_spend", target="dev", version=2)).after == 2
    assert [event.detail for event in ada.send(ListEvents()) if event.action == "yank_undone"] == ["it was 1"]
    with pytest.raises(LifecycleError, match="customer_spend@2 is not yanked"):
        ada.send(Yank(name="customer_spend", version=2, reason="again", undo=True))


@pytest.mark.parametrize("end", [Deprecate, Retire])
def test_a_view_comes_back_to_life(door: Door, publish: Publisher, end: type[Deprecate | Retire]) -> None:
    ada = door.open("ada")
    publish(ada, make_view())
    ada.send(end(name="customer_spend", reason="too early"))

    ada.send(end(name="customer_spend", reason="it is needed", undo=True))

    assert state_of(ada, 1) == "published"
    assert publish(ada, make_view()) == (1, False)
    assert version_of(ada) == 1
    with pytest.raises(LifecycleError, match=f"is not {'deprecated' if end is Deprecate else 'retired'}"):
        ada.send(end(name="customer_spend", reason="again", undo=True))


def test_a_retired_view_is_not_brought_back_as_a_deprecated_one(door: Door, publish: Publisher) -> None:
    ada = door.open("ada")
    publish(ada, make_view())
    ada.send(Retire(name="customer_spend", reason="old"))

    with pytest.raises(LifecycleError, match="is not deprecated"):
        ada.send(Deprecate(name="customer_spend", reason="back", undo=True))


def test_a_certification_is_ended_or_cut_short_by_the_next(door: Door, publish: Publisher) -> None:
    ada, carl = door.open("ada"), door.open("carl")
    publish(ada, make_view())
    carl.send(Certify(name="customer_spend", version=1, evidence="Read it."))
    carl.send(Certify(name="customer_spend", version=1, evidence="Until the audit.", expires_at=NOW + timedelta(days=1)))

    door.now = NOW + timedelta(days=1)
    assert state_of(ada, 1) == "published"
    carl.send(Certify(name="customer_spend", version=1, evidence="After the audit."))
    assert state_of(ada, 1) == "certified"

    assert carl.send(Certify(name="customer_spend", version=1, evidence="A refund was counted.", undo=True)).state == "published"
    assert state_of(ada, 1) == "published"
    with pytest.raises(LifecycleError, match="customer_spend@1 is not certified"):
        carl.send(Certify(name="customer_spend", version=1, evidence="Again.", undo=True))
    with pytest.raises(ForbiddenError):
        door.open("bob", ("author",)).send(Certify(name="customer_spend", version=1, evidence="No.", undo=True))


def test_a_feature_test_that_is_written_later_lets_somebody_else_certify(door: Door, publish: Publisher) -> None:
    ada, bob, carl = door.open("ada"), door.open("bob"), door.open("carl")
    ada.send(ChangeTeam(name="growth", add=("bob",)))
    publish(ada, make_view(), tests=0)
    revision = ada.send(GetRevision())
    record = msgspec.structs.replace(passed(make_view(), tests=1), texts=("given invoices ...",), values=2)
    again = Publish(view=make_view(), environment="dev", evidence=record, base=1)

    assert (bob.send(again).is_new, bob.send(again).version.tests) == (False, 1)

    assert ada.send(GetRevision()) == revision + 1  # and not another for the second time
    detail = ada.send(GetDetail(name="customer_spend"))
    assert (detail.tests, detail.test_texts) == (1, ("given invoices ...",))
    with pytest.raises(LifecycleError, match="published by 'bob', who cannot certify it"):
        bob.send(Certify(name="customer_spend", version=1, evidence="Wrote the test."))
    assert carl.send(Certify(name="customer_spend", version=1, evidence="Read both.")).state == "certified"


@pytest.mark.parametrize("replacement", ["customer_spend", "basket"])
def test_a_replacement_is_another_view_that_lives(door: Door, publish: Publisher, replacement: str) -> None:
    ada = door.open("ada")
    publish(ada, make_view())
    publish(ada, make_view("basket"), duplicate_reason="another unit")
    ada.send(Retire(name="basket", reason="old"))

    with pytest.raises(LifecycleError, match=f"{replacement!r} cannot be used instead of 'customer_spend'"):
        ada.send(Deprecate(name="customer_spend", reason="old", replacement=replacement))
