"""How a card is drawn: twelve lines in a notebook, everything in a terminal."""

from __future__ import annotations

from jupyter_features.card import Card, Table

LONG = "It breaks what churn@1 reads; tell their owners, then say so: --ack 'churn@1' --ack 'uplift@2'."
CARD = Card(
    "Feature cells",
    label="dev",
    state="failed",
    facts=[("Note", LONG)],
    tables=[Table(("cell", "view"), [(str(number), f"view_{number}") for number in range(20)])],
    notes=[f"Cell 3: {LONG}"],
    next_step="%feature plan",
)


def test_a_notebook_shows_twelve_lines_of_eighty_columns() -> None:
    lines = CARD.to_text().splitlines()

    assert len(lines) == 12
    assert max(map(len, lines)) == 80
    assert lines[-3:] == ["  … 14 more", f"  Cell 3: {LONG}"[:79] + "…", "Next: %feature plan"]


def test_a_terminal_shows_everything_and_notes_below_the_tables() -> None:
    lines = CARD.to_whole_text().splitlines()

    assert lines[:3] == ["[x] Feature cells (dev)", f"  Note: {LONG}", "  cell  view"]
    assert lines[3] == "     0  view_0"
    assert lines[-3:] == ["    19  view_19", f"  Cell 3: {LONG}", "Next: %feature plan"]
    assert len(lines) == 25


def test_a_note_is_escaped_in_html() -> None:
    assert '<p class="jf-note">&lt;b&gt;</p>' in Card("x", notes=["<b>"]).to_html()
