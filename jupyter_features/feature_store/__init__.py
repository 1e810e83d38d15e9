"""The facade: every verb as one call."""

from __future__ import annotations

from pathlib import Path

from jupyter_features.clock import Clock, system_clock
from jupyter_features.config import load_settings
from jupyter_features.feature_store.accounts import Accounts
from jupyter_features.feature_store.examining import Examining
from jupyter_features.feature_store.exchange import Exchange
from jupyter_features.feature_store.notebooks import Notebooks
from jupyter_features.feature_store.parts import ViewLike
from jupyter_features.feature_store.reading import Reading

__all__ = ["FeatureStore", "ViewLike", "connect", "connect_apart"]


def connect(
    url: str | None = None,
    *,
    environment: str | None = None,
    engine: str | None = None,
    online: str | None = None,
    clock: Clock | None = None,
    start: Path | None = None,
) -> FeatureStore:
    """Open the features of a project.

    Parameters
    ----------
    url
        Registry, such as `sqlite:///.jupyter_features/registry.db`, `postgresql://user@host/database`, or `https://host` of a
        registry service.
    environment
        Whose pointers unpinned references follow; `dev` by default.
    clock
        Replaced in tests and replays.
    start
        Folder of the notebook; the working directory by default. The nearest `jupyter_features.toml` in it or above,
        or `pyproject.toml` with a `[tool.jupyter_features]` table, gives what is not given here.

    Raises
    ------
    ConfigurationError
        If a file or URL cannot be used.
    """
    start = (start or Path.cwd()).resolve()
    overrides = {"registry": url, "engine": engine, "online": online, "environment": environment}
    return FeatureStore(load_settings(start, overrides), start=start, clock=clock or system_clock)


def connect_apart(folder: Path, *, drafts: Path, computes: bool = True) -> FeatureStore:
    """Open the features of a project with drafts of its own, so that those of the person who works there stay as they are.

    Parameters
    ----------
    folder
        Of the notebook, as `start` in `connect`.
    drafts
        File of the drafts.
    computes
        False compares definitions only: no row is computed, and no function is called.
    """
    return FeatureStore(load_settings(folder.resolve(), {}), start=folder.resolve(), drafts=drafts, computes=computes)


class FeatureStore(Reading, Exchange, Notebooks, Examining, Accounts):
    """One project's features: defined here, published to its registry, served from its online store.

    Made by `connect`. Instants are taken as UTC when they are naive.
    """

    def __enter__(self) -> FeatureStore:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
