"""A definition as text, in the words of a notebook's cell, and back again: what it says is read exactly as it was."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import msgspec

from jupyter_features.definitions.feature_view import FeatureView, Value
from jupyter_features.definitions.lookback import format_length, parse_length
from jupyter_features.definitions.parameter import Parameter, parse_parameter
from jupyter_features.definitions.reference import parse_reference
from jupyter_features.definitions.source_reference import as_source_references
from jupyter_features.definitions.typed_name import parse_typed_name
from jupyter_features.errors import InvalidArgumentError
from jupyter_features.operations.header import OPTIONS, header_lines, option_values, read_header

_ORIGIN = re.compile(r"(?:--|#) (?P<name>\w+)@(?P<version>\d+) (?P<fingerprint>[0-9a-f]{32})\Z")


@dataclass(frozen=True)
class Origin:
    """The version that a text was exported from; its first line, a plain comment."""

    name: str
    version: int
    fingerprint: str

    def __str__(self) -> str:
        return f"{self.name}@{self.version} {self.fingerprint}"


@dataclass(frozen=True)
class ReadDefinition:
    """What a text says.

    Parameters
    ----------
    origin
        None if somebody wrote the text by hand.
    first_line
        The line of the text on which the body starts, from 1, where all options stand before it.
    """

    definition: FeatureView
    origin: Origin | None
    first_line: int


def write_definition(definition: FeatureView, origin: Origin) -> str:
    """Write a definition: its origin, one option a line, and its body.

    Raises
    ------
    InvalidArgumentError
        If a text cannot say all of it.
    """
    mark = "#" if definition.python else "--"
    body = _body(definition.body)
    options = "".join(f"{mark} {name}: {value}\n" for name, value in _options(definition))
    text = f"{mark} {origin}\n{options}{body}"
    found = read_definition(definition.name, text, is_python=bool(definition.python)).definition
    if lost := _lost(definition, body, found):
        raise InvalidArgumentError(
            f"{definition.name!r} cannot be exported: a text cannot say its {lost} exactly.", hint=f"Publish it with another {lost}."
        )
    return text


def read_definition(name: str, text: str, *, is_python: bool) -> ReadDefinition:
    """Read what `write_definition` writes, or a definition that somebody wrote by hand in the words of a cell.

    Raises
    ------
    InvalidArgumentError
        If an option is unknown or cannot be read.
    """
    origin = read_origin(text)
    given: dict[str, list[str]] = {option: [] for option in OPTIONS}
    for option in read_header(text):
        given[option.name].append(option.value)
    header = {line.number for line in header_lines(text)} | ({0} if origin else set())
    body = "\n".join(line for number, line in enumerate(text.split("\n")) if number not in header)
    return ReadDefinition(_definition(name, body, given, is_python=is_python), origin, len(header) + 1)


def read_origin(text: str) -> Origin | None:
    """Read which version a text was exported from; None if it does not say."""
    match = _ORIGIN.match(text.partition("\n")[0].rstrip("\r"))
    return Origin(match["name"], int(match["version"]), match["fingerprint"]) if match else None


def _definition(name: str, body: str, given: dict[str, list[str]], *, is_python: bool) -> FeatureView:
    def one(option: str) -> str:
        return _plain(given[option][0]) if given[option] else ""

    def several(option: str) -> list[str]:
        return [part for text in given[option] for part in option_values(option, text)]

    return FeatureView(
        name=name,
        entity=one("entity"),
        sql="" if is_python else body,
        python=body if is_python else "",
        sources=as_source_references(several("source")),
        inputs=tuple(map(parse_reference, several("inputs"))),
        request=tuple(map(parse_typed_name, several("request"))),
        returns=tuple(map(parse_typed_name, several("returns"))),
        owner=one("owner"),
        description=one("description"),
        defaults=tuple(map(_read_default, given["default"])),
        params=tuple(map(_read_parameter, given["param"])),
        tags=tuple(tag for text in given["tag"] for tag in _read_tags(text)),
        freshness=parse_length(one("freshness")) if given["freshness"] else None,
    )


def _options(definition: FeatureView) -> Iterable[tuple[str, str]]:
    """Give the options in the order in which people read them, one value a line."""
    if definition.entity:
        yield "entity", definition.entity
    yield from (("source", str(reference)) for reference in definition.sources)
    yield from (("inputs", str(reference)) for reference in definition.inputs)
    yield from (("request", str(each)) for each in definition.request)
    yield "owner", _quoted(definition.owner)
    yield "description", _quoted(definition.description)
    yield from (("default", f"{name} = {_quoted(_default_text(value))}") for name, value in definition.defaults)
    yield from (("param", _parameter_text(each)) for each in definition.params)
    yield from (("returns", str(each)) for each in definition.returns)
    yield from (("tag", json.dumps(tag) if "," in tag else _quoted(tag)) for tag in definition.tags)
    if definition.freshness:
        yield "freshness", format_length(definition.freshness)


def _quoted(text: str) -> str:
    """Write a text that one line can hold plainly as it is, and any other as a JSON string."""
    is_plain = text != "" and text == text.strip() and text.isprintable() and not text.startswith('"')
    return text if is_plain else json.dumps(text)


def _plain(text: str) -> str:
    """Read what `_quoted` writes; words that only start like a JSON string are what they are."""
    if text.startswith('"'):
        try:
            found = json.loads(text)
        except ValueError:
            return text
        return found if isinstance(found, str) else text
    return text


def _default_text(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else repr(value)


def _read_default(text: str) -> tuple[str, Value]:
    name, sign, value = text.partition("=")
    if not sign or not name.strip():
        raise InvalidArgumentError(f"{text!r} is not of the form NAME=VALUE (default).", hint="Write it like orders = 0.")
    return name.strip(), _plain(value.strip())


def _parameter_text(parameter: Parameter) -> str:
    value = parameter.value
    if not value.isprintable():
        value = json.dumps(value)
    elif value != value.strip() or not value or value[0] in "'\"":
        value = f"'{value}'"
    return f"{parameter.name} {parameter.dtype} = {value}"


def _read_parameter(text: str) -> Parameter:
    parameter = parse_parameter(text)
    return msgspec.structs.replace(parameter, value=_plain(parameter.value)) if text.rstrip().endswith('"') else parameter


def _read_tags(text: str) -> Sequence[str]:
    return [_plain(text)] if text.startswith('"') else option_values("tag", text)


def _body(text: str) -> str:
    """Leave out the option lines, which are written anew in the newest words, and keep other comments from being read as options."""
    lines = text.split("\n")
    for found in reversed(list(header_lines(text))):
        if found.name.lower() in OPTIONS:
            del lines[found.number]
        else:
            # A longer mark is a comment as well, and no option.
            line = lines[found.number]
            start = len(line) - len(line.lstrip())
            lines[found.number] = f"{line[:start]}{line[start]}{line[start:]}"
    return "\n".join(lines).strip("\n") + "\n"


def _lost(written: FeatureView, body: str, found: FeatureView) -> str:
    """Name the first part that reads otherwise than it was written; empty if none does."""
    wanted = msgspec.structs.replace(
        written,
        sql=body if written.sql else "",
        python=body if written.python else "",
        defaults=tuple((name, _default_text(value) if value is not None else None) for name, value in written.defaults),
    )
    return next((part for part in written.__struct_fields__ if getattr(wanted, part) != getattr(found, part)), "")
