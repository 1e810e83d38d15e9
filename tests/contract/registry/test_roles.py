"""Each request against each role."""

from __future__ import annotations

from typing import Any

import pytest

from jupyter_features.definitions.subject import ROLES, Role
from jupyter_features.errors import ForbiddenError, JupyterFeaturesError
from jupyter_features.registry import changes, questions
from jupyter_features.registry.questions import WhoAmI
from jupyter_features.registry.registry import Registry
from jupyter_features.registry.request import Request

from .doors import Door
from .samples import every_change, every_question, everything, fill

# Written out by hand, so that a role that is lowered by accident is noticed.
AUTHOR = {
    "Publish", "RehearsePublish", "Promote", "Rollback", "EditMetadata", "Yank", "Deprecate", "Retire", "SaveService", "SaveModel",
}  # fmt: skip
AUTHOR_OR_ADMIN = {"ChangeTeam"}
ADMIN = {"CreateToken", "RevokeToken", "ListTokens"}
CERTIFIER = {"Certify"}


def refusal_of(registry: Registry, request: Request[Any]) -> str:
    """Send a request; the sentence of its refusal, empty if it was answered."""
    try:
        registry.send(request)
    except JupyterFeaturesError as error:
        return error.message
    return ""


@pytest.mark.parametrize("role", ROLES)
def test_a_role_allows_exactly_its_requests(door: Door, role: Role) -> None:
    ada = door.open("ada")
    token_id = fill(ada)
    needed = dict.fromkeys(AUTHOR | AUTHOR_OR_ADMIN, "author") | dict.fromkeys(ADMIN, "admin") | dict.fromkeys(CERTIFIER, "certifier")
    stranger = door.open("eve", (role,))

    for kind, request in (every_question() | every_change(token_id)).items():
        needs = needed.get(kind.__name__, "viewer")
        if needs in ("viewer", role) or (kind.__name__ in AUTHOR_OR_ADMIN and role == "admin"):
            assert "takes the role" not in refusal_of(stranger, request), kind
        else:
            before = everything(ada)
            with pytest.raises(ForbiddenError, match=f"'eve' may not .*: it takes the role '{needs}'"):
                stranger.send(request)
            assert everything(ada) == before


def test_the_samples_are_complete() -> None:
    assert set(every_change("")) == set(changes.CHANGES)
    assert set(every_question()) == set(questions.QUESTIONS)


def test_the_one_who_asks_is_known_by_name_and_roles(door: Door) -> None:
    subject = door.open("eve", ("viewer", "certifier")).send(WhoAmI())

    assert (subject.name, set(subject.roles)) == ("eve", {"viewer", "certifier"})


def test_the_author_of_an_event_is_the_one_who_asked(door: Door) -> None:
    fill(door.open("ada"))
    door.open("carl").send(changes.Certify(name="customer_spend", version=1, evidence="Read it."))

    events = door.open().send(questions.ListEvents())

    assert {event.author for event in events if event.action == "version_certified"} == {"carl"}
    assert {event.author for event in events if event.action != "version_certified"} == {"ada"}
