"""Changes: the requests that write. Each is one transaction with its events, or nothing."""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec import Meta, Struct

from jupyter_features.definitions.consumer import Use
from jupyter_features.definitions.evidence import Evidence
from jupyter_features.definitions.feature_service import FeatureService, Model
from jupyter_features.definitions.feature_view import CompiledView, FeatureViewVersion
from jupyter_features.definitions.probe_signature import ProbeSignature
from jupyter_features.definitions.standing import Standing
from jupyter_features.definitions.subject import Role
from jupyter_features.definitions.team import Team
from jupyter_features.registry.bounds import MOST_USES, Instant, Label, Labels, References, VersionNumber, Words
from jupyter_features.registry.request import ChangeRequest
from jupyter_features.registry.token import NewToken, TokenLine


class Publication(Struct, frozen=True, kw_only=True):
    """A version that an environment serves now; `is_new` is False if its fingerprint was published before."""

    version: FeatureViewVersion
    is_new: bool


class Move(Struct, frozen=True, kw_only=True):
    """An environment's pointer before and after; None means that it serves nothing."""

    name: str
    environment: str
    before: int | None
    after: int | None


class Publish(ChangeRequest[Publication], frozen=True, kw_only=True):
    """Make a view the one that an environment serves.

    Stores the next version, or finds the one with the same fingerprint; moves the environment's pointer to it; registers
    entity and sources. Owner, description and tags that differ from those of the found version become its newest metadata.
    When nothing differs, nothing is written and the revision stays.

    Parameters
    ----------
    evidence
        The record of checks and tests; it must have passed, on this fingerprint.
    base
        The version that the environment served when the change was planned; if another is served now, `ConflictError` shows
        what both changed. None means nothing was served.
    signature
        What the view answers on the probe, for the search for duplicates.
    duplicate_reason
        Why this is published although its like exists; demanded if a view of another name has the same fingerprint.
    acknowledged
        Names of consumers that a MAJOR change was announced to; it needs all that follow the environment or stay behind.
    """

    view: CompiledView
    environment: Label
    evidence: Evidence
    base: VersionNumber | None = None
    signature: ProbeSignature | None = None
    duplicate_reason: Words = ""
    acknowledged: Labels = ()


class RehearsePublish(ChangeRequest[Publication], frozen=True, kw_only=True):
    """Refuse what `Publish` would refuse, or answer what it would answer, and change nothing."""

    publish: Publish


class Promote(ChangeRequest[Move], frozen=True, kw_only=True):
    """Let an environment serve a version that exists: the given one, or the one that `source` serves."""

    name: Label
    target: Label
    source: Label | None = None
    version: VersionNumber | None = None
    acknowledged: Labels = ()


class Rollback(ChangeRequest[Move], frozen=True, kw_only=True):
    """Let an environment serve what it served before its last move, or the given version."""

    name: Label
    environment: Label
    version: VersionNumber | None = None


class EditMetadata(ChangeRequest[Standing], frozen=True, kw_only=True):
    """Reword a version, or hand a view to another team; None leaves a field as it is. What is served never changes."""

    name: Label
    version: VersionNumber
    owner: Label | None = None
    description: Words | None = None
    tags: Labels | None = None


class Yank(ChangeRequest[tuple[Move, ...]], frozen=True, kw_only=True):
    """Take a version back: exact pins still work, environments that serve it go back to what they served before and is whole.

    With `undo` it may be served again; no environment moves by that.
    """

    name: Label
    version: VersionNumber
    reason: Words
    undo: bool = False


class Certify(ChangeRequest[Standing], frozen=True, kw_only=True):
    """Approve one version for reuse: by somebody else than its author, who says what was looked at.

    The newest certification counts. With `undo` there is none from now on, and `evidence` says why.
    """

    takes: ClassVar[tuple[Role, ...]] = ("certifier",)

    name: Label
    version: VersionNumber
    evidence: Words
    expires_at: Instant | None = None
    undo: bool = False


class Deprecate(ChangeRequest[Standing], frozen=True, kw_only=True):
    """Ask people not to start using a view; it is served as before. With `undo` people may use it again."""

    name: Label
    reason: Words
    replacement: Label = ""
    undo: bool = False


class Retire(ChangeRequest[tuple[Move, ...]], frozen=True, kw_only=True):
    """End a view: no environment serves it any longer, exact pins still work. Consumers must be acknowledged by name.

    With `undo` it can be published and promoted again; no environment moves by that.
    """

    name: Label
    reason: Words
    replacement: Label = ""
    acknowledged: Labels = ()
    undo: bool = False


class SaveService(ChangeRequest[FeatureService], frozen=True, kw_only=True):
    """Keep a list of features for a model. References are pinned to what `environment` serves; the same list is the same version."""

    name: Label
    features: References
    owner: Label
    description: Words = ""
    environment: Label = "dev"


class SaveModel(ChangeRequest[Model], frozen=True, kw_only=True):
    """Register which feature service a model consumes; by default the service's newest version."""

    name: Label
    service: Label
    owner: Label
    description: Words = ""


class ChangeTeam(ChangeRequest[Team], frozen=True, kw_only=True):
    """Make a team, or change its members. Members and admins may; the last member stays."""

    takes: ClassVar[tuple[Role, ...]] = ("author", "admin")

    name: Label
    add: Labels = ()
    remove: Labels = ()


class RecordUses(ChangeRequest[int], frozen=True, kw_only=True):
    """Report reads of published versions, in at most 1,000 lines; answered with how many were kept. Unknown versions are skipped."""

    takes: ClassVar[tuple[Role, ...]] = ("viewer",)

    uses: Annotated[tuple[Use, ...], Meta(max_length=MOST_USES)]


class CreateToken(ChangeRequest[NewToken], frozen=True, kw_only=True):
    """Make an access token. The answer is the only time that its secret is shown."""

    takes: ClassVar[tuple[Role, ...]] = ("admin",)

    subject: Label
    roles: Annotated[tuple[Role, ...], Meta(max_length=20)]
    expires_at: Instant | None = None


class RevokeToken(ChangeRequest[TokenLine], frozen=True, kw_only=True):
    """End a token at once."""

    takes: ClassVar[tuple[Role, ...]] = ("admin",)

    id: Label


CHANGES: tuple[type[ChangeRequest], ...] = (  # type: ignore[type-arg]  # of any answer
    Publish, RehearsePublish, Promote, Rollback, EditMetadata, Yank, Certify, Deprecate, Retire, SaveService, SaveModel,
    ChangeTeam, RecordUses, CreateToken, RevokeToken,
)  # fmt: skip
"""Every change there is."""
