"""A team owns objects; its members may change them."""

from __future__ import annotations

import unicodedata

from msgspec import Struct

from jupyter_features.errors import InvalidArgumentError

_LONGEST = 120


class Team(Struct, frozen=True, kw_only=True):
    """An owner: `members` are names of subjects, sorted."""

    name: str
    members: tuple[str, ...] = ()


def check_label(noun: str, text: str) -> str:
    """Return `text` if it can stand as the name of a team or person.

    Raises
    ------
    InvalidArgumentError
        If it is empty, longer than 120 characters, or has characters that do not print.
    """
    is_printable = all(not unicodedata.category(character).startswith("C") for character in text)
    if not text or text != text.strip() or len(text) > _LONGEST or not is_printable:
        raise InvalidArgumentError(
            f"{text[:40]!r} cannot be the name of {noun}.",
            hint=f"Use 1 to {_LONGEST} printable characters, such as growth or ada@example.org.",
        )
    return text
