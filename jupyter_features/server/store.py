"""What the handlers need of a feature store, and where they get one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from jupyter_features.definitions.listing import ViewDetail, ViewPage

STORE_FACTORY = "jupyter_features_store_factory"
"""Key of the web setting that holds a `StoreFactory`."""


class ListingStore(Protocol):
    """The reading part of the facade."""

    def search(self, query: str = "", *, entity: str | None = None, owner: str | None = None, tag: str | None = None) -> ViewPage:
        """List what the environment serves; None means any."""
        ...

    def view_detail(self, name: str, version: int | None = None) -> ViewDetail:
        """Tell all about one version; None means the one that the environment serves."""
        ...

    def close(self) -> None:
        """Let go of the registry."""
        ...


StoreFactory = Callable[[Path], ListingStore]
"""Opens the feature store for notebooks in a folder."""


def connect_store(folder: Path) -> ListingStore:
    """Open the feature store of the project that `folder` belongs to."""
    # Late, so that a Jupyter server starts without loading engines it may never need.
    from jupyter_features.feature_store import connect

    return connect(start=folder)
