"""A team owns objects; its members may change them."""

from __future__ import annotations

import re
import unicodedata

from msgspec import Struct

from jupyter_features.errors import InvalidArgumentError

_LONGEST = 120
# Of a team, which stands as the name of the object in the log.
_LONGEST_TEAM = 63
# Letters, marks and symbols that are drawn as nothing, or as an empty place.
_UNSEEN = re.compile(r"[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]")


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
        If it is empty, longer than `longest` characters, or could be taken for another name: characters that show nothing, and
        those that are another way of writing others (what NFKC changes).
    """
    is_plain = all(map(_is_shown, text)) and unicodedata.normalize("NFKC", text) == text
    if not text or text != text.strip() or len(text) > longest or not is_plain:
        raise InvalidArgumentError(
            f"{text[:40]!r} cannot be the name of {noun}.",
            hint=f"Use 1 to {longest} printable characters, such as growth or ada@example.org.",
        )
    return text


def _is_shown(character: str) -> bool:
    category = unicodedata.category(character)
    return character == " " or not (category[0] in "CZ" or _UNSEEN.match(character))
