"""Export: published definitions as text files, in the words of a notebook's cells, so that they diff and merge well."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from jupyter_features.card import Card, Displayed, Table
from jupyter_features.definitions.entity import GLOBAL, Entity
from jupyter_features.definitions.feature_view import FeatureView, FeatureViewVersion
from jupyter_features.definitions.reference import FeatureReference
from jupyter_features.errors import InvalidArgumentError
from jupyter_features.operations.declaration_lines import Declaration, Named, by_name, declared, read_declarations, write_declarations
from jupyter_features.operations.definition_text import Origin, read_origin, write_definition

DECLARATIONS = "declarations.txt"
VIEWS = "views"
SUFFIXES = (".sql", ".py")


@dataclass(frozen=True)
class Exportable:
    """A version with the newest words about it, and its feature tests as written.

    Parameters
    ----------
    is_served
        False for a version that is only read by another view: its file is named with its number.
    """

    version: FeatureViewVersion
    owner: str
    description: str
    tags: tuple[str, ...]
    tests: tuple[str, ...]
    is_served: bool = True

    @property
    def stem(self) -> str:
        """What the names of its files start with."""
        return self.version.name if self.is_served else self.version.reference


@dataclass(frozen=True)
class Exported(Displayed):
    """What was written: (file, `new`, `changed`, `unchanged` or `deleted`)."""

    folder: Path
    files: tuple[tuple[str, str], ...]

    def card(self) -> Card:
        """Show each file."""
        changed = sum(state != "unchanged" for _, state in self.files)
        label = f"{changed} of {len(self.files)} files changed"
        next_step = f"git diff {self.folder.name}" if changed else ""
        table = Table(("file", "state"), self.files)
        return Card(f"Exported to {self.folder.name}", label=label, state="ok", tables=(table,), next_step=next_step)


def export(views: Sequence[Exportable], folder: Path, *, is_whole: bool) -> Exported:
    """Write one file per view and per test, and one with the lines that declare entities and sources.

    Each file is replaced at once or not at all, and one that would be the same is not touched.

    Parameters
    ----------
    is_whole
        True deletes what an export has written of other views; False leaves that, and their declarations, as it is.

    Raises
    ------
    InvalidArgumentError
        If the folder holds something else or is a file, or the texts cannot say all of a view.
    """
    _check_folder(folder)
    before = {} if is_whole else by_name(_declared_in(folder))
    common = before | _common(views)
    files = {DECLARATIONS: write_declarations(common.values())}
    for each in views:
        files |= _files_of(each, common, _served(views))
    written = [(name, _write(folder / name, text)) for name, text in files.items()]
    stems = None if is_whole else {each.stem for each in views}
    return Exported(folder, tuple(sorted([*written, *((name, "deleted") for name in _delete_others(folder, files, stems))])))


def _check_folder(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise InvalidArgumentError(f"{folder} is a file.", hint="Name a new folder, or one that was exported to before.")
    if folder.exists() and any(folder.iterdir()) and not (folder / DECLARATIONS).exists():
        raise InvalidArgumentError(f"{folder} is not empty, and no export.", hint="Name a new folder, or one that was exported to before.")


def _declared_in(folder: Path) -> tuple[Declaration, ...]:
    path = folder / DECLARATIONS
    try:
        return read_declarations(path.read_text("utf-8")) if path.exists() else ()
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidArgumentError(f"{path} cannot be read: {error}.", hint="Mend it, or export everything to a new folder.") from error


def _common(views: Sequence[Exportable]) -> Named:
    """Gather what the views declare; of two declarations under one name, the one that was published last."""
    found: Named = {}
    for each in sorted(views, key=lambda each: each.version.published_at):
        found |= _declarations_of(each)
    return found


def _declarations_of(each: Exportable) -> Named:
    view = each.version.view
    if view.definition.is_on_demand:
        return {}
    return by_name([*([view.entity] if view.entity != GLOBAL else []), *map(declared, view.sources)])


def _served(views: Sequence[Exportable]) -> dict[str, int]:
    return {each.version.name: each.version.version for each in views if each.is_served}


def _files_of(each: Exportable, common: Mapping[tuple[str, str], Declaration], served: Mapping[str, int]) -> dict[str, str]:
    version, definition = each.version, each.version.view.definition
    words = msgspec.structs.replace(
        definition, owner=each.owner, description=each.description, tags=each.tags, inputs=_pinned_inputs(version, served)
    )
    stem = f"{VIEWS}/{each.stem}"
    origin = Origin(version.name, version.version, version.view.fingerprint)
    files = {f"{stem}{'.py' if definition.python else '.sql'}": write_definition(words, origin)}
    # Of a source that was declared anew since: this version reads it as it was.
    if own := [found for key, found in _declarations_of(each).items() if _meaning(found) != _meaning(common[key])]:
        files[f"{stem}.{DECLARATIONS}"] = write_declarations(own)
    return files | {f"{stem}.test{number}.txt": text for number, text in enumerate(each.tests, 1)}


def _meaning(declaration: Declaration) -> Declaration:
    if isinstance(declaration, Entity):
        return msgspec.structs.replace(declaration, description="")
    return replace(declaration, description="")


def _pinned_inputs(version: FeatureViewVersion, served: Mapping[str, int]) -> tuple[FeatureReference, ...]:
    """Name the version that each input was bound to, unless a reader finds it without."""
    definition: FeatureView = version.view.definition
    bound = [(reference, _bound_version(version, reference)) for reference in definition.inputs]
    return tuple(
        reference
        if reference.version is None and served.get(reference.view) == number
        else msgspec.structs.replace(reference, version=number)
        for reference, number in bound
    )


def _bound_version(version: FeatureViewVersion, reference: FeatureReference) -> int | None:
    candidates = [
        each
        for each in version.view.inputs
        if each.view.name == reference.view and each.keys == reference.keys and reference.version in (None, each.version)
    ]
    # Two versions of one view can be inputs of the same one; what the reference gives tells them apart.
    output = (reference.feature, reference.name or reference.feature)
    return next((each.version for each in candidates if output in each.outputs), candidates[0].version)


def _write(path: Path, text: str) -> str:
    # As bytes, so that line breaks stay what they are.
    content = text.encode()
    if path.is_file() and path.read_bytes() == content:
        return "unchanged"
    state = "changed" if path.exists() else "new"
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.write_bytes(content)
    beside.replace(path)
    return state


def _delete_others(folder: Path, files: Mapping[str, str], stems: set[str] | None) -> list[str]:
    """Delete what an export has written before and does not write now, and nothing else; of all views, or of some."""
    deleted = []
    for stem in _own_stems(folder):
        for path in sorted((folder / VIEWS).glob(f"{stem}.*")):
            name = f"{VIEWS}/{path.name}"
            if name not in files and (stems is None or stem in stems) and _is_of(path, stem):
                path.unlink()
                deleted.append(name)
    return deleted


def _own_stems(folder: Path) -> list[str]:
    """Find the views whose definition says that it was exported; all their files were."""
    paths = [path for path in sorted((folder / VIEWS).glob("*")) if path.suffix in SUFFIXES and _is_exported(path)]
    return list(dict.fromkeys(path.stem for path in paths))


def _is_exported(path: Path) -> bool:
    try:
        return read_origin(path.read_text("utf-8")) is not None
    except (OSError, UnicodeDecodeError):
        return False


def _is_of(path: Path, stem: str) -> bool:
    kind = path.name.removeprefix(f"{stem}.")
    if f".{kind}" in SUFFIXES:
        return _is_exported(path)
    return kind == DECLARATIONS or (kind.startswith("test") and kind.endswith(".txt") and kind[4:-4].isdigit())
