"""The search for duplicates in a registry: what is known there is read once for each revision, and a view is signed once."""

from __future__ import annotations

from collections.abc import Callable

from jupyter_features.definitions.feature_view import CompiledView
from jupyter_features.definitions.probe_signature import ProbeSignature
from jupyter_features.operations.duplicates import find_duplicates
from jupyter_features.operations.probing.answers import Prober
from jupyter_features.operations.signature import sign
from jupyter_features.operations.similarity.known import Known
from jupyter_features.operations.similarity.report import Duplicates
from jupyter_features.registry.questions import GetRevision, GetVersion, ListSignatures, ListTeams, SignatureLine, WhoAmI
from jupyter_features.registry.registry import Registry


class DuplicateSearch:
    """Searches one registry. Nothing is computed as long as it knows no other view."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._known: tuple[int, tuple[Known, ...]] = (0, ())
        self._signatures: dict[str, ProbeSignature] = {}
        self._found: dict[str, tuple[tuple[int, str], Duplicates]] = {}

    def search(self, view: CompiledView) -> Duplicates:
        """Find what is published already, and like a view; the same answer as long as neither it nor the registry changes."""
        revision = self._registry.send(GetRevision())
        known = self._known_at(revision)
        if all(each.name == view.name for each in known):
            return Duplicates(view.name, view.feature_names, (), 0)
        kept = self._found.get(view.name)
        identity = (revision, view.fingerprint)
        if kept is None or kept[0] != identity:
            found = find_duplicates(view, known, signature=self.sign(view))
            kept = self._found[view.name] = (identity, found)
        return kept[1]

    def sign(self, view: CompiledView) -> ProbeSignature:
        """Take the signature of a view, which is kept with the version that is published."""
        key = f"{view.name}:{view.fingerprint}"
        if key not in self._signatures:
            with Prober() as prober:
                self._signatures[key] = sign(view, prober)
        return self._signatures[key]

    def _known_at(self, revision: int) -> tuple[Known, ...]:
        if self._known[0] != revision:
            lines = self._registry.send(ListSignatures())
            me = self._registry.send(WhoAmI()).name
            own = {team.name for team in self._registry.send(ListTeams()) if me in team.members}
            self._known = (revision, tuple(self._known_of(line, is_own=line.owner in own) for line in lines))
        return self._known[1]

    def _known_of(self, line: SignatureLine, *, is_own: bool) -> Known:
        return Known(
            name=line.name,
            reference=f"{line.name}@{line.version}",
            fingerprint=line.fingerprint,
            signature=line.signature,
            load=self._load(line),
            owner=line.owner,
            state=line.state,
            is_own=is_own,
        )

    def _load(self, line: SignatureLine) -> Callable[[], CompiledView]:
        return lambda: self._registry.send(GetVersion(name=line.name, version=line.version)).version.view
