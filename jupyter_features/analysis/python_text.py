"""The author's Python and the way back from a syntax node to the place she wrote it."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from jupyter_features.errors import DefinitionError, Place, place_at


@dataclass(frozen=True)
class PythonText:
    """A cell body as written.

    Parameters
    ----------
    text
        The body, comments and all.
    first_line
        The line number that the person sees beside the first line of `text`: 2 in a cell that starts with a magic.
    """

    text: str
    first_line: int = 1

    def place(self, node: ast.stmt | ast.expr | ast.arg | ast.alias) -> Place:
        """Find where a node starts; what spans lines is marked to the end of its first."""
        start = self._offset(node.lineno, node.col_offset)
        end_line, end_column = node.end_lineno or node.lineno, node.end_col_offset or node.col_offset
        return place_at(self.text, start, max(1, self._offset(end_line, end_column) - start), self.first_line)

    def place_of_line(self, line: int, column: int = 0) -> Place:
        """Find a line of the body, counted from 1, from a column, counted from 0."""
        lines = self.text.split("\n")
        start = sum(len(each) + 1 for each in lines[: line - 1]) + column
        shown = lines[min(line, len(lines)) - 1]
        indent = len(shown) - len(shown.lstrip()) if not column else 0
        return place_at(self.text, start + indent, max(1, len(shown.rstrip()) - indent - column), self.first_line)

    def refuse(
        self, rule: str, message: str, node: ast.stmt | ast.expr | ast.arg | ast.alias | None = None, *, hint: str = ""
    ) -> DefinitionError:
        """Make the error that refuses this definition because of `node`."""
        return DefinitionError(rule, message, hint=hint, place=None if node is None else self.place(node))

    def _offset(self, line: int, column: int) -> int:
        """Count characters; the parser counts the columns in bytes of UTF-8."""
        lines = self.text.split("\n")
        before = lines[line - 1].encode()[:column].decode(errors="ignore")
        return sum(len(each) + 1 for each in lines[: line - 1]) + len(before)
