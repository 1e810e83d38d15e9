"""What the sidebar, the browse widget and the terminal show of published feature views."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from jupyter_features.definitions.consumer import Consumer
from jupyter_features.definitions.entity import JoinKey
from jupyter_features.definitions.feature_view import Feature
from jupyter_features.definitions.standing import Standing, State


class FeatureSummary(Struct, frozen=True):
    """Name and type of a feature."""

    name: str
    dtype: str


class ViewSummary(Struct, frozen=True, kw_only=True):
    """One line of a list: the version that the environment serves.

    Instants are aware UTC. `entity` is `global` for a view without one. `reads` counts who was seen reading the view lately;
    None means that nobody reports reads, which is no sign against it.
    """

    name: str
    version: int
    entity: str
    owner: str
    description: str
    tags: tuple[str, ...]
    features: tuple[FeatureSummary, ...]
    published_at: datetime
    state: State = "published"
    reads: int | None = None


class Facets(Struct, frozen=True, kw_only=True):
    """What one can filter by: the values that occur in the environment, sorted; all states, all sources, and whoever reads anything."""

    entities: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    states: tuple[State, ...] = ()
    sources: tuple[str, ...] = ()
    consumers: tuple[str, ...] = ()


class ViewPage(Struct, frozen=True, kw_only=True):
    """What matches, and what it was chosen from.

    Parameters
    ----------
    total
        Number of feature views that the environment serves, before any filter.
    matches
        Number of views that match; `views` may be a part of them.
    facets
        Taken from all of them, so that one filter does not hide the values of another.
    corrected
        What was searched for instead, if a word of the query occurs nowhere; else empty.
    """

    environment: str
    revision: int
    total: int
    matches: int
    facets: Facets
    views: tuple[ViewSummary, ...]
    corrected: str = ""


class SourceUse(Struct, frozen=True, kw_only=True):
    """A source as one view uses it; `lookback` is like `90d`, or empty for all history."""

    name: str
    alias: str
    kind: str
    lookback: str
    location: str


class VersionLine(Struct, frozen=True, kw_only=True):
    """One version in a view's history.

    Parameters
    ----------
    level, changes
        Compatibility with the version before, and what changed, in sentences; empty for the first.
    difference
        Lines of the definition that changed, as a unified diff; empty for the first.
    environments
        Names of the environments that serve it.
    """

    version: int
    fingerprint: str
    author: str
    published_at: datetime
    state: State = "published"
    level: str = ""
    changes: tuple[str, ...] = ()
    difference: str = ""
    environments: tuple[str, ...] = ()


class Related(Struct, frozen=True, kw_only=True):
    """Another view, and the source columns, as `source.column`, from which both take values."""

    name: str
    version: int
    owner: str
    columns: tuple[str, ...]


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
    duplicate_reason
        Why it was published although its like existed; empty if there was none.
    test_texts
        The feature tests that it passed, as written.
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
    standing: Standing = Standing()
    consumers: tuple[Consumer, ...] = ()
    related: tuple[Related, ...] = ()
    duplicate_reason: str = ""
    test_texts: tuple[str, ...] = ()
    snippet: str = ""
