from collections.abc import Sequence

import pytest

from jupyter_features.operations.gates.smallest import smallest


@pytest.mark.parametrize("place", [0, 1, 499, 998, 999])
def test_one_of_a_thousand_is_found_in_few_questions(place: int) -> None:
    asked: list[int] = []

    def differs(some: Sequence[int]) -> bool:
        asked.append(len(some))
        return place in some

    assert smallest(range(1000), differs) == (place,)
    assert len(asked) <= 14


def test_two_that_only_matter_together_are_both_found() -> None:
    assert smallest(range(100), lambda some: {7, 63} <= set(some)) == (7, 63)


def test_what_cancels_out_does_not_mislead() -> None:
    # An even number of marked rows makes no difference.
    found = smallest(range(50), lambda some: sum(number in (3, 20, 41) for number in some) % 2 == 1)
    assert len(found) == 1
    assert found[0] in (3, 20, 41)


@pytest.mark.parametrize("answer", [True, False])
def test_nothing_is_blamed_when_nothing_is_needed_or_nothing_helps(answer: bool) -> None:
    assert smallest(range(10), lambda _: answer) == ()


def test_nothing_is_blamed_when_too_many_are_needed() -> None:
    assert smallest(range(10), lambda some: len(some) == 10) == ()
