import numpy as np
import pyarrow as pa
import pytest

from jupyter_features.errors import InvalidArgumentError
from jupyter_features.skew.drift import jensen_shannon, kolmogorov_smirnov, l_infinity, measure_drift, psi


def test_jensen_shannon_of_a_half_moved_histogram_by_hand() -> None:
    # m = (3/4, 1/4): H(m) = 0.811278, H(p) = 1, H(q) = 0.
    assert jensen_shannon([1, 1], [1, 0]) == pytest.approx(0.811278 - 0.5, abs=1e-6)


def test_jensen_shannon_is_nought_for_equal_proportions_and_one_for_disjoint_bins() -> None:
    assert jensen_shannon([1, 3], [2, 6]) == 0
    assert jensen_shannon([5, 0], [0, 7]) == 1


def test_psi_by_hand() -> None:
    # (0.25 - 0.5) ln(0.25 / 0.5) + (0.75 - 0.5) ln(0.75 / 0.5) = 0.173287 + 0.101366
    assert psi([50, 50], [25, 75]) == pytest.approx(0.274653, abs=1e-6)


def test_psi_gives_an_empty_bin_half_a_count() -> None:
    # (2, 0) becomes (2, 0.5), that is 0.8 and 0.2: 0.3 ln(1.6) - 0.3 ln(0.4) = 0.3 ln 4
    assert psi([1, 1], [2, 0]) == pytest.approx(0.3 * np.log(4), abs=1e-12)


def test_psi_ignores_a_bin_that_is_empty_on_both_sides() -> None:
    assert psi([1, 0, 1], [10, 0, 10]) == 0


def test_kolmogorov_smirnov_by_hand() -> None:
    # At 2 the notebook has seen 2 of 4 values, production none.
    assert kolmogorov_smirnov(np.array([1.0, 2, 3, 4]), np.array([3.0, 4, 5, 6, np.nan])) == 0.5
    assert kolmogorov_smirnov(np.array([1.0]), np.array([np.nan])) is None


def test_l_infinity_is_the_greatest_change_of_a_share() -> None:
    assert l_infinity([5, 5, 0], [2, 5, 3]) == pytest.approx(0.3)


def test_no_rows_have_no_distribution() -> None:
    with pytest.raises(InvalidArgumentError):
        psi([0, 0], [1, 1])
    assert measure_drift(pa.array([], pa.float64()), pa.array([1.0])) is None


def test_a_numeric_column_is_measured_with_nulls_in_a_bin_of_their_own() -> None:
    drift = measure_drift(pa.array([1.0, 2.0]), pa.array([1.0, None]))
    assert drift is not None
    # Bins 1, 2, NULL: (1, 1, 0) against (1, 0, 1) share half their mass.
    assert (drift.js, drift.ks, drift.l_infinity) == (pytest.approx(0.5), 0.5, None)


def test_a_text_column_names_its_new_categories() -> None:
    drift = measure_drift(pa.array(["UK", "UK", "FR", None]), pa.array(["UK", "<b>", "DE", None]))
    assert drift is not None
    assert (drift.new_categories, drift.new_category_count, drift.ks) == (("<b>", "DE"), 2, None)
    assert drift.l_infinity == 0.25


def test_only_ten_new_categories_are_named_and_all_are_counted() -> None:
    drift = measure_drift(pa.array(["a"]), pa.array([f"new{number:02}" for number in range(12)]))
    assert drift is not None
    assert (drift.new_categories[-1], drift.new_category_count) == ("new09", 12)


def test_a_shift_into_the_most_frequent_value_is_seen() -> None:
    few = np.concatenate([np.arange(100.0), np.full(900, 100.0)])
    more = np.concatenate([np.arange(100.0)[::10], np.full(990, 100.0)])
    drift = measure_drift(pa.array(few), pa.array(more))
    assert drift is not None
    # Two bins, below 100 and 100 itself: (0.10, 0.90) against (0.01, 0.99).
    assert drift.psi == pytest.approx(0.09 * np.log(10) + 0.09 * np.log(1.1), abs=1e-9)


def test_all_null_columns_have_not_drifted() -> None:
    drift = measure_drift(pa.array([None, None], pa.float64()), pa.array([None], pa.float64()))
    assert drift is not None
    assert (drift.js, drift.psi, drift.ks) == (0, 0, None)
