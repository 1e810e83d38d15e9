"""How sure a match rate is."""

from __future__ import annotations

from math import sqrt

# The 97.5% quantile of the standard normal distribution.
Z_95 = 1.959963984540054


def wilson(successes: int, trials: int) -> tuple[float, float]:
    """Bound a proportion with 95% confidence.

    Parameters
    ----------
    successes, trials
        Counts, 0 <= successes <= trials. No trials say nothing: the interval is (0, 1).

    Returns
    -------
    tuple[float, float]
        Lower and upper end, within [0, 1] and around the proportion; never of zero width, so that
        100% of ten rows reads weaker than 100% of ten thousand.

    Notes
    -----
    The score interval of Wilson (1927), "Probable inference, the law of succession, and statistical
    inference", Journal of the American Statistical Association 22, without continuity correction.
    """
    if trials == 0:
        return 0.0, 1.0
    rate = successes / trials
    scale = 1 + Z_95**2 / trials
    centre = rate + Z_95**2 / (2 * trials)
    half = Z_95 * sqrt(rate * (1 - rate) / trials + Z_95**2 / (4 * trials**2))
    # Rounding must not push the ends past a proportion of exactly 0 or 1.
    return (0.0 if successes == 0 else (centre - half) / scale), (1.0 if successes == trials else (centre + half) / scale)
