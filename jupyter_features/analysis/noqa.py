"""Comments that silence a warning where it stands: `-- noqa: JF120 reason`, in Python `# noqa: JF120 reason`."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass

from jupyter_features.errors import Place, place_at

# Other tools have comments of this form, too; ours name our rules.
_NOQA = re.compile(r"(?:--|#)\s*noqa\s*:\s*(?P<rules>JF\d+(?:\s*,\s*JF\d+)*)(?P<reason>.*)\Z", re.IGNORECASE)
# Quoted texts and block comments are passed over, so that what looks like a comment inside them is none.
_SQL_COMMENT = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|/\*.*?\*/|(?P<comment>--[^\n]*)", re.DOTALL)


@dataclass(frozen=True)
class Noqa:
    """One comment.

    Parameters
    ----------
    rules
        Ids, upper case.
    reason
        Why; empty if nothing is said.
    is_general
        Whether it stands on a line of its own above all code, and so speaks for the whole definition.
    """

    rules: tuple[str, ...]
    reason: str
    place: Place
    is_general: bool

    def speaks_of(self, rule: str, place: Place | None) -> bool:
        """Tell whether it is about a rule at a place; None is a place outside the text, such as the magic's line."""
        return rule in self.rules and (self.is_general or (place is not None and place.line == self.place.line))


def read_noqa(text: str, *, is_python: bool, first_line: int = 1) -> tuple[Noqa, ...]:
    """Read all such comments of a body.

    Parameters
    ----------
    first_line
        The number that the person sees beside the first line of `text`.
    """
    if "noqa" not in text.lower():
        return ()
    found = []
    for offset, comment in _python_comments(text) if is_python else _sql_comments(text):
        match = _NOQA.match(comment)
        if match:
            rules = tuple(rule.strip().upper() for rule in match["rules"].split(","))
            place = place_at(text, offset, len(comment.rstrip()), first_line)
            found.append(Noqa(rules, match["reason"].strip(" :-"), place, is_general=_is_above_code(text[:offset])))
    return tuple(found)


def _sql_comments(text: str) -> Iterator[tuple[int, str]]:
    for match in _SQL_COMMENT.finditer(text):
        if match["comment"]:
            yield match.start(), match["comment"]


def _python_comments(text: str) -> Iterator[tuple[int, str]]:
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT:
                yield starts[token.start[0] - 1] + token.start[1], token.string
    except (tokenize.TokenError, IndentationError):  # not Python: the compiler says so
        return


def _is_above_code(before: str) -> bool:
    return all(not line.strip() or line.strip().startswith(("--", "#")) for line in before.split("\n"))
