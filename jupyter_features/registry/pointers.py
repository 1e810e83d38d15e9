"""Environments are pointers from names to versions; this is how they move."""

from __future__ import annotations

import re
from collections.abc import Iterable

from sqlalchemy import Connection, select

from jupyter_features.analysis.compatibility import compatibility
from jupyter_features.definitions.names import check_name
from jupyter_features.errors import InvalidArgumentError, LifecycleError
from jupyter_features.registry.changes import Move, Promote, Rollback
from jupyter_features.registry.consumers import check_acknowledged
from jupyter_features.registry.context import Change
from jupyter_features.registry.find import find, owner_of
from jupyter_features.registry.schema import events, feature_views, pointers, versions, yanks
from jupyter_features.registry.teams import join_or_refuse
from jupyter_features.registry.versions import find_version, pointers_of

_MOVED = re.compile(r"(?P<environment>\w+): (?P<before>\w+) -> (?P<after>\w+)\Z")
_NOTHING = "nothing"


def promote(change: Change, request: Promote) -> Move:
    """See `Promote`.

    Raises
    ------
    InvalidArgumentError
        If neither or both of `source` and `version` are given.
    LifecycleError
        If the version is yanked, or the view retired.
    AcknowledgementError
        If the move breaks consumers that are not named.
    """
    check_name("an environment", request.target)
    if (request.source is None) == (request.version is None):
        raise InvalidArgumentError("Promote takes either a version or an environment to take it from.", hint="--version 3, or --from dev.")
    found = find(change.connection, request.name, request.version, request.source or "")
    join_or_refuse(change, owner_of(change.connection, request.name), "feature view", request.name)
    check_servable(change.connection, request.name, found.version)
    check_move(change, request.name, request.target, found.version, request.acknowledged)
    return move(change, request.name, request.target, found.version)


def rollback(change: Change, request: Rollback) -> Move:
    """See `Rollback`.

    Raises
    ------
    LifecycleError
        If the environment has never served anything else, or the version is yanked.
    """
    before = pointers_of(change.connection, request.name).get(request.environment)
    if before is None:
        find(change.connection, request.name, None, request.environment)
    join_or_refuse(change, owner_of(change.connection, request.name), "feature view", request.name)
    version = request.version if request.version is not None else _served_before(change.connection, request)
    find(change.connection, request.name, version, request.environment)
    check_servable(change.connection, request.name, version)
    return move(change, request.name, request.environment, version)


def check_servable(connection: Connection, name: str, version: int) -> None:
    """Refuse a version that no environment may serve."""
    is_yanked = connection.execute(select(yanks.c.reason).where(yanks.c.name == name, yanks.c.version == version)).scalar()
    if is_yanked is not None:
        raise LifecycleError(f"{name}@{version} is yanked: {is_yanked}.", hint="Choose another version, or publish a mended one.")
    state = connection.execute(select(feature_views.c.state).where(feature_views.c.name == name)).scalar()
    if state == "retired":
        raise LifecycleError(f"{name!r} is retired.", hint="Publish the feature under another name.")


def check_move(change: Change, name: str, environment: str, version: int, acknowledged: tuple[str, ...]) -> None:
    """Refuse a move that gives consumers other values than before, unless each of them is named."""
    before = pointers_of(change.connection, name).get(environment)
    old, new = (find_version(change.connection, name, number or 0) for number in (before, version))
    if old is None or new is None or before == version:
        return
    if compatibility(old.view, new.view).level == "MAJOR":
        check_acknowledged(change, name, f"Serving {new.reference} instead of {old.reference} in {environment}", acknowledged)


def move(change: Change, name: str, environment: str, version: int | None) -> Move:
    """Move a pointer and log it; nothing happens if it points there already. None takes it away."""
    before = pointers_of(change.connection, name).get(environment)
    if before == version:
        return Move(name=name, environment=environment, before=before, after=version)
    here = (pointers.c.environment == environment) & (pointers.c.name == name)
    if version is None:
        change.connection.execute(pointers.delete().where(here))
    elif before is None:
        change.connection.execute(pointers.insert().values(environment=environment, name=name, version=version))
    else:
        change.connection.execute(pointers.update().where(here).values(version=version))
    change.log("pointer_moved", name, version or before, f"{environment}: {before or _NOTHING} -> {version or _NOTHING}")
    return Move(name=name, environment=environment, before=before, after=version)


def move_off(change: Change, name: str, version: int) -> tuple[Move, ...]:
    """Let every environment that serves a version go back to the newest one that is not yanked, or serve nothing."""
    moves = []
    for environment, served in pointers_of(change.connection, name).items():
        if served == version:
            yanked = select(yanks.c.version).where(yanks.c.name == name)
            whole = select(versions.c.version).where(
                versions.c.name == name, versions.c.version < version, versions.c.version.not_in(yanked)
            )
            newest = change.connection.execute(whole.order_by(versions.c.version.desc()).limit(1)).scalar()
            moves.append(move(change, name, environment, newest))
    return tuple(moves)


def _served_before(connection: Connection, request: Rollback) -> int:
    """Read from the log what the environment served before its last move."""
    moved = (events.c.name == request.name) & (events.c.action == "pointer_moved")
    details = connection.execute(select(events.c.detail).where(moved).order_by(events.c.id.desc())).scalars()
    return served_before(details, request.name, request.environment)


def served_now(moves: Iterable[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """Find what each environment serves of each view.

    Parameters
    ----------
    moves
        Name of the view and detail of each event `pointer_moved`, oldest first.
    """
    served: dict[tuple[str, str], int] = {}
    for name, detail in moves:
        match = _MOVED.match(detail)
        if match is None:
            continue
        if match["after"] == _NOTHING:
            served.pop((match["environment"], name), None)
        else:
            served[match["environment"], name] = int(match["after"])
    return served


def served_before(details: Iterable[str], name: str, environment: str) -> int:
    """Find what an environment served before its last move.

    Parameters
    ----------
    details
        Of the events `pointer_moved` of the view, newest first.

    Raises
    ------
    LifecycleError
        If it has served nothing else.
    """
    found = (match for match in map(_MOVED.match, details) if match and match["environment"] == environment)
    last = next(found, None)
    if last is None or last["before"] == _NOTHING:
        raise LifecycleError(f"Environment {environment!r} has served no other version of {name!r}.", hint="Name one: --version NUMBER.")
    return int(last["before"])
