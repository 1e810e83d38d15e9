"""Environments are pointers from names to versions; this is how they move."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, select

from jupyter_features.analysis.compatibility import compatibility
from jupyter_features.definitions.names import check_name
from jupyter_features.errors import InvalidArgumentError, LifecycleError
from jupyter_features.registry.changes import Move, Promote, Rollback
from jupyter_features.registry.consumers import check_acknowledged
from jupyter_features.registry.context import Change
from jupyter_features.registry.find import find, owner_of
from jupyter_features.registry.schema import events, feature_views, pointers, yanks
from jupyter_features.registry.served import Served, move_text, served
from jupyter_features.registry.teams import join_or_refuse
from jupyter_features.registry.versions import find_version, pointers_of


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
        If the environment has never served the version, or nothing else; or the version is yanked.
    """
    now = pointers_of(change.connection, request.name).get(request.environment)
    if now is None:
        find(change.connection, request.name, None, request.environment)
    join_or_refuse(change, owner_of(change.connection, request.name), "feature view", request.name)
    if request.version is not None:
        find(change.connection, request.name, request.version, request.environment)
    past = served(_moves(change.connection, request.name), request.environment)
    version = version_to_go_back_to(past, request.name, request.environment, now or 0, request.version)
    check_servable(change.connection, request.name, version)
    return move(change, request.name, request.environment, version)


def version_to_go_back_to(past: Served, name: str, environment: str, now: int, wanted: int | None) -> int:
    """Choose what a rollback serves: the wanted version, or what was served before the present one.

    Raises
    ------
    LifecycleError
        If the environment has never served it; to serve something for the first time is a promotion, with its own checks.
    """
    if wanted is not None:
        if wanted not in past.ever:
            raise LifecycleError(
                f"Environment {environment!r} has never served {name}@{wanted}.",
                hint=f"Promote it: %feature promote {name} --to {environment} --version {wanted}.",
            )
        return wanted
    if now not in past.stack[1:]:
        raise LifecycleError(
            f"Environment {environment!r} has served no other version of {name!r} before.", hint="Name one: --version NUMBER."
        )
    return past.before(now)[0]


def check_servable(connection: Connection, name: str, version: int) -> None:
    """Refuse a version that no environment may serve."""
    check_whole(connection, name, version)
    state = connection.execute(select(feature_views.c.state).where(feature_views.c.name == name)).scalar()
    if state == "retired":
        raise LifecycleError(f"{name!r} is retired.", hint="Publish the feature under another name.")


def check_whole(connection: Connection, name: str, version: int) -> None:
    """Refuse a version that was taken back."""
    is_yanked = connection.execute(select(yanks.c.reason).where(yanks.c.name == name, yanks.c.version == version)).scalar()
    if is_yanked is not None:
        raise LifecycleError(f"{name}@{version} is yanked: {is_yanked}.", hint="Choose another version, or publish a mended one.")


def check_move(change: Change, name: str, environment: str, version: int, acknowledged: tuple[str, ...]) -> None:
    """Refuse a move that gives consumers other values than before, unless each of them is named."""
    before = pointers_of(change.connection, name).get(environment)
    old, new = (find_version(change.connection, name, number or 0) for number in (before, version))
    if old is None or new is None or before == version:
        return
    if compatibility(old.view, new.view).level == "MAJOR":
        check_acknowledged(change, name, version, f"Serving {new.reference} instead of {old.reference} in {environment}", acknowledged)


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
    change.log("pointer_moved", name, version or before, move_text(environment, before, version))
    return Move(name=name, environment=environment, before=before, after=version)


def move_off(change: Change, name: str, version: int) -> tuple[Move, ...]:
    """Let every environment that serves a version go back to what it served before and is not yanked, or serve nothing."""
    yanked = set(change.connection.execute(select(yanks.c.version).where(yanks.c.name == name)).scalars())
    moved = list(_moves(change.connection, name))
    serving = [environment for environment, number in pointers_of(change.connection, name).items() if number == version]
    whole = {each: [number for number in served(moved, each).before(version) if number not in yanked] for each in serving}
    return tuple(move(change, name, environment, next(iter(whole[environment]), None)) for environment in serving)


def _moves(connection: Connection, name: str) -> Iterable[str]:
    moved = (events.c.name == name) & (events.c.action == "pointer_moved")
    return connection.execute(select(events.c.detail).where(moved).order_by(events.c.id)).scalars()
