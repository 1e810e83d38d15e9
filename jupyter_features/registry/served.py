"""What an environment has served of a view, read from the log of its moves."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_MOVED = re.compile(r"(?P<environment>\w+): (?P<before>\w+) -> (?P<after>\w+)\Z")
_NOTHING = "nothing"


@dataclass(frozen=True)
class Served:
    """The versions that an environment has served.

    Parameters
    ----------
    stack
        What was served after what, the last one on top. Going back to a version takes off all above it, so that going back
        twice goes back further.
    ever
        All of them, each once, the latest last.
    """

    stack: tuple[int, ...] = ()
    ever: tuple[int, ...] = ()

    def before(self, version: int) -> tuple[int, ...]:
        """List what was served before a version, the nearest first; then what was served and gone back from, the latest first."""
        under = self.stack[: self.stack.index(version)] if version in self.stack else self.stack
        others = [each for each in reversed(self.ever) if each not in under and each != version]
        return (*reversed(under), *others)


def move_text(environment: str, before: int | None, after: int | None) -> str:
    """Write a move as the log tells it, such as `prod: 1 -> 2`."""
    return f"{environment}: {before or _NOTHING} -> {after or _NOTHING}"


def served(details: Iterable[str], environment: str) -> Served:
    """Replay moves.

    Parameters
    ----------
    details
        Of the events `pointer_moved` of the view, oldest first, all environments.
    """
    stack: list[int] = []
    ever: list[int] = []
    for match in map(_MOVED.match, details):
        if match is None or match["environment"] != environment or match["after"] == _NOTHING:
            continue
        version = int(match["after"])
        if version in stack:
            del stack[stack.index(version) + 1 :]
        else:
            stack.append(version)
        ever = [*(each for each in ever if each != version), version]
    return Served(tuple(stack), tuple(ever))


def served_now(moves: Iterable[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """Find what each environment serves of each view, by (environment, name).

    Parameters
    ----------
    moves
        Name of the view and detail of each event `pointer_moved`, oldest first.
    """
    serving: dict[tuple[str, str], int] = {}
    for name, detail in moves:
        match = _MOVED.match(detail)
        if match is None:
            continue
        if match["after"] == _NOTHING:
            serving.pop((match["environment"], name), None)
        else:
            serving[match["environment"], name] = int(match["after"])
    return serving
