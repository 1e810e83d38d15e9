"""Publish: turn a draft that is ready into an immutable version."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from jupyter_features.card import Card, Displayed
from jupyter_features.definitions.feature_view import FeatureViewVersion
from jupyter_features.definitions.probe_signature import ProbeSignature
from jupyter_features.errors import DuplicateError, PublishError
from jupyter_features.operations.plan import Plan
from jupyter_features.operations.similarity.report import Duplicates
from jupyter_features.registry.changes import Publish
from jupyter_features.registry.registry import Registry


@dataclass(frozen=True)
class Published(Displayed):
    """A version and whether this call made it."""

    published: FeatureViewVersion
    environment: str
    is_new: bool
    owner: str

    @property
    def name(self) -> str:
        """Name of the view."""
        return self.published.name

    @property
    def version(self) -> int:
        """Number of the version."""
        return self.published.version

    @property
    def fingerprint(self) -> str:
        """Hash that proves identity."""
        return self.published.view.fingerprint

    def _next_step(self) -> str:
        view = self.published.view
        if not view.definition.is_on_demand:
            return f"%feature materialize {self.name}"
        columns = [*view.entity.key_names, *(each.name for each in view.definition.request)]
        return f"%feature online {self.name} --row {','.join(f'{name}=...' for name in columns)}"

    def _tests(self) -> str:
        return f"{self.published.tests} test{'' if self.published.tests == 1 else 's'} passed"

    def card(self) -> Card:
        """Show the version."""
        facts = (
            ("Fingerprint", self.fingerprint),
            ("Owner", self.owner),
            ("Features", ", ".join(self.published.view.feature_names)),
            ("Checks", f"{', '.join(self.published.checks)}; {self._tests()}"),
        )
        title = f"Published {self.published.reference}" if self.is_new else f"{self.published.reference} has this very definition already"
        return Card(title=title, label=f"in {self.environment}", state="ok", facts=facts, next_step=self._next_step())


def publish(
    plan: Plan,
    *,
    base: int | None,
    registry: Registry,
    signature: ProbeSignature,
    duplicate_reason: str = "",
    acknowledged: Sequence[str] = (),
) -> Published:
    """Publish what a plan describes and point its environment at it; see `Publish` for `base`, and what the registry may refuse.

    Raises
    ------
    PublishError
        If the plan has blockers, or (`DuplicateError`) the same feature exists and no reason is given; nothing is published.
    """
    if plan.blockers:
        others = f" (and {len(plan.blockers) - 1} more)" if len(plan.blockers) > 1 else ""
        raise PublishError(
            f"{plan.view.name!r} cannot be published: {plan.blockers[0]}{others}.", hint=f"See %feature plan {plan.view.name}."
        )
    if plan.needs_reason and not duplicate_reason.strip():
        raise DuplicateError(f"{plan.view.name!r} exists already: {plan.needs_reason}.", hint="Say why: --reason '...'.")
    published = registry.send(
        Publish(
            view=plan.view,
            environment=plan.environment,
            evidence=plan.evidence,
            base=base,
            signature=signature,
            duplicate_reason=_explained(plan.duplicates, duplicate_reason),
            acknowledged=tuple(acknowledged),
        )
    )
    return Published(published.version, plan.environment, published.is_new, plan.view.definition.owner)


def _explained(duplicates: Duplicates, reason: str) -> str:
    """Say what a reason is about; without a duplicate there is nothing to explain."""
    named = ", ".join(finding.reference for finding in duplicates.exact)
    return f"{reason} (beside {named})" if named and reason else ""
