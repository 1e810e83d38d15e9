"""Export: published definitions as text files, in the very words of a notebook's cells, so that they diff and merge well."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from jupyter_features.card import Card, Displayed, Table, format_value
from jupyter_features.definitions.entity import GLOBAL, Entity
from jupyter_features.definitions.feature_view import FeatureView, FeatureViewVersion
from jupyter_features.definitions.lookback import format_length
from jupyter_features.definitions.source import Source
from jupyter_features.errors import InvalidArgumentError
from jupyter_features.operations.header import read_header

DECLARATIONS = "declarations.txt"
VIEWS = "views"


@dataclass(frozen=True)
class Exportable:
    """A version with the newest words about it, and its feature tests as written."""

    version: FeatureViewVersion
    owner: str
    description: str
    tags: tuple[str, ...]
    tests: tuple[str, ...]


@dataclass(frozen=True)
class Exported(Displayed):
    """What was written: (file, `new`, `changed` or `unchanged`)."""

    folder: Path
    files: tuple[tuple[str, str], ...]

    def card(self) -> Card:
        """Show each file."""
        changed = sum(state != "unchanged" for _, state in self.files)
        label = f"{changed} of {len(self.files)} files changed"
        next_step = f"git diff {self.folder.name}" if changed else ""
        table = Table(("file", "state"), self.files)
        return Card(f"Exported to {self.folder.name}", label=label, state="ok", tables=(table,), next_step=next_step)


def export(views: Sequence[Exportable], folder: Path) -> Exported:
    """Write one file per view and per test, and one with the lines that declare entities and sources.

    Each file is replaced at once or not at all, and one that would be the same is not touched. Files of other views stay.

    Raises
    ------
    InvalidArgumentError
        If the folder holds something else.
    """
    if folder.exists() and any(folder.iterdir()) and not (folder / DECLARATIONS).exists():
        raise InvalidArgumentError(f"{folder} is not empty, and no export.", hint="Name a new folder, or one that was exported to before.")
    files = {DECLARATIONS: _declarations(views)}
    for each in views:
        files |= _files_of(each)
    return Exported(folder, tuple((name, _write(folder / name, text)) for name, text in sorted(files.items())))


def _declarations(views: Sequence[Exportable]) -> str:
    stored = [each.version.view for each in views if not each.version.view.definition.is_on_demand]
    entities = {view.entity.name: view.entity for view in stored if view.entity != GLOBAL}
    sources = {source.name: source for view in stored for source in view.sources}
    lines = [*(_entity(entities[name]) for name in sorted(entities)), *(_source(sources[name]) for name in sorted(sources))]
    return "".join(f"{shlex.join(words)}\n" for words in lines)


def _entity(entity: Entity) -> list[str]:
    keys = [word for key in entity.join_keys for word in ("--key", f"{key.name}:{key.dtype}")]
    return ["entity", entity.name, *keys, *_option("--description", entity.description)]


def _source(source: Source) -> list[str]:
    renamed = [(key, column) for key, column in source.key if key != column or not source.entity]
    return [
        *("source", source.name, source.location),
        *(("--entity", source.entity) if source.entity else ("--global",)),
        *("--kind", source.kind),
        *_option("--event-time", source.event_timestamp or ""),
        *_option("--arrival", source.arrival or ""),
        *_option("--tie-break", ",".join(source.tie_break)),
        *(word for key, column in renamed for word in ("--key", f"{key}={column}" if source.entity else column)),
        *(("--inclusive",) if source.inclusive else ()),
        *_option("--description", source.description),
    ]


def _option(name: str, value: str) -> tuple[str, ...]:
    return (name, value) if value else ()


def _files_of(each: Exportable) -> dict[str, str]:
    definition = each.version.view.definition
    mark, suffix = ("#", "py") if definition.python else ("--", "sql")
    header = "".join(f"{mark} {name}: {_one_line(value)}\n" for name, value in _options(definition, each))
    files = {f"{VIEWS}/{each.version.name}.{suffix}": header + _without_header(definition.body)}
    numbered = {f"{VIEWS}/{each.version.name}.test{number}.txt": text for number, text in enumerate(each.tests, 1)}
    return files | {name: text.rstrip("\n") + "\n" for name, text in numbered.items()}


def _options(definition: FeatureView, words: Exportable) -> Iterable[tuple[str, str]]:
    """Give the options in the order in which people read them, one value a line."""
    if definition.entity:
        yield "entity", definition.entity
    yield from (("source", str(reference)) for reference in definition.sources)
    yield from (("inputs", str(reference)) for reference in definition.inputs)
    yield from (("request", f"{each.name}:{each.dtype}") for each in definition.request)
    yield "owner", words.owner
    yield "description", words.description
    yield from (("default", f"{name} = {format_value(value)}") for name, value in definition.defaults)
    yield from (("param", f"{each.name} {each.dtype} = {each.value}") for each in definition.params)
    yield from (("returns", f"{each.name}:{each.dtype}") for each in definition.returns)
    yield from (("tag", tag) for tag in words.tags)
    if definition.freshness:
        yield "freshness", format_length(definition.freshness)


def _without_header(body: str) -> str:
    """Take out the option lines, which are written anew in the newest words; everything else stays as it is."""
    lines = body.split("\n")
    for option in reversed(read_header(body)):
        del lines[option.place.line - 1]
    return "\n".join(lines).strip("\n") + "\n"


def _one_line(value: str) -> str:
    return " ".join(value.split())


def _write(path: Path, text: str) -> str:
    if path.is_file() and path.read_text("utf-8") == text:
        return "unchanged"
    state = "changed" if path.exists() else "new"
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.write_text(text, "utf-8")
    beside.replace(path)
    return state
