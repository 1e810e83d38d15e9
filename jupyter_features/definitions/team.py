"""A team owns objects; its members may change them."""

from __future__ import annotations

import unicodedata

from msgspec import Struct

from jupyter_features.errors import InvalidArgumentError

_LONGEST = 120
# Of a team, which stands as the name of the object in the log.
_LONGEST_TEAM = 63


class Team(Struct, frozen=True, kw_only=True):
    """An owner: `members` are names of subjects, sorted."""

    name: str
    members: tuple[str, ...] = ()


def check_team(noun: str, text: str) -> str:
    """Return `text` if it can stand as the name of a team; see `check_label`, with at most 63 characters."""
    return check_label(noun, text, longest=_LONGEST_TEAM)


def check_label(noun: str, text: str, *, longest: int = _LONGEST) -> str:
    """Return `text` if it can stand as the name of a person.

    Raises
    ------
    InvalidArgumentError
        If it is empty, longer than `longest` characters, or has characters that do not print.
    """
    is_printable = all(not unicodedata.category(character).startswith("C") for character in text)
    if not text or text != text.strip() or len(text) > longest or not is_printable:
        raise InvalidArgumentError(
            f"{text[:40]!r} cannot be the name of {noun}.",
            hint=f"Use 1 to {longest} printable characters, such as growth or ada@example.org.",
        )
    return text
