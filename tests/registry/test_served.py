"""What an environment has served is read from its moves alone."""

from __future__ import annotations

import pytest

from jupyter_features.registry.served import Served, move_text, served


@pytest.mark.parametrize(
    ("moves", "expected"),
    [
        ([], Served()),
        ([(None, 1)], Served((1,), (1,))),
        ([(None, 1), (1, 2), (2, 3)], Served((1, 2, 3), (1, 2, 3))),
        # Back to 1 takes 2 off; what is served then lies on 1.
        ([(None, 1), (1, 2), (2, 1), (1, 3)], Served((1, 3), (2, 1, 3))),
        # Nothing for a while.
        ([(None, 1), (1, None), (None, 2)], Served((1, 2), (1, 2))),
    ],
)
def test_moves_are_replayed(moves: list[tuple[int | None, int | None]], expected: Served) -> None:
    details = [move_text("prod", before, after) for before, after in moves]

    assert served(["dev: nothing -> 9", *details, "prod_eu: nothing -> 8", "reworded"], "prod") == expected


@pytest.mark.parametrize(
    ("stack", "ever", "version", "before"),
    [((1, 2, 3), (1, 2, 3), 3, (2, 1)), ((1, 3), (2, 1, 3), 3, (1, 2)), ((1,), (2, 1), 1, (2,)), ((1,), (1,), 1, ())],
)
def test_the_nearest_comes_first_and_what_was_gone_back_from_last(
    stack: tuple[int, ...], ever: tuple[int, ...], version: int, before: tuple[int, ...]
) -> None:
    assert Served(stack, ever).before(version) == before
