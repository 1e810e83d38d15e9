import pytest

from jupyter_features.skew.interval import wilson


# Newcombe (1998), Statistics in Medicine 17, table I, method 3.
@pytest.mark.parametrize(
    ("successes", "trials", "lower", "upper"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_interval_equals_the_published_numbers(successes: int, trials: int, lower: float, upper: float) -> None:
    assert wilson(successes, trials) == pytest.approx((lower, upper), abs=5e-5)


def test_wilson_interval_of_all_successes_ends_at_one_and_has_a_width() -> None:
    assert wilson(20, 20) == pytest.approx((1 - 0.1611, 1.0), abs=5e-5)
    assert wilson(20, 20)[1] == 1.0


def test_wilson_interval_of_no_trials_says_nothing() -> None:
    assert wilson(0, 0) == (0.0, 1.0)
