"""What the sidebar, the browse widget and the terminal show of published feature views."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from jupyter_features.definitions.entity import JoinKey
from jupyter_features.definitions.feature_view import Feature


class FeatureSummary(Struct, frozen=True):
    """Name and type of a feature."""

    name: str
    dtype: str


class ViewSummary(Struct, frozen=True, kw_only=True):
    """One line of a list: the version that the environment serves.

    Instants are aware UTC. `entity` is `global` for a view without one.
    """

    name: str
    version: int
    entity: str
    owner: str
    description: str
    tags: tuple[str, ...]
    features: tuple[FeatureSummary, ...]
    published_at: datetime


class SourceUse(Struct, frozen=True, kw_only=True):
    """A source as one view uses it; `lookback` is like `90d`, or empty for all history."""

    name: str
    alias: str
    kind: str
    lookback: str
    location: str


class VersionLine(Struct, frozen=True, kw_only=True):
    """One version in a view's history."""

    version: int
    fingerprint: str
    author: str
    published_at: datetime


class ViewDetail(Struct, frozen=True, kw_only=True):
    """All that is known of one version of a feature view.

    Parameters
    ----------
    versions
        Newest first.
    environments
        Names of the environments that serve this version.
    language, body
        `SQL` or `Python`, and the definition as written.
    inputs, request
        Of an on-demand view: pinned references such as `customer_value@1:spend`, and the columns that come with a request.
    snippet
        Python source of a cell that reads these features; it runs as it is.
    """

    name: str
    version: int
    fingerprint: str
    entity: str
    join_keys: tuple[JoinKey, ...]
    owner: str
    description: str
    tags: tuple[str, ...]
    features: tuple[Feature, ...]
    language: str
    body: str
    sources: tuple[SourceUse, ...]
    inputs: tuple[str, ...]
    request: tuple[FeatureSummary, ...]
    versions: tuple[VersionLine, ...]
    environments: tuple[str, ...]
    checks: tuple[str, ...]
    tests: int
    author: str
    published_at: datetime
    snippet: str
