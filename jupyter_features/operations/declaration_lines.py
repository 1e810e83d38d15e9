"""Declarations of entities and sources as lines, in the words of `%feature entity` and `%feature source`, and back again."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from jupyter_features.definitions.entity import Entity, parse_join_key
from jupyter_features.definitions.source import Kind, Source
from jupyter_features.errors import InvalidArgumentError

_KINDS: tuple[Kind, ...] = ("events", "state", "static")
_FLAGS = ("--global", "--inclusive")
_OPTIONS = ("--key", "--description", "--entity", "--kind", "--event-time", "--arrival", "--tie-break")


@dataclass(frozen=True)
class SourceDeclaration:
    """What somebody says of a source; its columns are found in the data.

    Parameters
    ----------
    entity
        None for a global source.
    key
        As `FeatureStore.source` takes it.
    """

    name: str
    location: str
    entity: str | None
    kind: Kind
    event_timestamp: str | None
    arrival: str | None
    tie_break: tuple[str, ...]
    key: dict[str, str] | list[str]
    inclusive: bool
    description: str


Declaration = Entity | SourceDeclaration


def declared(source: Source) -> SourceDeclaration:
    """Give what declares a source."""
    return SourceDeclaration(
        name=source.name,
        location=source.location,
        entity=source.entity or None,
        kind=source.kind,
        event_timestamp=source.event_timestamp,
        arrival=source.arrival,
        tie_break=source.tie_break,
        key={key: column for key, column in source.key if key != column} if source.entity else [column for _, column in source.key],
        inclusive=source.inclusive,
        description=source.description,
    )


Named = dict[tuple[str, str], Declaration]
"""Declarations by `entity` or `source`, and name."""


def by_name(declarations: Iterable[Declaration]) -> Named:
    """Find declarations by name; of two under one name, the last."""
    return {("entity" if isinstance(each, Entity) else "source", each.name): each for each in declarations}


def write_declarations(declarations: Iterable[Declaration]) -> str:
    """Write entities, then sources, each in the order of names.

    Raises
    ------
    InvalidArgumentError
        If a line cannot say all of one.
    """
    ordered = sorted(declarations, key=lambda each: (isinstance(each, SourceDeclaration), each.name))
    return "".join(map(_line, ordered))


def read_declarations(text: str) -> tuple[Declaration, ...]:
    """Read what `write_declarations` writes, in its order.

    Raises
    ------
    InvalidArgumentError
        If a line cannot be read.
    """
    return tuple(_read(words) for words in _words(text))


def _line(declaration: Declaration) -> str:
    words = _entity(declaration) if isinstance(declaration, Entity) else _source(declaration)
    line = f"{shlex.join(words)}\n"
    if read_declarations(line) != (declaration,):
        raise InvalidArgumentError(
            f"{words[0].capitalize()} {declaration.name!r} cannot be exported: a line cannot say all of it.",
            hint="Declare it over columns whose names have no comma and no equals sign.",
        )
    return line


def _entity(entity: Entity) -> list[str]:
    keys = [word for key in entity.join_keys for word in ("--key", f"{key.name}:{key.dtype}")]
    return ["entity", entity.name, *keys, *_option("--description", entity.description)]


def _source(source: SourceDeclaration) -> list[str]:
    keys = [f"{key}={column}" for key, column in source.key.items()] if isinstance(source.key, dict) else source.key
    return [
        *("source", source.name, source.location),
        *(("--entity", source.entity) if source.entity else ("--global",)),
        *("--kind", source.kind),
        *_option("--event-time", source.event_timestamp or ""),
        *_option("--arrival", source.arrival or ""),
        *_option("--tie-break", ",".join(source.tie_break)),
        *(word for key in keys for word in ("--key", key)),
        *(("--inclusive",) if source.inclusive else ()),
        *_option("--description", source.description),
    ]


def _option(name: str, value: str) -> tuple[str, ...]:
    return (name, value) if value else ()


def _words(text: str) -> Iterator[list[str]]:
    """Divide the text into lines of words; a line break within quotes belongs to its word."""
    held = ""
    for line in text.split("\n"):
        held += line
        try:
            words = shlex.split(held)
        except ValueError:
            held += "\n"
            continue
        held = ""
        if words:
            yield words
    if held.strip():
        raise InvalidArgumentError(f"A quote is not closed: {held.splitlines()[0]}", hint="Close it, or export again.")


def _read(words: Sequence[str]) -> Declaration:
    match words:
        case ["entity", name, *rest]:
            options = _options(words, rest)
            return Entity(name=name, join_keys=tuple(map(parse_join_key, options["--key"])), description=_last(options["--description"]))
        case ["source", name, location, *rest]:
            return _read_source(name, location, _options(words, rest))
    raise _unreadable(words)


def _read_source(name: str, location: str, options: dict[str, list[str]]) -> SourceDeclaration:
    kind = next((known for known in _KINDS if options["--kind"] == [known]), None)
    if kind is None or bool(options["--entity"]) == bool(options["--global"]):
        raise _unreadable(["source", name, location])
    keys = options["--key"]
    return SourceDeclaration(
        name=name,
        location=location,
        entity=_last(options["--entity"]) or None,
        kind=kind,
        event_timestamp=_last(options["--event-time"]) or None,
        arrival=_last(options["--arrival"]) or None,
        tie_break=tuple(filter(None, _last(options["--tie-break"]).split(","))),
        key={key.partition("=")[0]: key.partition("=")[2] for key in keys} if options["--entity"] else keys,
        inclusive=bool(options["--inclusive"]),
        description=_last(options["--description"]),
    )


def _options(words: Sequence[str], given: Sequence[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {name: [] for name in (*_FLAGS, *_OPTIONS)}
    rest = iter(given)
    for word in rest:
        if word not in found:
            raise _unreadable(words)
        value = word if word in _FLAGS else next(rest, None)
        if value is None:
            raise _unreadable(words)
        found[word].append(value)
    return found


def _last(values: Sequence[str]) -> str:
    return values[-1] if values else ""


def _unreadable(words: Sequence[str]) -> InvalidArgumentError:
    return InvalidArgumentError(f"This line declares no entity and no source: {shlex.join(words)}", hint="Mend it, or export again.")
