"""Certify, yank, deprecate, retire: where a version or view goes in its life."""

from __future__ import annotations

from sqlalchemy import select

from jupyter_features.definitions.standing import Standing
from jupyter_features.errors import InvalidArgumentError, LifecycleError
from jupyter_features.registry.changes import Certify, Deprecate, Move, Retire, Yank
from jupyter_features.registry.consumers import check_acknowledged
from jupyter_features.registry.context import Change, check_later
from jupyter_features.registry.find import find, owner_of
from jupyter_features.registry.pointers import move, move_off
from jupyter_features.registry.schema import certifications, events, feature_views, yanks
from jupyter_features.registry.standings import standings
from jupyter_features.registry.teams import join_or_refuse
from jupyter_features.registry.versions import pointers_of


def certify(change: Change, request: Certify) -> Standing:
    """See `Certify`.

    Raises
    ------
    LifecycleError
        If the author certifies, the version is yanked or retired, or it was published without a feature test.
    InvalidArgumentError
        If there is no evidence, or it would expire in the past.
    """
    _check_reason(request.evidence, "A certification", "--evidence 'what you looked at'")
    expires_at = check_later(request.expires_at, change.at, "The certification")
    version = find(change.connection, request.name, request.version, "")
    published = select(events.c.author).where(events.c.name == request.name, events.c.version == request.version)
    authors = {version.author, *change.connection.execute(published.where(events.c.action == "version_published")).scalars()}
    if change.subject.name in authors:
        raise LifecycleError(
            f"{version.reference} was published by {change.subject.name!r}, who cannot certify it.", hint="Ask somebody else to review it."
        )
    standing = standings(change.connection, change.at, [request.name]).of(request.name, request.version)
    if standing.state in ("yanked", "retired"):
        raise LifecycleError(f"{version.reference} is {standing.state}: {standing.reason}.", hint="Certify another version.")
    if not version.checks or not version.tests:
        lacks = "check" if not version.checks else "feature test"
        raise LifecycleError(f"{version.reference} was published without a passed {lacks}.", hint="Publish a version that has one.")
    event_id = change.log("version_certified", request.name, request.version, request.evidence)
    change.connection.execute(
        certifications.insert().values(
            event_id=event_id,
            name=request.name,
            version=request.version,
            by=change.subject.name,
            at=change.at,
            evidence=request.evidence,
            expires_at=expires_at,
        )
    )
    return standings(change.connection, change.at, [request.name]).of(request.name, request.version)


def yank(change: Change, request: Yank) -> tuple[Move, ...]:
    """See `Yank`; yanking again changes nothing."""
    _check_reason(request.reason, "A yank", "--reason 'what is wrong with it'")
    find(change.connection, request.name, request.version, "")
    join_or_refuse(change, owner_of(change.connection, request.name), "feature view", request.name)
    known = select(yanks.c.version).where(yanks.c.name == request.name, yanks.c.version == request.version)
    if change.connection.execute(known).scalar() is not None:
        return ()
    change.connection.execute(yanks.insert().values(name=request.name, version=request.version, reason=request.reason))
    change.log("version_yanked", request.name, request.version, request.reason)
    return move_off(change, request.name, request.version)


def deprecate(change: Change, request: Deprecate) -> Standing:
    """See `Deprecate`; saying the same again changes nothing."""
    _end(change, request, "deprecated")
    return Standing(state="deprecated", reason=request.reason, replacement=request.replacement)


def retire(change: Change, request: Retire) -> tuple[Move, ...]:
    """See `Retire`; retiring again changes nothing.

    Raises
    ------
    AcknowledgementError
        If a consumer is not named.
    """
    join_or_refuse(change, owner_of(change.connection, request.name), "feature view", request.name)
    check_acknowledged(change, request.name, f"Retiring {request.name!r}", request.acknowledged)
    _end(change, request, "retired")
    serving = pointers_of(change.connection, request.name)
    return tuple(move(change, request.name, environment, None) for environment in serving)


def _end(change: Change, request: Deprecate | Retire, state: str) -> None:
    _check_reason(request.reason, "This", "--reason 'why, and what to do instead'")
    join_or_refuse(change, owner_of(change.connection, request.name), "feature view", request.name)
    if request.replacement:
        owner_of(change.connection, request.replacement)
    here = feature_views.c.name == request.name
    found = change.connection.execute(select(feature_views).where(here)).one()
    if found.state == "retired" and state == "deprecated":
        raise LifecycleError(f"{request.name!r} is retired already.", hint="Nothing can start using it.")
    new = {"state": state, "reason": request.reason, "replacement": request.replacement}
    if any(getattr(found, column) != value for column, value in new.items()):
        change.connection.execute(feature_views.update().where(here).values(**new))
        instead = f" (use {request.replacement})" if request.replacement else ""
        change.log("view_retired" if state == "retired" else "view_deprecated", request.name, detail=f"{request.reason}{instead}")


def _check_reason(text: str, what: str, example: str) -> None:
    if not text.strip():
        raise InvalidArgumentError(f"{what} needs a reason.", hint=f"Give one: {example}.")
