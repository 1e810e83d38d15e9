"""A rehearsal refuses what publishing refuses, answers what it answers, and leaves no trace."""

from __future__ import annotations

import pytest

from jupyter_features.errors import AcknowledgementError, DuplicateError, LifecycleError
from jupyter_features.registry import changes

from ...registry.shelf import make_view, passed
from .doors import Door
from .samples import everything, fill


def publication(fingerprint: str, base: int | None, **changed: object) -> changes.Publish:
    view = make_view(fingerprint=fingerprint, **changed)
    return changes.Publish(view=view, environment="dev", evidence=passed(view), base=base)


def test_a_rehearsal_answers_as_publishing_does_and_changes_nothing(door: Door) -> None:
    ada = door.open("ada")
    fill(ada)
    before = everything(ada)

    found = ada.send(changes.RehearsePublish(publish=publication("f3", 2)))

    assert (found.version.version, found.is_new) == (3, True)
    assert everything(ada) == before
    assert ada.send(publication("f3", 2)).version.version == 3


def test_a_rehearsal_is_refused_for_what_publishing_is_refused(door: Door) -> None:
    ada = door.open("ada")
    fill(ada)
    before = everything(ada)

    with pytest.raises(DuplicateError):
        ada.send(changes.RehearsePublish(publish=publication("f2", None, name="other")))
    assert everything(ada) == before
    ada.send(changes.Retire(name="customer_spend", reason="over", acknowledged=("churn@1", "churn_model@1")))
    with pytest.raises(LifecycleError, match="is retired"):
        ada.send(changes.RehearsePublish(publish=publication("f3", None)))


def test_a_rehearsal_asks_for_acknowledgement(door: Door) -> None:
    ada = door.open("ada")
    fill(ada)

    with pytest.raises(AcknowledgementError):
        ada.send(changes.RehearsePublish(publish=publication("f3", 2, features=("spend_30d",))))
