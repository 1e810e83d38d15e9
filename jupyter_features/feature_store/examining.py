"""Examining: does everything that this project needs work."""

from __future__ import annotations

from functools import partial

from jupyter_features.clock import format_instant
from jupyter_features.definitions.feature_view import FeatureViewVersion
from jupyter_features.definitions.source import Source
from jupyter_features.errors import LifecycleError, NotFoundError
from jupyter_features.feature_store.parts import Parts
from jupyter_features.operations.doctor import Examination, Finding, attempt, examine, examine_registry, examine_version, packages
from jupyter_features.registry.questions import GetVersion, ListNames, ListProblems, ListVersions, WhoAmI


class Examining(Parts):
    """The doctor."""

    def doctor(self) -> Examination:
        """Look whether the registry can be reached and is whole, the sources can be read, and the drafts and the online store open.

        Every definition is compiled again, to see whether what is stored follows from its text.
        """
        findings = [examine("packages", packages), examine("registry", self._registry_told)]
        served: list[FeatureViewVersion] = []
        # What cannot be reached, or is damaged as a whole, is told once.
        if findings[-1].is_well:
            findings += examine_registry(lambda: self._registry.send(ListProblems()))
            served, wrong = self._examine_versions()
            told = {finding.told for finding in findings}
            findings += [finding for finding in wrong if finding.told not in told]
        findings += [examine(f"source {source.name}", partial(self._source_told, source)) for source in _sources_of(served)]
        return Examination((*findings, examine("drafts", self._drafts_told), examine("online store", partial(self._online_told, served))))

    def _registry_told(self) -> str:
        me = self._registry.send(WhoAmI())
        return f"{self._registry.label}, revision {self.revision()}, as {me.name} ({', '.join(me.roles)})"

    def _examine_versions(self) -> tuple[list[FeatureViewVersion], list[Finding]]:
        """Compile every version again; give those that the environment serves, and what is wrong."""
        served: list[FeatureViewVersion] = []
        names, found = attempt("views", lambda: self._registry.send(ListNames()))
        for name in names or ():
            versions, wrong = attempt(name, partial(self._versions, name))
            found += wrong
            for version, is_served in versions or ():
                found += examine_version(version)
                served += [version] if is_served else []
        return served, found

    def _versions(self, name: str) -> list[tuple[FeatureViewVersion, bool]]:
        versions = self._registry.send(ListVersions(name=name))
        try:
            served = self._registry.send(GetVersion(name=name, environment=self.environment)).version.version
        except (NotFoundError, LifecycleError):
            served = None
        return [(version, version.version == served) for version in versions]

    def _drafts_told(self) -> str:
        found = self._drafts
        return f"{len(found.views())} drafts, {len(found.entities())} entities and {len(found.sources())} sources are declared here"

    def _online_told(self, served: list[FeatureViewVersion]) -> str:
        filled = sum(self._online.watermark(each.name, each.version) is not None for each in served)
        return f"{self.settings.online.value} opens, {filled} of {len(served)} served views are materialized"

    def _source_told(self, source: Source) -> str:
        newest = self._engine.newest(source)
        return f"{source.location} can be read" + (f", newest row {format_instant(newest)}" if newest else "")


def _sources_of(served: list[FeatureViewVersion]) -> list[Source]:
    return list({source.name: source for version in served for source in version.view.sources}.values())
