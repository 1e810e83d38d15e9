"""What the handlers need of a feature store, and where they get one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from jupyter_features.definitions.listing import ViewDetail, ViewPage
from jupyter_features.definitions.standing import Standing, State
from jupyter_features.definitions.subject import Subject
from jupyter_features.definitions.team import Team
from jupyter_features.operations.plan_move import MovePlan
from jupyter_features.registry.changes import Move

STORE_FACTORY = "jupyter_features_store_factory"
"""Key of the web setting that holds a `StoreFactory`."""


class SidebarStore(Protocol):
    """The part of the facade that the sidebar asks; see `FeatureStore` for what each call does."""

    def search(
        self,
        query: str = "",
        *,
        entity: str | None = None,
        owner: str | None = None,
        tag: str | None = None,
        state: State | None = None,
        source: str | None = None,
        consumer: str | None = None,
    ) -> ViewPage:
        """List what the environment serves; None means any."""
        ...

    def revision(self) -> int:
        """Give a number that grows with every change of the registry."""
        ...

    def view_detail(self, name: str, version: int | None = None) -> ViewDetail:
        """Tell all about one version; None means the one that the environment serves."""
        ...

    def who_am_i(self) -> Subject:
        """Tell as whom the registry knows this server."""
        ...

    def teams(self) -> tuple[Team, ...]:
        """List the teams."""
        ...

    def plan_promote(self, name: str, *, to: str, source: str | None = None, version: int | None = None) -> MovePlan:
        """Plan `promote`."""
        ...

    def plan_rollback(self, name: str, *, environment: str | None = None, version: int | None = None) -> MovePlan:
        """Plan `rollback`."""
        ...

    def plan_certify(self, reference: str) -> MovePlan:
        """Plan `certify`."""
        ...

    def plan_deprecate(self, name: str) -> MovePlan:
        """Plan `deprecate`."""
        ...

    def promote(
        self, name: str, *, to: str, source: str | None = None, version: int | None = None, acknowledge: Sequence[str] = ()
    ) -> Move:
        """Let an environment serve a version."""
        ...

    def rollback(self, name: str, *, environment: str | None = None, version: int | None = None) -> Move:
        """Let an environment serve what it served before."""
        ...

    def certify(self, reference: str, *, evidence: str, expires_at: datetime | None = None) -> Standing:
        """Approve one version."""
        ...

    def deprecate(self, name: str, *, reason: str, replacement: str = "") -> Standing:
        """Ask people not to start using a view."""
        ...

    def close(self) -> None:
        """Let go of the registry."""
        ...


class StoreFactory(Protocol):
    """Opens the feature store for notebooks in a folder; the only place where a credential is known."""

    def __call__(self, folder: Path, **apart: Any) -> Any:
        """Open it; `drafts` and `computes` are given as to `connect_apart`, or neither is."""
        ...


def connect_store(folder: Path, **apart: Any) -> SidebarStore:
    """Open the feature store of the project that `folder` belongs to."""
    # Late, so that a Jupyter server starts without loading engines it may never need.
    from jupyter_features.feature_store import connect, connect_apart

    return connect_apart(folder, **apart) if apart else connect(start=folder)
