"""Certify, yank, deprecate, retire: where a version or view goes in its life."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from jupyter_features.definitions.feature_view import FeatureViewVersion
from jupyter_features.definitions.standing import Standing
from jupyter_features.errors import InvalidArgumentError, LifecycleError
from jupyter_features.registry.changes import Certify, Deprecate, Move, Retire, Yank
from jupyter_features.registry.consumers import check_acknowledged
from jupyter_features.registry.context import Change, check_later
from jupyter_features.registry.event import Action
from jupyter_features.registry.find import find, owner_of
from jupyter_features.registry.pointers import move, move_off
from jupyter_features.registry.schema import certifications, events, feature_views, yanks
from jupyter_features.registry.standings import standings
from jupyter_features.registry.teams import join_or_refuse
from jupyter_features.registry.versions import pointers_of

# Who has had a hand in a version.
_BY_AUTHORS = ("version_published", "version_tested")


def certify(change: Change, request: Certify) -> Standing:
    """See `Certify`.

    Raises
    ------
    LifecycleError
        If the author certifies, the version is yanked or retired, or it was published without a feature test; or it is not
        certified, and was to be no longer.
    InvalidArgumentError
        If there is no evidence, or it would expire in the past.
    """
    _check_reason(request.evidence, "A certification", "--evidence 'what you looked at'")
    expires_at = check_later(request.expires_at, change.at, "The certification")
    version = find(change.connection, request.name, request.version, "")
    standing = standings(change.connection, change.at, [request.name]).of(request.name, request.version)
    if request.undo:
        if standing.certification is None:
            raise LifecycleError(f"{version.reference} is not certified.", hint="Nothing was changed.")
        _keep_certification(change, request, "certification_ended", expires_at=change.at)
    else:
        _check_certifiable(change, version, standing)
        _keep_certification(change, request, "version_certified", expires_at=expires_at)
    return standings(change.connection, change.at, [request.name]).of(request.name, request.version)


def _check_certifiable(change: Change, version: FeatureViewVersion, standing: Standing) -> None:
    wrote = select(events.c.author).where(events.c.name == version.name, events.c.version == version.version)
    authors = {version.author, *change.connection.execute(wrote.where(events.c.action.in_(_BY_AUTHORS))).scalars()}
    if change.subject.name in authors:
        raise LifecycleError(
            f"{version.reference} was published by {change.subject.name!r}, who cannot certify it.", hint="Ask somebody else to review it."
        )
    if standing.state in ("yanked", "retired"):
        raise LifecycleError(f"{version.reference} is {standing.state}: {standing.reason}.", hint="Certify another version.")
    if not version.checks or not version.tests:
        lacks = "check" if not version.checks else "feature test"
        raise LifecycleError(
            f"{version.reference} was published without a passed {lacks}.", hint="Write one, and publish the same definition again."
        )


def _keep_certification(change: Change, request: Certify, action: Action, *, expires_at: datetime | None) -> None:
    event_id = change.log(action, request.name, request.version, request.evidence)
    row = {"event_id": event_id, "name": request.name, "version": request.version, "by": change.subject.name, "at": change.at}
    change.connection.execute(certifications.insert().values(**row, evidence=request.evidence, expires_at=expires_at))


def yank(change: Change, request: Yank) -> tuple[Move, ...]:
    """See `Yank`; yanking again changes nothing.

    Raises
    ------
    LifecycleError
        If a version that is not yanked was to be yanked no longer.
    """
    _check_reason(request.reason, "A yank", "--reason 'what is wrong with it'")
    find(change.connection, request.name, request.version, "")
    join_or_refuse(change, owner_of(change.connection, request.name), "feature view", request.name)
    here = (yanks.c.name == request.name) & (yanks.c.version == request.version)
    is_yanked = change.connection.execute(select(yanks.c.version).where(here)).scalar() is not None
    if request.undo:
        if not is_yanked:
            raise LifecycleError(f"{request.name}@{request.version} is not yanked.", hint="Nothing was changed.")
        change.connection.execute(yanks.delete().where(here))
        change.log("yank_undone", request.name, request.version, request.reason)
        return ()
    if is_yanked:
        return ()
    change.connection.execute(yanks.insert().values(name=request.name, version=request.version, reason=request.reason))
    change.log("version_yanked", request.name, request.version, request.reason)
    return move_off(change, request.name, request.version)


def deprecate(change: Change, request: Deprecate) -> Standing:
    """See `Deprecate`; saying the same again changes nothing.

    Raises
    ------
    LifecycleError
        If the view is retired; or is not deprecated, and was to be no longer.
    """
    if request.undo:
        _restore(change, request, "deprecated")
        return Standing()
    _end(change, request, "deprecated")
    return Standing(state="deprecated", reason=request.reason, replacement=request.replacement)


def retire(change: Change, request: Retire) -> tuple[Move, ...]:
    """See `Retire`; retiring again changes nothing.

    Raises
    ------
    AcknowledgementError
        If a consumer is not named.
    LifecycleError
        If a view that is not retired was to be retired no longer.
    """
    if request.undo:
        _restore(change, request, "retired")
        return ()
    join_or_refuse(change, owner_of(change.connection, request.name), "feature view", request.name)
    if _state_of(change, request.name) != "retired":
        check_acknowledged(change, request.name, None, f"Retiring {request.name!r}", request.acknowledged)
    _end(change, request, "retired")
    serving = pointers_of(change.connection, request.name)
    return tuple(move(change, request.name, environment, None) for environment in serving)


def _end(change: Change, request: Deprecate | Retire, state: str) -> None:
    _check_reason(request.reason, "This", "--reason 'why, and what to do instead'")
    join_or_refuse(change, owner_of(change.connection, request.name), "feature view", request.name)
    if request.replacement:
        _check_replacement(change, request)
    here = feature_views.c.name == request.name
    found = change.connection.execute(select(feature_views).where(here)).one()
    if found.state == "retired" and state == "deprecated":
        raise LifecycleError(f"{request.name!r} is retired already.", hint="Nothing can start using it.")
    new = {"state": state, "reason": request.reason, "replacement": request.replacement}
    if any(getattr(found, column) != value for column, value in new.items()):
        change.connection.execute(feature_views.update().where(here).values(**new))
        instead = f" (use {request.replacement})" if request.replacement else ""
        change.log("view_retired" if state == "retired" else "view_deprecated", request.name, detail=f"{request.reason}{instead}")


def _check_replacement(change: Change, request: Deprecate | Retire) -> None:
    owner_of(change.connection, request.replacement)
    is_same = request.replacement == request.name
    if is_same or _state_of(change, request.replacement) == "retired":
        why = "is the same" if is_same else "is retired"
        raise LifecycleError(
            f"{request.replacement!r} cannot be used instead of {request.name!r}: it {why}.", hint="Name another feature view, or none."
        )


def _restore(change: Change, request: Deprecate | Retire, state: str) -> None:
    _check_reason(request.reason, "This", "--reason 'why it is wanted again'")
    join_or_refuse(change, owner_of(change.connection, request.name), "feature view", request.name)
    if _state_of(change, request.name) != state:
        raise LifecycleError(f"{request.name!r} is not {state}.", hint="Nothing was changed.")
    here = feature_views.c.name == request.name
    change.connection.execute(feature_views.update().where(here).values(state="published", reason="", replacement=""))
    change.log("view_restored", request.name, detail=request.reason)


def _state_of(change: Change, name: str) -> str:
    return str(change.connection.execute(select(feature_views.c.state).where(feature_views.c.name == name)).scalar_one())


def _check_reason(text: str, what: str, example: str) -> None:
    if not text.strip():
        raise InvalidArgumentError(f"{what} needs a reason.", hint=f"Give one: {example}.")
