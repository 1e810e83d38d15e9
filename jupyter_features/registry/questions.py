"""Questions: the requests that only read."""

from __future__ import annotations

from typing import ClassVar, Literal

from msgspec import Struct

from jupyter_features.definitions.consumer import Consumer
from jupyter_features.definitions.entity import Entity
from jupyter_features.definitions.feature_service import FeatureService, Model
from jupyter_features.definitions.feature_view import FeatureViewVersion
from jupyter_features.definitions.listing import ViewDetail, ViewPage
from jupyter_features.definitions.probe_signature import ProbeSignature
from jupyter_features.definitions.source import Source
from jupyter_features.definitions.standing import Standing, State
from jupyter_features.definitions.subject import Role, Subject
from jupyter_features.definitions.team import Team
from jupyter_features.registry.bounds import PAGE, Label, PageSize, Position, VersionNumber, Words
from jupyter_features.registry.event import Event
from jupyter_features.registry.request import Request
from jupyter_features.registry.token import TokenLine


class FoundVersion(Struct, frozen=True, kw_only=True):
    """A version and where it is in its life."""

    version: FeatureViewVersion
    standing: Standing


class WhoAmI(Request[Subject], frozen=True, kw_only=True):
    """Tell as whom the registry knows the one who asks."""


class GetRevision(Request[int], frozen=True, kw_only=True):
    """Count the changes so far; cheap, made to be polled. 0 when nothing was ever published."""


class GetVersion(Request[FoundVersion], frozen=True, kw_only=True):
    """Find a version: the given one, which need not be served anywhere, or the one that the environment serves.

    Answered with `NotFoundError` if the name or version is unknown, or the environment does not serve the view.
    """

    name: Label
    version: VersionNumber | None = None
    environment: Label = "dev"


class ListVersions(Request[tuple[FeatureViewVersion, ...]], frozen=True, kw_only=True):
    """List all versions of a view, newest first; none for an unknown name."""

    name: Label


class GetDetail(Request[ViewDetail], frozen=True, kw_only=True):
    """Tell all that is known of a version, found as `GetVersion` finds it."""

    name: Label
    version: VersionNumber | None = None
    environment: Label = "dev"


class SearchViews(Request[ViewPage], frozen=True, kw_only=True):
    """List what an environment serves, best match first, then by name.

    Every word of `query` must occur in the name, owner, tags, description, feature names, source columns or the logic; of a
    query of more than 32 words the first 32.
    `entity`, `owner`, `tag` and `state` are exact filters; `source` is a source, or a column of one such as `invoices.amount`, that
    has a say in any feature, by its value or by which rows count; `consumer` is the name of a feature service, model or on-demand view
    that reads the view. Retired views are left out unless `state` asks for them.
    """

    environment: Label = "dev"
    query: Words = ""
    entity: Label | None = None
    owner: Label | None = None
    tag: Label | None = None
    state: Literal["published", "certified", "deprecated", "retired"] | None = None
    source: Label | None = None
    consumer: Label | None = None
    offset: Position = 0
    limit: PageSize = PAGE


class ListNames(Request[tuple[str, ...]], frozen=True, kw_only=True):
    """List the names of all views of all environments, sorted."""


class SignatureLine(Struct, frozen=True, kw_only=True):
    """What the search for duplicates needs of a version; `signature` is None if it was published without one."""

    name: str
    version: int
    owner: str
    state: State
    fingerprint: str
    signature: ProbeSignature | None


class ListSignatures(Request[tuple[SignatureLine, ...]], frozen=True, kw_only=True):
    """List what each view answers on the probe: of its newest version that is not yanked, by name; retired views are left out."""


class GetEntity(Request[Entity | None], frozen=True, kw_only=True):
    """Find a registered entity; null if no published view has it."""

    name: Label


class GetSource(Request[Source | None], frozen=True, kw_only=True):
    """Find a source as it was last registered; null if no published view reads it."""

    name: Label


class ListEvents(Request[tuple[Event, ...]], frozen=True, kw_only=True):
    """List the events with a greater id than `after`, oldest first; of one object if `name` is given.

    `newest` keeps the last `limit` of them instead of the first, in the same order.
    """

    after: Position = 0
    name: Label | None = None
    limit: PageSize = PAGE
    newest: bool = False


class ListConsumers(Request[tuple[Consumer, ...]], frozen=True, kw_only=True):
    """List who reads a view: declared consumers first, then those seen reading, the newest first."""

    name: Label


class GetService(Request[FeatureService], frozen=True, kw_only=True):
    """Find a feature service; by default its newest version."""

    name: Label
    version: VersionNumber | None = None


class ListServices(Request[tuple[FeatureService, ...]], frozen=True, kw_only=True):
    """List the newest version of each feature service, by name."""


class GetModel(Request[Model], frozen=True, kw_only=True):
    """Find a model's registration; by default its newest version."""

    name: Label
    version: VersionNumber | None = None


class ListModels(Request[tuple[Model, ...]], frozen=True, kw_only=True):
    """List the newest version of each model, by name."""


class ListTeams(Request[tuple[Team, ...]], frozen=True, kw_only=True):
    """List the teams and their members, by name."""


class ListProblems(Request[tuple[str, ...]], frozen=True, kw_only=True):
    """Say in sentences what is wrong with the stored data, at most twenty; none if the registry is whole."""


class ListTokens(Request[tuple[TokenLine, ...]], frozen=True, kw_only=True):
    """List the tokens, newest first; never their secrets."""

    takes: ClassVar[tuple[Role, ...]] = ("admin",)


QUESTIONS: tuple[type[Request], ...] = (  # type: ignore[type-arg]  # of any answer
    WhoAmI, GetRevision, GetVersion, ListVersions, GetDetail, SearchViews, ListNames, ListSignatures, GetEntity, GetSource, ListEvents,
    ListConsumers, GetService, ListServices, GetModel, ListModels, ListTeams, ListProblems, ListTokens,
)  # fmt: skip
"""Every question there is."""
