"""Pairs of SQL in `tests/fixtures`: what a pass or a plan is given, and what must come out.

A file holds pairs of this form; header lines, the third part and line breaks between clauses are as the pair needs them:

    # title: a sentence
    -- word: text
    SELECT ...;
    SELECT ...;
    column | column
    value  | value

With `-vv` a failure shows the whole text that came out, which may stand in a file as it is shown, once somebody has read it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

_FIXTURES = Path(__file__).parent / "fixtures"
_HEADER = re.compile(r"-- (?P<word>[a-z ]+): (?P<text>.*)")
_BEFORE_CLAUSE = re.compile(
    r"(?<!LEFT)(?<!CROSS)(?<!INNER)(?<!DISTINCT) "
    r"(?=(?:SELECT|FROM|WHERE|GROUP BY|HAVING|QUALIFY|UNION|(?:LEFT |CROSS |INNER )?JOIN|ON)\b)"
)


@dataclass(frozen=True)
class Pair:
    """One pair of a file.

    Parameters
    ----------
    header
        Word and text of the lines `-- word: text` above the SQL that is given.
    rows
        The answer, worked out by hand: a line of names, then lines of values as `shown_rows` writes them; empty if the
        file gives none.
    """

    title: str
    header: tuple[tuple[str, str], ...]
    given: str
    expected: str
    rows: str

    def texts(self, word: str) -> list[str]:
        """List what the header says under a word."""
        return [text for name, text in self.header if name == word]

    @property
    def rows_in_any_order(self) -> str:
        """The answer with its values sorted as text."""
        names, *values = self.rows.splitlines() or [""]
        return "\n".join((names, *sorted(values)))


def each_pair(*files: str) -> pytest.MarkDecorator:
    """Run a test once for each pair of some files, as its argument `pair`."""
    pairs = [pair for file in files for pair in read_pairs(file)]
    return pytest.mark.parametrize("pair", pairs, ids=[pair.title for pair in pairs])


def read_pairs(file: str) -> list[Pair]:
    """Read a file of `tests/fixtures`."""
    blocks = re.split(r"^# title: ", (_FIXTURES / file).read_text("utf-8"), flags=re.MULTILINE)[1:]
    return [_read(block) for block in blocks]


def _read(block: str) -> Pair:
    title, _, body = block.partition("\n")
    given, expected, rows = (part.strip("\n") for part in re.split(r";(?:\n|\Z)", body, maxsplit=2))
    header = tuple((match["word"], match["text"]) for match in map(_HEADER.fullmatch, given.splitlines()) if match)
    return Pair(title, header, given, expected, "\n".join(_cells(line) for line in rows.splitlines() if line.strip()))


def by_clause(sql: str) -> str:
    """Break a query before each clause and nowhere else, so that a failure shows the clause that differs."""
    return _BEFORE_CLAUSE.sub("\n", " ".join(line.strip() for line in sql.splitlines()))


def shown_rows(names: Sequence[str], rows: Iterable[Sequence[object]], *, in_order: bool = False) -> str:
    """Write an answer as a file writes it; unless the rows come in an order, with its values sorted as text."""
    lines = [" | ".join(_shown(value) for value in row) for row in rows]
    return "\n".join((" | ".join(names), *(lines if in_order else sorted(lines))))


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "NULL" if value is None else str(value)


def _cells(line: str) -> str:
    return " | ".join(cell.strip() for cell in line.split("|"))
