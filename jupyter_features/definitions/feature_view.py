"""A feature view: one definition of one or more features of one entity, and its immutable versions."""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec import Struct

from jupyter_features.definitions.entity import Entity
from jupyter_features.definitions.names import check_name
from jupyter_features.definitions.parameter import Parameter
from jupyter_features.definitions.reference import FeatureReference
from jupyter_features.definitions.source import Source
from jupyter_features.definitions.source_reference import SourceReference
from jupyter_features.definitions.typed_name import TypedName
from jupyter_features.errors import InvalidArgumentError, NotFoundError

Value = bool | int | float | str | None


class Feature(Struct, frozen=True, kw_only=True):
    """One named, typed value of an entity as of a time.

    Parameters
    ----------
    default
        Served when the view gives no row for an entity; None means NULL is served. Dates, timestamps and
        decimals are kept as text.
    value_lineage
        Source columns whose values flow into this one, as `source.column`, sorted.
    row_lineage
        Source columns that only decide which rows count: filters, join keys, grouping, time; sorted.
    """

    name: str
    dtype: str
    default: Value = None
    value_lineage: tuple[str, ...] = ()
    row_lineage: tuple[str, ...] = ()


class FeatureView(Struct, frozen=True, kw_only=True):
    """What the author wrote: plain SQL or one Python function and its declarations, no time logic.

    Parameters
    ----------
    entity
        Empty for a global view, and for an on-demand view, whose join keys are those of its inputs.
    sql, python
        The body as written; one of them is empty.
    inputs, request
        Features and request columns of an on-demand view, which has no sources.
    returns
        Types of the features that a Python function returns, where they are not left to be inferred.
    """

    name: str
    entity: str
    sql: str = ""
    python: str = ""
    sources: tuple[SourceReference, ...] = ()
    inputs: tuple[FeatureReference, ...] = ()
    request: tuple[TypedName, ...] = ()
    owner: str = ""
    description: str = ""
    defaults: tuple[tuple[str, Value], ...] = ()
    tags: tuple[str, ...] = ()
    freshness: timedelta | None = None
    params: tuple[Parameter, ...] = ()
    returns: tuple[TypedName, ...] = ()

    def __post_init__(self) -> None:
        check_name("a feature view", self.name)
        if self.sql and self.python:
            raise InvalidArgumentError(f"Feature view {self.name!r} has both SQL and a Python function.", hint="Keep one of them.")
        if self.is_on_demand:
            self._check_on_demand()
        elif not self.sources:
            raise InvalidArgumentError(f"Feature view {self.name!r} declares no source.", hint="Give one, such as --source invoices:90d.")

    @property
    def is_on_demand(self) -> bool:
        """Tell whether the features are computed at request time, from other features and the request."""
        return bool(self.inputs or self.request)

    @property
    def body(self) -> str:
        """The SQL or Python text as written."""
        return self.sql or self.python

    @property
    def language(self) -> str:
        """`SQL` or `Python`."""
        return "Python" if self.python else "SQL"

    def _check_on_demand(self) -> None:
        if self.sources:
            raise InvalidArgumentError(
                f"Feature view {self.name!r} has sources and {'inputs' if self.inputs else 'a request'}.",
                hint="An on-demand view reads other features and the request; make the features of the sources a view of their own.",
            )
        if self.entity:
            raise InvalidArgumentError(
                f"Feature view {self.name!r} is on-demand and names an entity.", hint="Its join keys are those of its inputs; leave it out."
            )
        if self.defaults or self.freshness:
            raise InvalidArgumentError(
                f"Feature view {self.name!r} is on-demand and has a {'default' if self.defaults else 'freshness'}.",
                hint="It is computed for every row; give it to the inputs' own views.",
            )


class InputView(Struct, frozen=True, kw_only=True):
    """A view whose features are inputs of an on-demand view.

    Parameters
    ----------
    version
        None for a draft.
    keys
        Join keys that stand under another column name in the caller's rows: (join key, column).
    outputs
        Which of its features are inputs, under which names: (feature, name).
    """

    view: CompiledView
    version: int | None
    keys: tuple[tuple[str, str], ...]
    outputs: tuple[tuple[str, str], ...]

    @property
    def label(self) -> str:
        """The pinned reference, such as `customer_value@1` or `customer_value@draft`."""
        return f"{self.view.name}@{self.version if self.version is not None else 'draft'}"


class CompiledView(Struct, frozen=True, kw_only=True):
    """A definition together with all it needs to be computed anywhere, anytime.

    Parameters
    ----------
    normal_sql
        The query after qualification and rewriting; every table is one of `definition.sources`' aliases, or `inputs` in
        an on-demand view. Empty for a Python feature view.
    features
        In the order of the SELECT list, join keys left out.
    fingerprint
        Hash that is equal iff the meaning is equal, up to the canonicalizer.
    inputs
        Views that an on-demand view reads, complete in themselves.
    """

    definition: FeatureView
    entity: Entity
    sources: tuple[Source, ...]
    normal_sql: str
    features: tuple[Feature, ...]
    fingerprint: str
    inputs: tuple[InputView, ...] = ()

    @property
    def name(self) -> str:
        """Name of the view."""
        return self.definition.name

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Names of the features in the order of the SELECT list."""
        return tuple(feature.name for feature in self.features)

    def feature(self, name: str) -> Feature:
        """Find a feature by name.

        Raises
        ------
        NotFoundError
            If the view has no such feature.
        """
        for feature in self.features:
            if feature.name == name:
                return feature
        raise NotFoundError(f"feature of {self.name!r}", name, self.feature_names)

    def outputs(self, reference: FeatureReference, *, full_names: bool = False) -> tuple[tuple[str, str], ...]:
        """Name what a reference to this view asks for: (feature, output name) in the order of the SELECT list.

        Parameters
        ----------
        full_names
            Name outputs `view__feature` unless the reference gives a name.

        Raises
        ------
        NotFoundError
            If the view has no such feature.
        """
        if reference.feature is not None:
            self.feature(reference.feature)
            own = f"{self.name}__{reference.feature}" if full_names else reference.feature
            return ((reference.feature, reference.name or own),)
        prefix = reference.name or (self.name if full_names else "")
        return tuple((name, f"{prefix}__{name}" if prefix else name) for name in self.feature_names)

    def source(self, name: str) -> Source:
        """Find a source by its declared name."""
        return next(source for source in self.sources if source.name == name)


class FeatureViewVersion(Struct, frozen=True, kw_only=True):
    """An immutable published version, complete in itself.

    Parameters
    ----------
    version
        Counted from 1 within the view's name.
    checks
        Names of the checks that passed before publishing.
    tests
        Number of feature tests that passed before publishing.
    """

    view: CompiledView
    version: int
    author: str
    published_at: datetime
    checks: tuple[str, ...] = ()
    tests: int = 0

    @property
    def name(self) -> str:
        """Name of the view."""
        return self.view.name

    @property
    def reference(self) -> str:
        """Pinned reference, such as `customer_value@3`."""
        return f"{self.name}@{self.version}"
