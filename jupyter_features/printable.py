"""Text for a terminal: what somebody else wrote must not move the cursor, change colours, or turn the direction of reading."""

from __future__ import annotations

import unicodedata

_KEPT = "\n\t"


def printable(text: str) -> str:
    """Replace every control, format, private or unassigned character but line ends and tabs by a replacement character."""
    if text.isprintable():
        return text
    return "".join(character if _is_shown(character) else "\N{REPLACEMENT CHARACTER}" for character in text)


def _is_shown(character: str) -> bool:
    # Spaces of other widths are no `isprintable`, and harmless.
    return character.isprintable() or character in _KEPT or unicodedata.category(character) == "Zs"
