"""How every result looks: one value, drawn as 12 lines of text or as complete, inert HTML."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Literal

from jupyter_features.printable import printable

State = Literal["info", "ok", "warning", "failed"]

WIDTH = 80
MAX_LINES = 12
_MOST_NOTES = 4
# A header, a row, and how many more there are.
_LEAST_ROOM = 3
_MARKS: dict[State, str] = {"info": "", "ok": "[ok] ", "warning": "[!] ", "failed": "[x] "}
_COLOURS: dict[State, str] = {"info": "#1565c0", "ok": "#2e7d32", "warning": "#b26a00", "failed": "#c62828"}


@dataclass(frozen=True)
class Table:
    """Rows of text under column names; `caption` says what they are."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    caption: str = ""


@dataclass(frozen=True)
class Detail:
    """Something folded away in HTML and left out of the text: code, or a table."""

    summary: str
    body: str | Table


@dataclass(frozen=True)
class Card:
    """One result.

    Parameters
    ----------
    title, label
        What it is about, and its state in a word or two.
    state
        Chooses the mark in text and the colour in HTML.
    facts
        Short (name, value) pairs, most important first.
    tables
        Shown in both forms; in text as many rows as fit.
    notes
        Sentences that may be long, below the tables.
    details
        Shown folded in HTML only.
    next_step
        The command or action that comes next; may be empty.
    """

    title: str
    label: str = ""
    state: State = "info"
    facts: Sequence[tuple[str, str]] = ()
    tables: Sequence[Table] = ()
    notes: Sequence[str] = ()
    details: Sequence[Detail] = ()
    next_step: str = ""

    def to_text(self) -> str:
        """Draw at most 12 lines of at most 80 columns, the same for the same values; what does not print is replaced."""
        head = self._head()
        tail = [f"Next: {self.next_step}"] if self.next_step else []
        tail = [*(f"  {note}" for note in self.notes[:_MOST_NOTES]), *tail]
        room = MAX_LINES - 1 - len(tail)
        # A table wants its header and a few rows; facts give way to it beyond the first four.
        fact_room = max(room - sum(min(len(table.rows) + 1, 6) for table in self.tables), 4) if self.tables else room
        lines = [f"  {name}: {value}" for name, value in self.facts][: min(fact_room, room)]
        for table in self.tables:
            lines += _text_table(table, room - len(lines))
        return "\n".join(_cut(line) for line in [head, *lines, *tail])

    def to_whole_text(self) -> str:
        """Draw every fact, row and note, however many and long: what a terminal scrolls and a log keeps."""
        tables = [line for table in self.tables for line in _text_table(table, len(table.rows) + _LEAST_ROOM)]
        facts = [f"  {name}: {value}" for name, value in self.facts]
        tail = [f"Next: {self.next_step}"] if self.next_step else []
        return "\n".join(_one_line(line) for line in [self._head(), *facts, *tables, *(f"  {note}" for note in self.notes), *tail])

    def to_html(self) -> str:
        """Draw everything; every value is escaped, and only tags that sanitizers keep are used."""
        colour = _COLOURS[self.state]
        label = f' <span class="jf-label" style="color: {colour}"><b>{escape(self.label)}</b></span>' if self.label else ""
        parts = [f'<div class="jf-card jf-{self.state}">', f'<p class="jf-title"><b>{escape(self.title)}</b>{label}</p>']
        if self.facts:
            rows = "".join(f"<tr><th>{escape(name)}</th><td>{escape(value)}</td></tr>" for name, value in self.facts)
            parts.append(f'<table class="jf-facts"><tbody>{rows}</tbody></table>')
        parts += [_html_table(table) for table in self.tables]
        parts += [f'<p class="jf-note">{escape(note)}</p>' for note in self.notes]
        for detail in self.details:
            body = _html_table(detail.body) if isinstance(detail.body, Table) else f"<pre><code>{escape(detail.body)}</code></pre>"
            parts.append(f"<details><summary>{escape(detail.summary)}</summary>{body}</details>")
        if self.next_step:
            parts.append(f'<p class="jf-next">Next: <code>{escape(self.next_step)}</code></p>')
        return "\n".join([*parts, "</div>"])

    def _head(self) -> str:
        return _MARKS[self.state] + self.title + (f" ({self.label})" if self.label else "")


class Displayed(ABC):
    """A result that draws itself in notebooks, terminals and logs."""

    @abstractmethod
    def card(self) -> Card:
        """Say what is to be shown."""

    def text(self) -> str:
        """Give the plain form, as a notebook shows it."""
        return self.card().to_text()

    def whole_text(self) -> str:
        """Give the plain form with nothing left out, for terminals and pipes."""
        return self.card().to_whole_text()

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:  # noqa: ARG002  # IPython passes them
        """Give IPython the plain and the HTML form."""
        return {"text/plain": self.text(), "text/html": self.card().to_html()}


@dataclass(frozen=True)
class Message(Displayed):
    """A result that is nothing but its card."""

    shown: Card

    def card(self) -> Card:
        """Give the card it was made with."""
        return self.shown


@dataclass(frozen=True)
class Code(Displayed):
    """Text of a language, whole in every form: what is asked for by name is never cut."""

    title: str
    source: str

    def card(self) -> Card:
        """Show it unfolded."""
        return Card(self.title, details=(Detail("Source", self.source),))

    def text(self) -> str:
        """Give it plain."""
        return printable(self.source)

    def whole_text(self) -> str:
        """Give it plain."""
        return printable(self.source)


def format_value(value: object) -> str:
    """Write one value for people: NULL, true and false, a float as a whole number or with six significant digits."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.6g}"
    return str(value)


def _one_line(line: str) -> str:
    return printable(line).replace("\n", " ").rstrip()


def _cut(line: str) -> str:
    line = _one_line(line)
    return line if len(line) <= WIDTH else line[: WIDTH - 1] + "…"


def _text_table(table: Table, room: int) -> list[str]:
    if room < _LEAST_ROOM or not table.rows:
        return []
    fits = len(table.rows) < room
    shown = list(table.rows)[: room - 1 if fits else room - 2]
    columns = list(zip(table.columns, *shown, strict=True))
    widths = [max(len(cell) for cell in column) for column in columns]
    numeric = [all(_looks_numeric(cell) for cell in column[1:]) for column in columns]

    def draw(cells: Sequence[str]) -> str:
        pairs = zip(cells, widths, numeric, strict=True)
        return "  " + "  ".join(cell.rjust(width) if right else cell.ljust(width) for cell, width, right in pairs)

    more = [] if fits else [f"  … {len(table.rows) - len(shown):,} more"]
    return [*(draw(row) for row in (table.columns, *shown)), *more]


def _looks_numeric(cell: str) -> bool:
    return cell == "NULL" or cell.lstrip("-").replace(",", "")[:1].isdigit()


def _html_table(table: Table) -> str:
    caption = f"<caption>{escape(table.caption)}</caption>" if table.caption else ""
    head = "".join(f"<th>{escape(column)}</th>" for column in table.columns)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in table.rows)
    return f'<table class="jf-table">{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
