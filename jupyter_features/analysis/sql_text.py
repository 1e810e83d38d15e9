"""The author's SQL and the way back from a tree node to the place she wrote it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlglot import exp

from jupyter_features.errors import DefinitionError, Place, place_at

_CALL = re.compile(r"(\w+)\s*\(\s*(?:DISTINCT\s+)?\Z", re.IGNORECASE)


@dataclass(frozen=True)
class SqlText:
    """A query as written.

    Parameters
    ----------
    text
        The body, comments and all.
    first_line
        The line number that the person sees beside the first line of `text`: 2 in a cell that starts with a magic.
    """

    text: str
    first_line: int = 1

    def place(self, node: exp.Expr | None) -> Place | None:
        """Find where a node starts; None when neither it nor anything inside it has a position."""
        if node is None:
            return None
        spans = [(found.meta["start"], found.meta["end"]) for found in node.walk() if "start" in found.meta]
        if not spans:
            return self._place_of_bare_word(node)
        start, end = min(spans)
        call = _CALL.search(self.text[:start])
        # The parser gives some functions no position of their own; theirs is just before their first argument.
        if call and call[1].upper() in _unplaced_functions(node):
            return self.place_at(call.start(1), len(call[1]))
        return self.place_at(start, end - start + 1)

    def place_at(self, offset: int, length: int = 1) -> Place:
        """Find the place of a character."""
        return place_at(self.text, offset, length, self.first_line)

    def called(self, node: exp.Expr) -> str:
        """Name a function as the author calls it; empty if it is not written as a call."""
        place = self.place(node)
        if place is None:
            return ""
        line, start = place.source_line, place.column - 1
        word = line[start : start + place.length]
        return word if word.isidentifier() and line[start + place.length :].lstrip().startswith("(") else ""

    def _place_of_bare_word(self, node: exp.Expr) -> Place | None:
        """Find a function that is written without parentheses, such as CURRENT_DATE; the parser gives it no position."""
        for name in sorted(_unplaced_functions(node)):
            found = re.search(rf"^(?:(?!--).)*?\b(?P<word>{re.escape(name)})\b", self.text, re.IGNORECASE | re.MULTILINE)
            if found:
                return self.place_at(found.start("word"), len(name))
        return None

    def refuse(self, rule: str, message: str, node: exp.Expr | None = None, *, hint: str = "") -> DefinitionError:
        """Make the error that refuses this definition because of `node`."""
        return DefinitionError(rule, message, hint=hint, place=self.place(node))


def forget_places(query: exp.Expr) -> None:
    """Take from a tree what it remembers of the text, once nothing can be refused any more: it is half the cost of each copy."""
    for node in query.walk():
        node._meta = None  # emptying `meta` makes a dictionary for each node, and each copy copies it


def _unplaced_functions(node: exp.Expr) -> set[str]:
    functions = [found for found in node.find_all(exp.Func) if "start" not in found.meta]
    return {name for function in functions for name in function.sql_names()}
