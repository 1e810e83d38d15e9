"""Reword a version, or hand a view to another team; what is served never changes."""

from __future__ import annotations

import msgspec

from jupyter_features.definitions.standing import Standing
from jupyter_features.errors import InvalidArgumentError
from jupyter_features.registry.changes import EditMetadata
from jupyter_features.registry.context import Change
from jupyter_features.registry.find import find, owner_of
from jupyter_features.registry.metadata import differences, edited_metadata, keep_metadata, newest_metadata
from jupyter_features.registry.schema import feature_views
from jupyter_features.registry.search_index import index_view
from jupyter_features.registry.standings import standings
from jupyter_features.registry.teams import check_handed_to, join_or_refuse


def edit_metadata(change: Change, request: EditMetadata) -> Standing:
    """See `EditMetadata`.

    Raises
    ------
    NotOwnerError
        If the view, or the team that it is handed to, is not the author's.
    InvalidArgumentError
        If the owner or description would be empty.
    """
    version = find(change.connection, request.name, request.version, "")
    owner = owner_of(change.connection, request.name)
    join_or_refuse(change, owner, "feature view", request.name)
    given = {name: getattr(request, name) for name in ("owner", "description", "tags") if getattr(request, name) is not None}
    for name in ("owner", "description"):
        if name in given and not given[name].strip():
            raise InvalidArgumentError(f"A published view needs its {name}.", hint="Give one, or leave it as it is.")
    current = newest_metadata(edited_metadata(change.connection, request.name), version)
    new = msgspec.structs.replace(current, **given)
    if new.owner != owner:
        check_handed_to(change, new.owner, owner, request.name)
        join_or_refuse(change, new.owner, "feature view", request.name)
        change.connection.execute(feature_views.update().where(feature_views.c.name == request.name).values(owner=new.owner))
    if changed := differences(current, new):
        keep_metadata(change.connection, change.log("metadata_edited", request.name, request.version, changed), version, new)
    index_view(change.connection, request.name)
    return standings(change.connection, change.at, [request.name]).of(request.name, request.version)
