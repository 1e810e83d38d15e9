"""The list of the sidebar, with what it takes to fill its filters."""

from __future__ import annotations

from msgspec import Struct

from jupyter_features.definitions.listing import ViewSummary
from jupyter_features.server.store import ListingStore


class Facets(Struct, frozen=True, kw_only=True):
    """What one can filter by: the values that occur in the environment, sorted."""

    entities: tuple[str, ...]
    owners: tuple[str, ...]
    tags: tuple[str, ...]


class ViewList(Struct, frozen=True, kw_only=True):
    """What matches, and what it was chosen from.

    Parameters
    ----------
    total
        Number of feature views that the environment serves, before any filter.
    facets
        Taken from all of them, so that one filter does not hide the values of another.
    """

    environment: str
    revision: int
    total: int
    facets: Facets
    views: tuple[ViewSummary, ...]


def list_views(store: ListingStore, query: str, *, entity: str | None, owner: str | None, tag: str | None) -> ViewList:
    """List what matches; a registry that does not exist yet gives an empty list."""
    every = store.views()
    narrowed = bool(query or entity or owner or tag)
    return ViewList(
        environment=store.environment,
        revision=store.revision(),
        total=len(every),
        facets=_facets(every),
        views=store.views(query, entity=entity, owner=owner, tag=tag) if narrowed else every,
    )


def _facets(views: tuple[ViewSummary, ...]) -> Facets:
    return Facets(
        entities=tuple(sorted({view.entity for view in views})),
        owners=tuple(sorted({view.owner for view in views})),
        tags=tuple(sorted({tag for view in views for tag in view.tags})),
    )
