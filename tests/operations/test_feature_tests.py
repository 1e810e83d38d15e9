import pytest

from jupyter_features.errors import FeatureTestError
from jupyter_features.feature_store import FeatureStore

PASSING = """
given purchases
customer_id | purchased_at | cds | amount
------------|--------------|-----|-------
1           | 1997-01-05   | 1   | 20.00
1           | 1997-02-01   | 1   | 99.00

expect at 1997-02-01
customer_id | orders_30d | spend_30d
1           | 1          | 20
2           | 0          | NULL

expect at 1997-02-02
| customer_id | spend_30d |
| 1           | 119.0     |
"""


def test_given_rows_are_answered_on_both_paths(spend: FeatureStore) -> None:
    report = spend.test("customer_spend", PASSING)
    assert report.is_passed
    assert (report.tests, report.values) == (2, 5)


def test_a_wrong_expectation_is_shown_for_each_path(spend: FeatureStore) -> None:
    report = spend.test("customer_spend", PASSING.replace("| 20\n", "| 21\n"))
    assert [(wrong.path, wrong.entity, wrong.feature, wrong.expected, wrong.found) for wrong in report.mismatches] == [
        ("training", "1", "spend_30d", 21.0, 20.0),
        ("serving", "1", "spend_30d", 21.0, 20.0),
    ]


def test_kept_tests_run_again_and_stop_publishing(spend: FeatureStore) -> None:
    spend.test("customer_spend", PASSING.replace("| 20\n", "| 21\n"))
    assert not spend.test("customer_spend").is_passed
    assert spend.plan("customer_spend").blockers == ("2 tested values differ; run %feature test customer_spend",)


def test_tests_of_a_new_notebook_are_those_of_the_project(spend: FeatureStore, open_store) -> None:
    spend.test("customer_spend", PASSING)
    assert open_store().test("customer_spend").tests == 2


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "The test expects nothing"),
        ("given purchases\ncustomer_id\n1", "The test expects nothing"),
        ("1 | 2", "A test starts with a table"),
        (PASSING.replace("given purchases", "given purchase"), "reads no source 'purchase'(.|\n)*line 2(.|\n)*Did you mean 'purchases'"),
        (PASSING.replace("amount\n", "amout\n"), "no column of source 'purchases' named 'amout'"),
        (PASSING.replace("| 20.00", "| many"), "'many' is not a DOUBLE value(.|\n)*line 5"),
        (PASSING.replace("orders_30d", "orders"), "has no feature 'orders'"),
        (PASSING.replace("at 1997-02-01\ncust", "at yesterday\ncust"), "'yesterday' is not an instant"),
        (PASSING.replace("| 20.00", ""), "This row has 3 cells; the table has 4 columns"),
        ("expect at 1997-02-01\norders_30d\n1", "has no join key 'customer_id'"),
    ],
)
def test_a_test_that_cannot_be_read_says_where(spend: FeatureStore, text: str, sentence: str) -> None:
    with pytest.raises(FeatureTestError, match=sentence):
        spend.test("customer_spend", text)
    with pytest.raises(FeatureTestError, match="has no test yet"):
        spend.test("customer_spend")
