"""Exchange: definitions out of this registry as text files, and into it."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from jupyter_features.definitions.entity import Entity
from jupyter_features.definitions.feature_view import FeatureView, FeatureViewVersion
from jupyter_features.definitions.reference import FeatureReference
from jupyter_features.drafts import FeatureTests
from jupyter_features.errors import SERVICE_FAILURES, JupyterFeaturesError, LifecycleError, NotFoundError, PublishError
from jupyter_features.feature_store.against_registry import against_registry
from jupyter_features.feature_store.authoring import Authoring
from jupyter_features.feature_store.sharing import Sharing
from jupyter_features.operations.declaration_lines import Declaration, Named, SourceDeclaration, by_name
from jupyter_features.operations.defined import Defined
from jupyter_features.operations.definition_text import ReadDefinition
from jupyter_features.operations.export import Exportable, Exported, export
from jupyter_features.operations.import_folder import Importable, read_folder
from jupyter_features.operations.imported import Imported, ImportedView
from jupyter_features.operations.publish import Published
from jupyter_features.registry.questions import GetDetail, GetVersion


class Exchange(Authoring, Sharing):
    """Export and import."""

    def export(self, folder: str | Path, names: Sequence[str] = ()) -> Exported:
        """Write what this environment serves as text files that diff well, and what it reads; `import_` reads them.

        Parameters
        ----------
        names
            Views to write; files of others stay. By default all, and files of views that are gone are deleted.

        Raises
        ------
        InvalidArgumentError
            If the folder holds something else, or a text cannot say all of a view.
        NotFoundError
            If a view is not served here.
        """
        chosen = list(names) or [view.name for view in self.views()]
        found = {(each.version.name, each.version.version): each for each in map(self._exportable, chosen)}
        for each in list(found.values()):
            for read in each.version.view.inputs:
                if read.version is not None and (read.view.name, read.version) not in found:
                    found[read.view.name, read.version] = self._exportable(read.view.name, read.version)
        return export(list(found.values()), self._start / folder, is_whole=not names)

    def import_(self, folder: str | Path, *, dry_run: bool = False, reason: str = "", acknowledge: Sequence[str] = ()) -> Imported:
        """Publish the definitions of a folder that differ from this registry; each is defined, checked and tested here.

        A definition that is refused stops no other. Drafts stay as they are.

        Parameters
        ----------
        folder
            As `export` writes it. Sources are looked for in this project.
        dry_run
            Plan everything, publish nothing.
        reason, acknowledge
            As in `publish`.

        Raises
        ------
        NotFoundError
            If the folder holds no definitions.
        InvalidArgumentError
            If its declarations cannot be read.
        """
        read = read_folder(self._start / folder)
        with (
            tempfile.TemporaryDirectory(prefix="jupyter_features_") as drafts,
            closing(self._apart(self._start, drafts=Path(drafts) / "drafts.db")) as store,
        ):
            importing = _Import(store, by_name(read.declarations), dry_run=dry_run, reason=reason, acknowledge=tuple(acknowledge))
            return Imported(self.environment, tuple(importing.take(each) for each in read.definitions), dry_run)

    def _exportable(self, name: str, version: int | None = None) -> Exportable:
        detail = self._registry.send(GetDetail(name=name, version=version, environment=self.environment))
        found = self._registry.send(GetVersion(name=name, version=detail.version)).version
        is_served = version is None or self._serves(found)
        return Exportable(found, detail.owner, detail.description, detail.tags, detail.test_texts, is_served)

    def _serves(self, version: FeatureViewVersion) -> bool:
        try:
            served = self._registry.send(GetVersion(name=version.name, environment=self.environment)).version
        except (NotFoundError, LifecycleError):
            return False
        return served.version == version.version

    def _declare(self, declaration: Declaration) -> None:
        if isinstance(declaration, Entity):
            self._save_entity(declaration)
            return
        self.source(
            declaration.name,
            # What is exported is relative to the project, wherever in it somebody stands.
            self.settings.project / declaration.location,
            entity=declaration.entity,
            kind=declaration.kind,
            event_timestamp=declaration.event_timestamp,
            arrival=declaration.arrival,
            tie_break=declaration.tie_break,
            key=declaration.key,
            inclusive=declaration.inclusive,
            description=declaration.description,
        )

    def _define_with_tests(self, definition: FeatureView, tests: tuple[str, ...], first_line: int) -> Defined:
        defined = self._define(definition, first_line=first_line)
        # None as well: those of another version of this name do not count.
        self._drafts.save_tests(FeatureTests(definition.name, tests))
        return defined


@dataclass
class _Import:
    """One import under way; `done` has the outcome of each exported version, by its name and number there."""

    store: Exchange
    declarations: Named
    dry_run: bool
    reason: str
    acknowledge: tuple[str, ...]
    done: dict[tuple[str, int | None], ImportedView] = field(default_factory=dict)
    declared: Named = field(default_factory=dict)

    def take(self, each: Importable) -> ImportedView:
        """Publish one definition, if it differs; what refuses it is its outcome."""
        try:
            outcome = self._take(each)
        except SERVICE_FAILURES:
            raise
        except JupyterFeaturesError as error:
            outcome = ImportedView(each.stem, each.name, "refused", message=error.in_one_line())
        if isinstance(each.read, ReadDefinition) and each.read.origin:
            self.done[each.name, each.read.origin.version] = outcome
        if each.is_served:
            self.done[each.name, None] = outcome
        return outcome

    def _take(self, each: Importable) -> ImportedView:
        if isinstance(each.read, JupyterFeaturesError):
            raise each.read
        definition = each.read.definition
        for before in map(self._outcome_of, definition.inputs):
            if before and before.outcome == "would publish":
                message = f"It reads {before.file!r}, which would be published before it."
                return ImportedView(each.stem, each.name, "would publish", message=message)
        definition = msgspec.structs.replace(definition, inputs=tuple(map(self._here, definition.inputs)))
        self._declare(each, definition)
        defined = self.store._define_with_tests(definition, each.tests, each.read.first_line)
        _check_same(each, defined)
        return self._publish(each, defined)

    def _outcome_of(self, reference: FeatureReference) -> ImportedView | None:
        return self.done.get((reference.view, reference.version if isinstance(reference.version, int) else None))

    def _here(self, reference: FeatureReference) -> FeatureReference:
        """Name the version of this registry that an exported one has become."""
        found = self._outcome_of(reference)
        if reference.version is None or found is None or not found.reference:
            return reference
        return msgspec.structs.replace(reference, version=int(found.reference.rpartition("@")[2]))

    def _declare(self, each: Importable, definition: FeatureView) -> None:
        """Declare what the folder declares, as this definition reads it."""
        known = self.declarations | by_name(each.declarations)
        sources = [known.get(("source", reference.source)) for reference in definition.sources]
        owners = [source.entity for source in sources if isinstance(source, SourceDeclaration)]
        entities = [known.get(("entity", name)) for name in dict.fromkeys((definition.entity, *owners)) if name]
        for key, declaration in by_name(each for each in (*entities, *sources) if each is not None).items():
            # Declaring a source reads its data, which once is enough.
            if self.declared.get(key) != declaration:
                self.store._declare(declaration)
                self.declared[key] = declaration

    def _publish(self, each: Importable, defined: Defined) -> ImportedView:
        state, version, message = against_registry(self.store, defined, "", each.tests)
        if state == "unchanged" or (version is not None and not each.is_served):
            return ImportedView(each.stem, each.name, "unchanged", f"{each.name}@{version}")
        if not self.dry_run:
            published = self._publish_here(each, defined)
            return ImportedView(each.stem, each.name, "published", f"{published.name}@{published.version}", message)
        if refusal := self.store.plan_publish(defined).refusal(reason=self.reason, acknowledge=self.acknowledge):
            return ImportedView(each.stem, each.name, "refused", message=refusal)
        return ImportedView(each.stem, each.name, "would publish", message=message or state)

    def _publish_here(self, each: Importable, defined: Defined) -> Published:
        """Publish; the environment goes on serving what it served if the version is only there to be read by another view."""
        before = self.store._catalog.current(each.name)
        published = self.store.publish(defined, reason=self.reason, acknowledge=self.acknowledge)
        if before is not None and not each.is_served:
            self.store.rollback(each.name, version=before.version)
        return published


def _check_same(each: Importable, defined: Defined) -> None:
    assert isinstance(each.read, ReadDefinition)
    origin = each.read.origin
    if origin and origin.fingerprint != defined.view.fingerprint:
        raise PublishError(
            f"{each.name!r} would be another definition here than {origin.name}@{origin.version}, which was exported: "
            f"its fingerprint is {defined.view.fingerprint}, not {origin.fingerprint}.",
            hint="Look whether the columns of its sources and its inputs are the same here. "
            "To publish a text that was changed on purpose, take its first line out.",
        )
