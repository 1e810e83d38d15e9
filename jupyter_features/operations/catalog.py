"""The catalog: what a name means here, a draft of this project or what the registry has."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

from jupyter_features.definitions.entity import GLOBAL, Entity
from jupyter_features.definitions.feature_view import CompiledView, FeatureViewVersion
from jupyter_features.definitions.reference import FeatureReference, parse_reference
from jupyter_features.definitions.source import Source
from jupyter_features.drafts import Drafts
from jupyter_features.errors import FeatureWarning, InvalidArgumentError, LifecycleError, NotFoundError
from jupyter_features.registry.questions import FoundVersion, GetEntity, GetSource, GetVersion, ListVersions
from jupyter_features.registry.registry import Registry


@dataclass(frozen=True)
class Catalog:
    """Looks names up; `environment` is the one whose pointers unpinned references follow."""

    drafts: Drafts
    registry: Registry
    environment: str

    def entity(self, name: str) -> Entity:
        """Find an entity, declared here or published; no name means `GLOBAL`.

        Raises
        ------
        NotFoundError
            If there is none.
        """
        if not name:
            return GLOBAL
        declared = self.drafts.entities()
        found = declared.get(name) or self.registry.send(GetEntity(name=name))
        if found is None:
            raise NotFoundError("entity", name, tuple(declared), hint=f"Declare it: %feature entity {name} --key COLUMN:TYPE.")
        return found

    def source(self, name: str) -> Source:
        """Find a source, declared here or published.

        Raises
        ------
        NotFoundError
            If there is none.
        """
        declared = self.drafts.sources()
        found = declared.get(name) or self.registry.send(GetSource(name=name))
        if found is None:
            raise NotFoundError("source", name, tuple(declared), hint=f"Declare it: %feature source {name} PATH --entity ENTITY.")
        return found

    def draft(self, name: str) -> CompiledView:
        """Find a draft.

        Raises
        ------
        NotFoundError
            If this project has none of this name.
        """
        drafts = self.drafts.views()
        if name not in drafts:
            raise NotFoundError("draft", name, tuple(drafts), hint=f"Define it in a %%feature {name} cell.")
        return drafts[name]

    def draft_or_published(self, name: str) -> CompiledView:
        """Find a draft by its plain name, else what the reference `name` means."""
        drafts = self.drafts.views()
        return drafts[name] if name in drafts else self.view(parse_reference(name))[0]

    def published(self, reference: FeatureReference) -> FeatureViewVersion:
        """Find the pinned version, or the one that the environment serves.

        Raises
        ------
        NotFoundError
            If it is not published.
        InvalidArgumentError
            If the reference means a draft.
        """
        if isinstance(reference.version, str):
            raise InvalidArgumentError(
                f"{str(reference)!r} is a draft; only published versions are served.", hint=f"%feature publish {reference.view}"
            )
        try:
            found = self._find(reference.view, reference.version)
        except NotFoundError as error:
            if reference.version is None and reference.view in self.drafts.views():
                hint = f"It is a draft: %feature publish {reference.view}, or name {reference.view}@draft to try it."
                raise NotFoundError(error.noun, error.name, hint=hint) from error
            raise
        if warning := found.standing.warning(found.version.reference):
            warnings.warn(warning, FeatureWarning, stacklevel=2)
        return found.version

    def view(self, reference: FeatureReference) -> tuple[CompiledView, int | None]:
        """Find a view and its version; a draft has no version."""
        if reference.version == "draft":
            return self.draft(reference.view), None
        return self.published_view(reference)

    def published_view(self, reference: FeatureReference) -> tuple[CompiledView, int | None]:
        """Find a published view and its version."""
        version = self.published(reference)
        return version.view, version.version

    def current(self, name: str) -> FeatureViewVersion | None:
        """Find what the environment serves under a name; None if nothing."""
        try:
            return self._find(name, None).version
        except (NotFoundError, LifecycleError):
            return None

    def published_as(self, view: CompiledView) -> str:
        """Give the pinned reference of the version with this very definition; empty if there is none."""
        for version in self.registry.send(ListVersions(name=view.name)):
            if version.view.fingerprint == view.fingerprint:
                return version.reference
        return ""

    def _find(self, name: str, version: int | None) -> FoundVersion:
        return self.registry.send(GetVersion(name=name, version=version, environment=self.environment))
