"""Options written as `-- option: value` lines at the top of a definition; in Python, as `# option: value`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from jupyter_features.errors import InvalidArgumentError, Place, did_you_mean, place_at

OPTIONS = ("entity", "source", "inputs", "request", "owner", "description", "default", "param", "returns", "tag", "freshness")
REPEATABLE = ("source", "inputs", "request", "default", "param", "returns", "tag")
_MARKS = ("--", "#")
# A comma inside brackets belongs to one value: weather[city=origin, country=land]:wind, and rate:DECIMAL(10,2).
_COMMA = re.compile(r",(?![^\[]*\])(?![^(]*\))")
_LINE = re.compile(r"(?:--|#)\s*(?P<name>[A-Za-z_]+)\s*:\s*(?P<value>.*\S)\s*\Z")

_PYTHON = re.compile(r"(?:async\s+def|def|import|class|@)\b|@|from\s+[\w.]+\s+import\b|[rR]?(?:\"\"\"|''')|\w+\s*=")


@dataclass(frozen=True)
class HeaderOption:
    """One option line."""

    name: str
    value: str
    place: Place


@dataclass(frozen=True)
class HeaderLine:
    """A line that has the form of an option line, whatever its name.

    Parameters
    ----------
    number
        Of the line, from 0.
    offset
        Of the name in the text.
    """

    number: int
    offset: int
    name: str
    value: str


def read_header(text: str, *, first_line: int = 1) -> tuple[HeaderOption, ...]:
    """Read the option lines before the first line of SQL or Python.

    Blank lines and comments without `name:` are skipped. The body itself stays as it is: option lines are comments.

    Raises
    ------
    InvalidArgumentError
        If an option is unknown or given twice.
    """
    options: list[HeaderOption] = []
    for line in header_lines(text):
        place = place_at(text, line.offset, len(line.name), first_line)
        options.append(_checked(HeaderOption(line.name.lower(), line.value, place), options))
    return tuple(options)


def header_lines(text: str) -> Iterator[HeaderLine]:
    """Find what `read_header` takes for options, without asking whether they are any."""
    offset = 0
    for number, line in enumerate(text.split("\n")):
        stripped = line.strip()
        if stripped and not stripped.startswith(_MARKS):
            return
        match = _LINE.match(stripped)
        if match and match["name"].lower() != "noqa":
            yield HeaderLine(number, offset + line.index(match["name"]), match["name"], match["value"])
        offset += len(line) + 1


def option_values(name: str, value: str) -> list[str]:
    """Divide the value of an option that a line may give several of, such as `-- tag: ltv, growth`."""
    return [value] if name in ("default", "param") else [part.strip() for part in _COMMA.split(value) if part.strip()]


def is_python(text: str) -> bool:
    """Tell the language of a body by its first line that is no comment: SQL begins with SELECT, WITH, FROM or a parenthesis."""
    for line in text.split("\n"):
        code = line.strip()
        if code and not code.startswith(_MARKS):
            return bool(_PYTHON.match(code))
    return any(line.strip().startswith("#") for line in text.split("\n"))


def _checked(option: HeaderOption, before: Sequence[HeaderOption]) -> HeaderOption:
    if option.name not in OPTIONS:
        hint = did_you_mean(option.name, OPTIONS) or f"Options: {', '.join(OPTIONS)}. A plain comment has no colon after its first word."
        raise InvalidArgumentError(f"There is no option {option.name!r}.", hint=hint, place=option.place)
    if option.name not in REPEATABLE and any(option.name == other.name for other in before):
        raise InvalidArgumentError(f"Option {option.name!r} is given twice.", hint="Keep one of them.", place=option.place)
    return option
