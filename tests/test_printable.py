"""What somebody else wrote reaches a terminal as text, whoever shows it."""

from __future__ import annotations

import pytest

from jupyter_features.card import Card, Code, Table
from jupyter_features.errors import RegistryError
from jupyter_features.printable import printable

# Clear the screen, set the title, turn the direction, delete, and what Unicode leaves undefined.
HOSTILE = "a\x1b[2J\x1b]0;title\x07\u202egnp\u2066\x7f\x85\u200b\ud800\U000e0001z"
HARMLESS = "a\ufffd[2J\ufffd]0;title\ufffd\ufffdgnp\ufffd\ufffd\ufffd\ufffd\ufffd\ufffdz"


def test_what_does_not_print_is_replaced_and_the_rest_stays() -> None:
    assert printable(HOSTILE) == HARMLESS
    assert printable("Größe\u00a0中文 🚀\n\tx") == "Größe\u00a0中文 🚀\n\tx"


@pytest.mark.parametrize("place", ["title", "label", "fact", "cell", "next_step"])
def test_a_card_is_drawn_without_it(place: str) -> None:
    words = {name: HOSTILE if name == place else "x" for name in ("title", "label", "fact", "cell", "next_step")}
    card = Card(
        words["title"],
        words["label"],
        facts=(("name", words["fact"]),),
        tables=(Table(("column",), ((words["cell"],),)),),
        next_step=words["next_step"],
    )

    assert HARMLESS in card.to_text()
    assert printable(card.to_text()) == card.to_text()


def test_a_text_of_a_registry_is_shown_without_it() -> None:
    assert Code("SQL", f"SELECT 1\n-- {HOSTILE}").text() == f"SELECT 1\n-- {HARMLESS}"


def test_an_error_of_a_server_is_reported_without_it() -> None:
    error = RegistryError(HOSTILE, hint=f"{HOSTILE}\nagain")

    assert str(error) == error.report() == f"JF400: {HARMLESS}\n{HARMLESS}\nagain"
    assert error.message == HOSTILE
