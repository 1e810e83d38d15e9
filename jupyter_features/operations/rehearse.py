"""Rehearse: ask the registry what it would refuse a plan for, so that a plan promises no more than publishing keeps."""

from __future__ import annotations

from dataclasses import replace

from jupyter_features.definitions.consumer import to_acknowledge
from jupyter_features.errors import SERVICE_FAILURES, AcknowledgementError, DuplicateError, JupyterFeaturesError
from jupyter_features.operations.asker import Asker
from jupyter_features.operations.plan import Plan
from jupyter_features.registry.changes import Publish, RehearsePublish
from jupyter_features.registry.questions import GetRevision
from jupyter_features.registry.registry import Registry

_REASON = "rehearsed"


def rehearse(plan: Plan, registry: Registry, asker: Asker, *, owner: str) -> Plan:
    """Add to a plan what stands against it in the registry, and what publishing would have to say.

    Parameters
    ----------
    owner
        Of the published view; the draft's own if there is none.
    """
    if refusals := asker.refusals(owner):
        return replace(plan, blockers=(*plan.blockers, *refusals))
    # What is wanting in the draft would be refused first; and a registry that nobody has written to refuses nothing.
    if plan.blockers or not registry.send(GetRevision()):
        return plan
    return _asked(plan, registry, asker)


def _asked(plan: Plan, registry: Registry, asker: Asker) -> Plan:
    """Give way to each demand that can be met, until nothing is demanded, or something stands against it all the same."""
    try:
        registry.send(RehearsePublish(publish=_publication(plan)))
    except SERVICE_FAILURES:
        raise
    except JupyterFeaturesError as error:
        if isinstance(error, DuplicateError) and not plan.needs_reason:
            return _asked(replace(plan, needs_reason=error.message), registry, asker)
        own = plan.view.definition.owner
        told = to_acknowledge(plan.consumers, {own, *asker.members(own)})
        if isinstance(error, AcknowledgementError) and told != plan.acknowledge:
            return _asked(replace(plan, acknowledge=told), registry, asker)
        return replace(plan, blockers=(error.message.rstrip("."),))
    return plan


def _publication(plan: Plan) -> Publish:
    return Publish(
        view=plan.view,
        environment=plan.environment,
        evidence=plan.evidence,
        base=plan.current.version if plan.current else None,
        duplicate_reason=_REASON if plan.needs_reason else "",
        acknowledged=plan.acknowledge,
    )
