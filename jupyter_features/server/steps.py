"""The REST handlers of the steps that change the registry: each has its plan, which changes nothing, beside it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from jupyter_server.auth.decorator import authorized
from tornado import web

from jupyter_features.server.answering import FeatureHandler
from jupyter_features.server.bodies import CertifyBody, DeprecateBody, PromoteBody, RollbackBody
from jupyter_features.server.store import SidebarStore

Step = Callable[[SidebarStore, str, Any], object]


def _plan_promote(store: SidebarStore, name: str, body: PromoteBody) -> object:
    return store.plan_promote(name, to=body.to, source=body.source, version=body.version)


def _promote(store: SidebarStore, name: str, body: PromoteBody) -> object:
    return store.promote(name, to=body.to, source=body.source, version=body.version, acknowledge=body.acknowledge)


def _plan_rollback(store: SidebarStore, name: str, body: RollbackBody) -> object:
    return store.plan_rollback(name, environment=body.environment, version=body.version)


def _rollback(store: SidebarStore, name: str, body: RollbackBody) -> object:
    return store.rollback(name, environment=body.environment, version=body.version)


def _plan_certify(store: SidebarStore, name: str, body: CertifyBody) -> object:
    return store.plan_certify(f"{name}@{body.version}")


def _certify(store: SidebarStore, name: str, body: CertifyBody) -> object:
    return store.certify(f"{name}@{body.version}", evidence=body.evidence, expires_at=body.expires_at)


def _plan_deprecate(store: SidebarStore, name: str, _: DeprecateBody) -> object:
    return store.plan_deprecate(name)


def _deprecate(store: SidebarStore, name: str, body: DeprecateBody) -> object:
    return store.deprecate(name, reason=body.reason, replacement=body.replacement)


STEPS: dict[str, tuple[type[msgspec.Struct], Step]] = {
    "plan-promote": (PromoteBody, _plan_promote),
    "promote": (PromoteBody, _promote),
    "plan-rollback": (RollbackBody, _plan_rollback),
    "rollback": (RollbackBody, _rollback),
    "plan-certify": (CertifyBody, _plan_certify),
    "certify": (CertifyBody, _certify),
    "plan-deprecate": (DeprecateBody, _plan_deprecate),
    "deprecate": (DeprecateBody, _deprecate),
}
"""Body and call of each step, by the last part of its address."""


class StepHandler(FeatureHandler):
    """Plans a step with a feature view, or takes it."""

    @web.authenticated
    @authorized
    async def post(self, name: str, step: str) -> None:
        """Answer with a `MovePlan`; or with the `Move` or `Standing` after the step."""
        body_type, take = STEPS[step]
        # The body is read where failures are answered.
        await self.answer(lambda store: take(store, name, self.body(body_type)))
