import math
from datetime import datetime

import numpy as np
import pyarrow as pa

from jupyter_features.skew.histogram import count_in_bins, quantile_edges, shared_histogram


def floats(*values: float | None) -> pa.Array:
    return pa.array(values, pa.float64())


def test_few_distinct_numbers_get_a_bin_each_and_missing_values_the_last() -> None:
    histogram = shared_histogram(pa.array([0, 0, 1]), pa.array([1, 2, None]))
    assert histogram.labels == ("0", "1", "2", "NULL")
    assert histogram.notebook == (2, 1, 0, 0)
    assert histogram.production == (0, 1, 1, 1)


def test_nan_and_null_are_missing_alike() -> None:
    histogram = shared_histogram(floats(None, math.nan), floats(1.0))
    assert (histogram.labels, histogram.notebook, histogram.production) == (("1", "NULL"), (0, 2), (1, 0))


def test_many_distinct_numbers_are_cut_at_round_edges_with_open_ends() -> None:
    histogram = shared_histogram(pa.array(range(101)), pa.array([-1000, 5000]), bins=7)
    # The 1st and 99th percentiles of 103 values are 0 and 100; a fifth of that is 20.
    assert histogram.labels == ("≤ 0", "0 to 20", "20 to 40", "40 to 60", "60 to 80", "80 to 100", "> 100")
    assert histogram.notebook == (1, 20, 20, 20, 20, 20, 0)
    assert histogram.production == (1, 0, 0, 0, 0, 0, 1)


def test_a_value_that_nearly_all_rows_have_is_a_bin_between_less_and_more() -> None:
    histogram = shared_histogram(floats(*range(-30, 30), *[0.0] * 9000), floats(0.0, INFINITY), bins=20)
    assert histogram.labels == ("< 0", "0", "> 0")
    assert (histogram.notebook, histogram.production) == ((30, 9001, 29), (0, 1, 1))


def test_columns_without_any_value_have_the_bin_of_missing_values_only() -> None:
    histogram = shared_histogram(floats(None), floats(None, None))
    assert (histogram.labels, histogram.notebook, histogram.production) == (("NULL",), (1,), (2,))


def test_instants_are_labelled_as_people_write_them() -> None:
    histogram = shared_histogram(pa.array([datetime(1998, 1, 1)], pa.timestamp("us")), pa.array([], pa.timestamp("us")))
    assert histogram.labels == ("1998-01-01",)


def test_categories_come_by_frequency_and_rare_ones_share_a_bin() -> None:
    histogram = shared_histogram(pa.array(["b", "a", "a", "c"]), pa.array(["d", None]), bins=3)
    assert histogram.labels == ("a", "b", "(other)", "NULL")
    assert (histogram.notebook, histogram.production) == ((2, 1, 1, 0), (0, 0, 1, 1))


def test_a_category_spelled_like_a_label_of_ours_is_told_apart() -> None:
    histogram = shared_histogram(pa.array(["NULL", ""]), pa.array(["NULL", None]))
    assert histogram.labels == ("'NULL'", "''", "NULL")


def test_long_categories_with_one_beginning_keep_their_own_labels() -> None:
    histogram = shared_histogram(pa.array(["x" * 50 + "a"]), pa.array(["x" * 50 + "b"]))
    assert histogram.labels == ("x" * 39 + "…", "x" * 39 + "… (2)")


def test_quantile_edges_hold_equal_counts() -> None:
    edges = quantile_edges(np.arange(1.0, 101.0), 4)
    assert edges.tolist() == [25.0, 50.0, 75.0]
    assert count_in_bins(np.arange(1.0, 101.0), edges).tolist() == [25, 25, 25, 25, 0]


def test_a_value_that_fills_a_quantile_is_alone_in_its_bin() -> None:
    values = np.concatenate([np.arange(20.0), np.full(180, 7.0)])
    edges = quantile_edges(values, 4)
    # 7 below it, the 181 sevens themselves, 12 above.
    assert count_in_bins(values, edges).tolist() == [7, 181, 12, 0]


def test_a_frequent_greatest_value_is_alone_in_the_last_bin() -> None:
    values = np.concatenate([np.arange(20.0), np.full(180, 20.0)])
    assert count_in_bins(values, quantile_edges(values, 4)).tolist() == [20, 180, 0]


INFINITY = float("inf")


def test_infinities_stay_in_the_outer_bins() -> None:
    values = np.concatenate([[-INFINITY] * 60, np.arange(20.0), [INFINITY] * 60])
    edges = quantile_edges(values, 4)
    assert not np.isnan(edges).any()
    assert count_in_bins(values, edges).sum() == 140
