"""Find the version that a name means, pinned or by an environment's pointer."""

from __future__ import annotations

from sqlalchemy import Connection, select

from jupyter_features.definitions.feature_view import FeatureViewVersion
from jupyter_features.errors import LifecycleError, NotFoundError
from jupyter_features.registry.schema import feature_views, versions
from jupyter_features.registry.versions import find_version, pointers_of, published_names


def find(connection: Connection | None, name: str, version: int | None, environment: str) -> FeatureViewVersion:
    """Find the given version, or the one that an environment serves.

    Raises
    ------
    NotFoundError
        If the name or the version is unknown, or the environment does not serve the view.
    LifecycleError
        If the view is retired and no version is given.
    """
    numbers = [] if connection is None else _numbers(connection, name)
    if connection is None or not numbers:
        names = () if connection is None else published_names(connection)
        raise NotFoundError("published feature view", name, names, hint="" if names else "Nothing is published yet.")
    wanted = _served(connection, name, environment, numbers[0]) if version is None else version
    # A number that no column holds is asked of the list, not of the database.
    found = find_version(connection, name, wanted) if wanted in numbers else None
    if found is None:
        known = ", ".join(str(number) for number in numbers)
        raise NotFoundError("version", f"{name}@{wanted}", hint=f"Known versions of {name!r}: {known}.")
    return found


def owner_of(connection: Connection, name: str) -> str:
    """Read the team that owns a published view.

    Raises
    ------
    NotFoundError
        If there is no such view.
    """
    owner = connection.execute(select(feature_views.c.owner).where(feature_views.c.name == name)).scalar()
    if owner is None:
        raise NotFoundError("published feature view", name, published_names(connection))
    return str(owner)


def _numbers(connection: Connection, name: str) -> list[int]:
    query = select(versions.c.version).where(versions.c.name == name).order_by(versions.c.version.desc())
    return list(connection.execute(query).scalars())


def _served(connection: Connection, name: str, environment: str, newest: int) -> int:
    serving = pointers_of(connection, name)
    if environment in serving:
        return serving[environment]
    view = connection.execute(select(feature_views).where(feature_views.c.name == name)).one()
    if view.state == "retired":
        instead = f"Use {view.replacement!r} instead." if view.replacement else f"A pinned version still works: {name}@{newest}."
        raise LifecycleError(f"{name!r} is retired: {view.reason}.", hint=instead)
    places = ", ".join(f"{place} ({name}@{version})" for place, version in serving.items()) or "no environment"
    hint = f"It is published in {places}. Publish it here too, or pin a version such as {name}@{newest}."
    raise NotFoundError(f"feature view in environment {environment!r}", name, hint=hint)
