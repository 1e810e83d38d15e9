"""Sharing: plan and publish, move, review and end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Literal

import msgspec

from jupyter_features.clock import to_utc
from jupyter_features.definitions.feature_service import FeatureService, Model
from jupyter_features.definitions.feature_view import FeatureViewVersion
from jupyter_features.definitions.listing import ViewDetail
from jupyter_features.definitions.reference import parse_reference
from jupyter_features.definitions.standing import Standing
from jupyter_features.definitions.team import Team
from jupyter_features.drafts import Planned
from jupyter_features.errors import InvalidArgumentError, LifecycleError, NotFoundError
from jupyter_features.feature_store.looking import Looking
from jupyter_features.feature_store.parts import ViewLike, name_of
from jupyter_features.operations.asker import Asker
from jupyter_features.operations.edits import edits
from jupyter_features.operations.feature_test import parse_feature_test
from jupyter_features.operations.plan import Plan, plan
from jupyter_features.operations.plan_move import (
    MovePlan,
    compare_readable,
    plan_certification,
    plan_deprecation,
    plan_pointer,
    plan_publication,
)
from jupyter_features.operations.publish import Published, publish
from jupyter_features.operations.rehearse import rehearse
from jupyter_features.operations.similarity.report import Duplicates
from jupyter_features.operations.test import run_tests
from jupyter_features.registry import changes
from jupyter_features.registry.changes import Move
from jupyter_features.registry.pointers import version_to_go_back_to
from jupyter_features.registry.questions import (
    FoundVersion,
    GetDetail,
    GetVersion,
    ListConsumers,
)
from jupyter_features.registry.served import served


class Sharing(Looking):
    """The verbs that change the shared registry, and their plans. All of them may raise what `Registry.send` raises."""

    def plan(self, view: ViewLike) -> Plan:
        """Tell what publishing a draft would change, whom it concerns, and what stands against it here and in the registry.

        What `publish` then does follows on what was shown here.
        """
        planned = self._plan(view)
        self._remember(planned, base=planned.current.version if planned.current else None)
        return rehearse(planned, self._registry, self._asker(), owner=self._owner(planned))

    def publish(
        self, view: ViewLike, *, reason: str = "", acknowledge: Sequence[str] = (), follows: int | msgspec.UnsetType | None = msgspec.UNSET
    ) -> Published:
        """Publish a draft: an immutable version that this environment serves from now on.

        Identical content gives the version it already has.

        Parameters
        ----------
        reason
            Why it is published although its like exists; recorded.
        acknowledge
            Names of the consumers that a MAJOR change was announced to.
        follows
            The version that the environment served when this was planned, None for none: what somebody has published since is
            not published over. If it is not given, what `plan` has shown last of this draft counts, or what is served now.

        Raises
        ------
        PublishError
            If owner, description, checks or tests are wanting, or a source is a DataFrame; `DuplicateError` if the same
            feature exists and no reason is given; `AcknowledgementError` if a consumer is not named.
        NotOwnerError
            If the view belongs to another team.
        ConflictError
            If somebody else published since the plan, or the entity has other join keys.
        """
        planned = self._plan(view)
        base = self._base(planned) if isinstance(follows, msgspec.UnsetType) else follows
        published = publish(
            planned,
            base=base,
            registry=self._registry,
            signature=self._duplicates.sign(planned.view),
            duplicate_reason=reason,
            acknowledged=acknowledge,
        )
        self._remember(planned, base=published.version)
        return published

    def duplicates(self, view: ViewLike) -> Duplicates:
        """Search the registry for what a draft says again, or nearly; a published view is compared with all others."""
        return self._duplicates.search(self._compiled(view))

    def plan_publish(self, view: ViewLike) -> MovePlan:
        """Tell of a draft's `plan` what the other plans tell of their steps, and whether the one who asks may publish."""
        planned = self.plan(view)
        owner = self._owner(planned)
        return plan_publication(planned, {owner, *self._asker().members(owner)})

    def plan_promote(self, name: str, *, to: str, source: str | None = None, version: int | None = None) -> MovePlan:
        """Tell what `promote` would change, whom it concerns, and what stands against it.

        Raises
        ------
        NotFoundError
            If the version does not exist, or `source` does not serve the view.
        """
        return self._plan_pointer("promote", name, to, self._found(name, version, source or self.environment))

    def plan_rollback(self, name: str, *, environment: str | None = None, version: int | None = None) -> MovePlan:
        """Tell what `rollback` would change, and whom it concerns.

        Raises
        ------
        LifecycleError
            If the environment has served nothing else, or never this version.
        """
        environment = environment or self.environment
        now = self._found(name, None, environment).version.version
        past = served((event.detail for event in self.history(name) if event.action == "pointer_moved"), environment)
        wanted = version_to_go_back_to(past, name, environment, now, version)
        return self._plan_pointer("rollback", name, environment, self._found(name, wanted, environment))

    def plan_certify(self, reference: str) -> MovePlan:
        """Tell what was checked and tested of a version such as `customer_spend@3`, and what stands against certifying it."""
        name, version = _pinned(reference)
        return plan_certification(self._registry.send(GetDetail(name=name, version=version, environment=self.environment)), self._asker())

    def plan_deprecate(self, name: str) -> MovePlan:
        """Tell whom deprecating a view concerns, and what stands against it."""
        return plan_deprecation(self._registry.send(GetDetail(name=name, environment=self.environment)), self._asker())

    def promote(
        self, name: str, *, to: str, source: str | None = None, version: int | None = None, acknowledge: Sequence[str] = ()
    ) -> Move:
        """Let environment `to` serve a version: the given one, or what `source` serves, by default this environment.

        Raises
        ------
        LifecycleError
            If the version is yanked, or the view retired.
        AcknowledgementError
            If the move breaks consumers that are not named.
        """
        if version is None and source is None:
            source = self.environment
        return self._registry.send(changes.Promote(name=name, target=to, source=source, version=version, acknowledged=tuple(acknowledge)))

    def rollback(self, name: str, *, environment: str | None = None, version: int | None = None) -> Move:
        """Let an environment, by default this one, serve what it served before its last move, or the given version.

        Raises
        ------
        LifecycleError
            If it has served nothing else, or never this version.
        """
        return self._registry.send(changes.Rollback(name=name, environment=environment or self.environment, version=version))

    def yank(self, reference: str, *, reason: str, undo: bool = False) -> tuple[Move, ...]:
        """Take a version such as `customer_spend@3` back; exact pins still work, environments that serve it go back.

        Parameters
        ----------
        undo
            Let it be served again; no environment moves.
        """
        name, version = _pinned(reference)
        return self._registry.send(changes.Yank(name=name, version=version, reason=reason, undo=undo))

    def certify(self, reference: str, *, evidence: str, expires_at: datetime | None = None, undo: bool = False) -> Standing:
        """Approve one version for reuse, having reviewed it. The newest certification counts.

        Parameters
        ----------
        evidence
            What was looked at: a link or a sentence.
        undo
            Certify it no longer; `evidence` says why.

        Raises
        ------
        LifecycleError
            If the version is one's own, is yanked or retired, or was published without a feature test.
        """
        name, version = _pinned(reference)
        until = to_utc(expires_at) if expires_at else None
        return self._registry.send(changes.Certify(name=name, version=version, evidence=evidence, expires_at=until, undo=undo))

    def deprecate(self, name: str, *, reason: str, replacement: str = "", undo: bool = False) -> Standing:
        """Ask people not to start using a view; it is served as before. `undo` lets them use it again."""
        return self._registry.send(changes.Deprecate(name=name, reason=reason, replacement=replacement, undo=undo))

    def retire(
        self, name: str, *, reason: str, replacement: str = "", acknowledge: Sequence[str] = (), undo: bool = False
    ) -> tuple[Move, ...]:
        """End a view: no environment serves it any longer, exact pins still work. `undo` lets it be published and promoted again.

        Raises
        ------
        AcknowledgementError
            If a consumer is not named.
        """
        told = tuple(acknowledge)
        return self._registry.send(changes.Retire(name=name, reason=reason, replacement=replacement, acknowledged=told, undo=undo))

    def service(self, name: str, features: Sequence[str], *, owner: str, description: str = "") -> FeatureService:
        """Keep a list of features for a model, each pinned to what this environment serves; the same list is the same version."""
        return self._registry.send(
            changes.SaveService(name=name, features=tuple(features), owner=owner, description=description, environment=self.environment)
        )

    def model(self, name: str, *, service: str, owner: str, description: str = "") -> Model:
        """Register which feature service a model consumes, such as `churn@2`, or its newest version by `churn`."""
        return self._registry.send(changes.SaveModel(name=name, service=service, owner=owner, description=description))

    def team(self, name: str, *, add: Sequence[str] = (), remove: Sequence[str] = ()) -> Team:
        """Make a team, or change who belongs to it."""
        return self._registry.send(changes.ChangeTeam(name=name, add=tuple(add), remove=tuple(remove)))

    def _plan(self, view: ViewLike) -> Plan:
        compiled = self._catalog.draft(name_of(view))
        texts = self._drafts.tests(compiled.name)
        tests = [parse_feature_test(text) for text in texts]
        current = self._catalog.current(compiled.name)
        return plan(
            compiled,
            current=current,
            environment=self.environment,
            consumers=self._registry.send(ListConsumers(name=compiled.name)),
            duplicates=self._duplicates.search(compiled),
            checks=self._checker.check(compiled),
            tests=run_tests(compiled, tests),
            test_texts=texts,
            engine=self._engine,
            as_of=self._latest_instant(compiled),
            edits=edits(self._detail(current), compiled, texts) if current else (),
        )

    def _detail(self, version: FeatureViewVersion) -> ViewDetail:
        return self._registry.send(GetDetail(name=version.name, version=version.version, environment=self.environment))

    def _remember(self, planned: Plan, *, base: int | None) -> None:
        self._drafts.save_planned(Planned(planned.view.name, planned.view.fingerprint, planned.environment, base))

    def _base(self, planned: Plan) -> int | None:
        shown = self._drafts.planned(planned.view.name)
        if shown is not None and (shown.fingerprint, shown.environment) == (planned.view.fingerprint, planned.environment):
            return shown.base
        return planned.current.version if planned.current else None

    def _owner(self, planned: Plan) -> str:
        return self._detail(planned.current).owner if planned.current else planned.view.definition.owner

    def _plan_pointer(self, step: Literal["promote", "rollback"], name: str, environment: str, after: FoundVersion) -> MovePlan:
        try:
            before = self._found(name, None, environment)
        except (NotFoundError, LifecycleError):  # it serves nothing, or the view is retired, which stands in the detail
            before = None
        return plan_pointer(
            step,
            self._registry.send(GetDetail(name=name, version=after.version.version, environment=environment)),
            self._asker(),
            environment=environment,
            before=before,
            after=after,
            compare=partial(compare_readable, engine=self._engine, instant_of=self._latest_instant),
        )

    def _found(self, name: str, version: int | None, environment: str) -> FoundVersion:
        return self._registry.send(GetVersion(name=name, version=version, environment=environment))

    def _asker(self) -> Asker:
        return Asker(self.who_am_i(), self.teams())


def _pinned(reference: str) -> tuple[str, int]:
    parsed = parse_reference(reference)
    if not isinstance(parsed.version, int):
        raise InvalidArgumentError(f"{reference!r} names no version.", hint=f"Write it like {parsed.view}@1.")
    if reference != f"{parsed.view}@{parsed.version}":
        raise InvalidArgumentError(
            f"{reference!r} names more than a version.", hint=f"Write {parsed.view}@{parsed.version}; it is about all its features."
        )
    return parsed.view, parsed.version
