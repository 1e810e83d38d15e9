"""Options written as `-- option: value` lines at the top of a definition; in Python, as `# option: value`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from jupyter_features.errors import InvalidArgumentError, Place, did_you_mean, place_at

OPTIONS = ("entity", "source", "inputs", "request", "owner", "description", "default", "param", "returns", "tag", "freshness")
REPEATABLE = ("source", "inputs", "request", "default", "param", "returns", "tag")
_MARKS = ("--", "#")
_LINE = re.compile(r"(?:--|#)\s*(?P<name>[A-Za-z_]+)\s*:\s*(?P<value>.*\S)\s*\Z")

_PYTHON = re.compile(r"(?:async\s+def|def|import|class|@)\b|@|from\s+[\w.]+\s+import\b|[rR]?(?:\"\"\"|''')|\w+\s*=")


@dataclass(frozen=True)
class HeaderOption:
    """One option line."""

    name: str
    value: str
    place: Place


def read_header(text: str, *, first_line: int = 1) -> tuple[HeaderOption, ...]:
    """Read the option lines before the first line of SQL or Python.

    Blank lines and comments without `name:` are skipped. The body itself stays as it is: option lines are comments.

    Raises
    ------
    InvalidArgumentError
        If an option is unknown or given twice.
    """
    options: list[HeaderOption] = []
    offset = 0
    for line in text.split("\n"):
        stripped = line.strip()
        if stripped and not stripped.startswith(_MARKS):
            break
        match = _LINE.match(stripped)
        if match and match["name"].lower() != "noqa":
            place = place_at(text, offset + line.index(match["name"]), len(match["name"]), first_line)
            options.append(_checked(HeaderOption(match["name"].lower(), match["value"], place), options))
        offset += len(line) + 1
    return tuple(options)


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
