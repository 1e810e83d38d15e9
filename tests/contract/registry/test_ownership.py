"""Nobody overwrites or deletes another owner's object by any verb."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from jupyter_features.definitions.feature_view import CompiledView
from jupyter_features.definitions.source import Column
from jupyter_features.errors import ForbiddenError, NotFoundError, NotOwnerError
from jupyter_features.registry import changes
from jupyter_features.registry.questions import GetDetail, GetEntity, GetSource, ListEvents, ListTeams
from jupyter_features.registry.registry import Registry
from jupyter_features.registry.request import Request

from ...registry.shelf import make_view, passed
from .doors import Door
from .samples import every_change, everything, fill

STRANGER = ("viewer", "author", "server")
# Reports of reads change no object, and only add to what is known of the one who reports.
OF_NOBODY = {changes.RecordUses}
# A review is by somebody else on purpose, and takes a role of its own.
BY_ROLE = {changes.Certify, changes.CreateToken, changes.RevokeToken, changes.ChangeTeam}


@pytest.mark.parametrize("kind", changes.CHANGES, ids=lambda kind: kind.__name__)
def test_every_change_by_a_stranger_is_refused_and_writes_nothing(door: Door, kind: type[Request[Any]]) -> None:
    ada, bob = door.open("ada"), door.open("bob", STRANGER)
    request = every_change(fill(ada))[kind]
    before, logged = everything(ada), ada.send(ListEvents())

    if kind in OF_NOBODY:
        assert bob.send(request) == 1
        assert ada.send(ListEvents()) == logged
        return
    with pytest.raises(ForbiddenError if kind in BY_ROLE else NotOwnerError):
        bob.send(request)

    assert everything(ada) == before


@pytest.mark.parametrize("role", ["certifier", "admin"])
def test_no_role_opens_another_teams_objects(door: Door, role: Any) -> None:
    ada, bob = door.open("ada"), door.open("bob", ("author", role))
    requests = every_change(fill(ada))
    before = everything(ada)

    for kind in set(requests) - OF_NOBODY - BY_ROLE:
        with pytest.raises(NotOwnerError):
            bob.send(requests[kind])

    assert everything(ada) == before


def test_a_refusal_names_the_owner_and_whom_to_ask(door: Door) -> None:
    fill(door.open("ada"))

    with pytest.raises(
        NotOwnerError, match=r"'customer_spend' belongs to 'growth', and 'bob' is not a member.\nAsk ada to make the change"
    ):
        door.open("bob", STRANGER).send(changes.Deprecate(name="customer_spend", reason="mine is better"))


def test_a_stranger_cannot_take_a_view_by_naming_another_owner(door: Door) -> None:
    ada, bob = door.open("ada"), door.open("bob", STRANGER)
    fill(ada)
    before = everything(ada)
    view = make_view(fingerprint="f9", owner="bobs")

    for request in (
        changes.Publish(view=view, environment="dev", evidence=passed(view), base=2),
        changes.EditMetadata(name="customer_spend", version=1, owner="bobs"),
        changes.SaveService(name="churn", features=("customer_spend@2",), owner="bobs"),
        changes.SaveModel(name="churn_model", service="churn", owner="bobs"),
    ):
        with pytest.raises(NotOwnerError):
            bob.send(request)

    assert everything(ada) == before


def test_a_view_is_not_pushed_upon_a_team_that_its_author_does_not_belong_to(door: Door) -> None:
    ada, bob = door.open("ada"), door.open("bob", STRANGER)
    fill(ada)
    view = make_view("basket")

    with pytest.raises(NotOwnerError, match="belongs to 'growth'"):
        bob.send(changes.Publish(view=view, environment="dev", evidence=passed(view)))


def test_a_source_of_another_team_is_read_and_not_changed(door: Door) -> None:
    ada, bob = door.open("ada"), door.open("bob", STRANGER)
    fill(ada)
    same, other = make_view("basket", owner="bobs"), make_view("basket", owner="bobs", location="elsewhere.parquet")

    with pytest.raises(NotOwnerError, match="Source 'invoices' belongs to 'growth'"):
        bob.send(changes.Publish(view=other, environment="dev", evidence=passed(other)))
    bob.send(changes.Publish(view=same, environment="dev", evidence=passed(same)))

    found = ada.send(GetSource(name="invoices"))
    assert found is not None
    assert found.location == "data/invoices.parquet"


def test_what_another_team_declared_keeps_its_words_and_columns_and_can_be_read_all_the_same(door: Door) -> None:
    ada, bob = door.open("ada"), door.open("bob", STRANGER)
    fill(ada)
    before = ada.send(GetSource(name="invoices")), ada.send(GetEntity(name="customer"))
    view = make_view("basket", owner="bobs")
    entity = msgspec.structs.replace(view.entity, description="mine")
    # The file has a column more than when it was declared.
    wider = (*view.sources[0].columns, Column("extra", "DOUBLE"))
    source = msgspec.structs.replace(view.sources[0], description="mine", columns=wider)
    view = msgspec.structs.replace(view, entity=entity, sources=(source,))

    published = bob.send(changes.Publish(view=view, environment="dev", evidence=passed(view)))

    assert published.version.view == view
    assert (ada.send(GetSource(name="invoices")), ada.send(GetEntity(name="customer"))) == before


@pytest.mark.parametrize("change", [{"kind": "state"}, {"inclusive": True}, {"tie_break": ("quantity",)}, {"event_timestamp": "loaded_at"}])
def test_the_clock_of_a_source_does_not_change_behind_its_owners_back(door: Door, change: dict[str, Any]) -> None:
    ada, bob = door.open("ada"), door.open("bob", STRANGER)
    fill(ada)
    view = make_view("basket", owner="bobs")
    source = view.sources[0]
    source = msgspec.structs.replace(source, columns=(*source.columns, Column("loaded_at", "TIMESTAMP")), **change)
    view = msgspec.structs.replace(view, sources=(source,))

    with pytest.raises(NotOwnerError, match="Source 'invoices'"):
        bob.send(changes.Publish(view=view, environment="dev", evidence=passed(view)))


def test_its_own_team_rewords_a_source_and_adds_columns(door: Door) -> None:
    ada = door.open("ada")
    fill(ada)
    view = make_view("basket")
    source = msgspec.structs.replace(view.sources[0], description="Lines.", columns=(*view.sources[0].columns, Column("extra", "DOUBLE")))
    view = msgspec.structs.replace(view, sources=(source,))

    ada.send(changes.Publish(view=view, environment="dev", evidence=passed(view)))

    assert ada.send(GetSource(name="invoices")) == source


def test_a_view_is_handed_to_a_team_that_exists_and_never_by_a_slip_of_the_pen(door: Door) -> None:
    ada = door.open("ada")
    fill(ada)
    before = everything(ada)
    slip = make_view(fingerprint="f9", owner="growht")

    for request in (
        changes.Publish(view=slip, environment="dev", evidence=passed(slip), base=2),
        changes.EditMetadata(name="customer_spend", version=1, owner="growht"),
    ):
        with pytest.raises(NotFoundError, match=r"no team named 'growht'.*\n.*'growth'"):
            ada.send(request)
    assert everything(ada) == before

    ada.send(changes.ChangeTeam(name="retention"))
    view = make_view(fingerprint="f9", owner="retention")
    ada.send(changes.Publish(view=view, environment="dev", evidence=passed(view), base=2, acknowledged=("churn@1", "churn_model@1")))

    told = [(event.action, event.version, event.detail) for event in ada.send(ListEvents(name="customer_spend"))]
    assert ("metadata_edited", 3, "owner, now retention") in told
    assert ada.send(GetDetail(name="customer_spend")).owner == "retention"


def test_a_member_may_do_what_the_first_author_may(door: Door) -> None:
    ada, bob = door.open("ada"), door.open("bob", STRANGER)
    fill(ada)
    ada.send(changes.ChangeTeam(name="growth", add=("bob",)))

    assert bob.send(changes.Deprecate(name="customer_spend", reason="a better one comes")).state == "deprecated"


def test_a_view_handed_to_another_team_is_no_longer_ones_own(door: Door) -> None:
    ada, bob = door.open("ada"), door.open("bob", STRANGER)
    fill(ada)
    bob.send(changes.ChangeTeam(name="retention", add=("ada", "bob")))
    ada.send(changes.EditMetadata(name="customer_spend", version=2, owner="retention"))
    bob.send(changes.ChangeTeam(name="retention", remove=("ada",)))

    with pytest.raises(NotOwnerError, match="belongs to 'retention'"):
        ada.send(changes.Deprecate(name="customer_spend", reason="no"))
    assert bob.send(changes.Deprecate(name="customer_spend", reason="yes")).state == "deprecated"


def test_teams_are_changed_by_members_and_admins_only_and_keep_one_member(door: Door) -> None:
    ada, bob, root = door.open("ada", ("author",)), door.open("bob", ("author",)), door.open("root", ("admin",))
    ada.send(changes.ChangeTeam(name="growth"))

    with pytest.raises(ForbiddenError, match="Only its members and admins"):
        bob.send(changes.ChangeTeam(name="growth", add=("bob",)))
    with pytest.raises(ValueError, match="would have no member"):
        ada.send(changes.ChangeTeam(name="growth", remove=("ada",)))
    root.send(changes.ChangeTeam(name="growth", add=("bob",), remove=("ada",)))

    (team,) = bob.send(ListTeams())
    assert (team.name, team.members) == ("growth", ("bob",))
    assert [event.detail for event in bob.send(ListEvents(name="growth"))] == ["nobody -> ada", "ada -> bob"]


@pytest.mark.parametrize(
    "name",
    [
        "growth\ufe0f",
        "growth\u3164",
        "gro\u034fwth",
        "growth\u2800",
        "gr\u2028owth",
        "growth\u00a0x",
        "e\u0301quipe",
        "\uff47rowth",
        "a\u200bb",
    ],
)
def test_a_name_that_could_be_taken_for_another_is_refused(registry: Registry, name: str) -> None:
    for request in (changes.ChangeTeam(name=name), changes.ChangeTeam(name="growth", add=(name,)), _publish(make_view(owner=name))):
        with pytest.raises(ValueError, match="cannot be the name of"):
            registry.send(request)
    assert registry.send(ListTeams()) == ()


def test_two_teams_do_not_differ_in_their_case_alone(registry: Registry) -> None:
    for name in ("growth", "équipe 中文"):
        registry.send(changes.ChangeTeam(name=name))

    for request in (changes.ChangeTeam(name="Growth"), _publish(make_view(owner="GROWTH"))):
        with pytest.raises(ValueError, match="would be taken for 'growth'"):
            registry.send(request)
    assert [team.name for team in registry.send(ListTeams())] == ["growth", "équipe 中文"]


def _publish(view: CompiledView) -> changes.Publish:
    return changes.Publish(view=view, environment="dev", evidence=passed(view))
