"""One request of every kind, on a registry that ada of team growth has filled."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec

from jupyter_features.definitions.consumer import Use
from jupyter_features.registry import changes, questions
from jupyter_features.registry.registry import Registry
from jupyter_features.registry.request import Request

from ...registry.shelf import NOW, make_view, passed

REASON = "because"


def fill(registry: Registry) -> str:
    """Publish two versions, make a service, a model and a token, all of team growth; give the token's id."""
    for number, environment in ((1, "prod"), (2, "dev")):
        view = make_view(fingerprint=f"f{number}")
        registry.send(changes.Publish(view=view, environment=environment, evidence=passed(view)))
    registry.send(changes.SaveService(name="churn", features=("customer_spend@1:spend_90d",), owner="growth"))
    registry.send(changes.SaveModel(name="churn_model", service="churn", owner="growth"))
    return registry.send(changes.CreateToken(subject="ada", roles=("author",))).id


def every_change(token_id: str) -> dict[type[Request[Any]], Request[Any]]:
    """Give a request of every kind that would change what ada has made."""
    view = make_view(fingerprint="f3")
    made: tuple[Request[Any], ...] = (
        changes.Publish(view=view, environment="dev", evidence=passed(view), base=2),
        changes.RehearsePublish(publish=changes.Publish(view=view, environment="dev", evidence=passed(view), base=2)),
        changes.Promote(name="customer_spend", target="prod", version=2),
        changes.Rollback(name="customer_spend", environment="dev", version=1),
        changes.EditMetadata(name="customer_spend", version=1, description="Other words."),
        changes.Yank(name="customer_spend", version=1, reason=REASON),
        changes.Certify(name="customer_spend", version=1, evidence="Read it."),
        changes.Deprecate(name="customer_spend", reason=REASON),
        changes.Retire(name="customer_spend", reason=REASON, acknowledged=("churn@1", "churn_model@1")),
        changes.SaveService(name="churn", features=("customer_spend@2",), owner="growth"),
        changes.SaveModel(name="churn_model", service="churn", owner="growth", description="New."),
        changes.ChangeTeam(name="growth", add=("bob",)),
        changes.RecordUses(uses=(Use(name="customer_spend", version=1, kind="online"),)),
        changes.CreateToken(subject="bob", roles=("admin",), expires_at=NOW + timedelta(days=1)),
        changes.RevokeToken(id=token_id),
    )
    return {type(each): each for each in made}


def every_question() -> dict[type[Request[Any]], Request[Any]]:
    """Give a question of every kind."""
    view, service = {"name": "customer_spend"}, {"name": "churn"}
    fields = {
        "GetVersion": view, "ListVersions": view, "GetDetail": view, "ListConsumers": view, "GetEntity": {"name": "customer"},
        "GetSource": {"name": "invoices"}, "GetService": service, "GetModel": {"name": "churn_model"},
    }  # fmt: skip
    return {kind: msgspec.convert(fields.get(kind.__name__, {}), kind) for kind in questions.QUESTIONS}


def everything(registry: Registry) -> list[Any]:
    """Ask every question, so that two moments can be compared."""
    return [registry.send(question) for kind, question in every_question().items() if kind is not questions.WhoAmI]
