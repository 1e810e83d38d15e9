from collections.abc import Callable
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from msgspec.structs import replace as replace_fields

from jupyter_features.skew.feature_skew import format_rate
from jupyter_features.skew.report import SkewReport

CompareSpend = Callable[..., SkewReport]
HOSTILE = "<img src=x onerror=alert(1)>|`*\n\x01"


def test_the_text_says_the_verdict_first_and_a_line_per_feature(compare_spend: CompareSpend) -> None:
    report = compare_spend({1: 1.0, 2: 2.0, 3: 3.0, 4: 4.0}, {1: 1.0, 2: 2.0, 3: 3.0, 4: 5.0})
    assert report.card().to_text() == (
        "[x] skew: customer_value@3 (1 of 1 features below 100%)\n"
        "  against: scores.parquet\n"
        "  rows: 4 keys and instants, 4 of them on both sides\n"
        "  to pass: 100% of the rows match (floats: relative 1e-06, absolute 1e-09)\n"
        "  feature   match     95% interval  drift     largest fault\n"
        "  spend    75.00%  30.06 to 95.44%  JS 0.250  value_mismatch 1\n"
        "Next: add --widget, or open SkewView(report), to see where spend differs"
    )


def test_a_pass_and_no_overlap_read_as_what_they_are(compare_spend: CompareSpend) -> None:
    passed, apart = compare_spend({1: 1.0}, {1: 1.0}), compare_spend({1: 1.0}, {2: 1.0})
    assert passed.card().to_text().startswith("[ok] pass: customer_value@3 (no skew)")
    assert apart.card().to_text().startswith("[!] no_overlap: customer_value@3 (no row on both sides)")
    assert "%" not in apart.card().to_text().split("\n")[5]
    assert (passed.exit_code, apart.exit_code) == (0, 3)


def test_a_draft_is_called_one(compare_spend: CompareSpend) -> None:
    assert compare_spend({1: 1.0}, {1: 1.0}, version=None).reference == "customer_value@draft"


def test_the_text_fits_twelve_lines_of_eighty_columns_however_much_there_is(compare_spend: CompareSpend) -> None:
    report = compare_spend({1: 1.0}, {1: 2.0}, against="production_" * 20)
    many = tuple(replace_fields(report.features[0], feature="f" * 60 + str(number)) for number in range(30))
    lines = replace(report, features=many).card().to_text().split("\n")
    assert len(lines) == 12
    assert max(len(line) for line in lines) <= 80
    assert lines[-1].startswith("Next: ")


def test_the_worst_feature_comes_first_in_the_card_and_the_order_asked_for_stays_in_the_report(compare_spend: CompareSpend) -> None:
    report = compare_spend({1: 1.0, 2: 2.0}, {1: 1.0, 2: 3.0})
    good = replace_fields(report.features[0], feature="good", match_rate=1.0, verdict="pass")
    mixed = replace(report, features=(good, report.features[0]))
    assert [row[0] for row in mixed.card().tables[0].rows] == ["spend", "good"]
    assert [skew.feature for skew in mixed.features] == ["good", "spend"]
    assert (mixed.verdict, mixed.exit_code) == ("skew", 1)


def test_html_holds_classes_drift_worst_rows_and_bins(compare_spend: CompareSpend) -> None:
    html = compare_spend({1: 1.0, 2: 2.0}, {1: 1.0, 2: 2.5})._repr_mimebundle_()["text/html"]
    for summary in ("Rows per class", "Drift", "Worst rows of spend", "Distribution of spend"):
        assert f"<summary>{summary}</summary>" in html
    assert "<td>2</td><td>1998-01-01</td><td>value_mismatch</td><td>2.0</td><td>2.5</td><td>+0.5</td>" in html


def test_hostile_labels_and_values_are_inert_everywhere(compare_spend: CompareSpend) -> None:
    report = compare_spend({1: 1.0}, {1: 2.0}, against=HOSTILE)
    row = replace_fields(report.features[0].worst[0], production=HOSTILE)
    histogram = replace_fields(report.features[0].histogram, labels=(HOSTILE, HOSTILE))
    hostile = replace(report, features=(replace_fields(report.features[0], worst=(row,), histogram=histogram),))
    assert "<img" not in hostile.card().to_html()
    assert "<img" not in hostile.to_markdown()
    assert "|`" not in hostile.to_markdown()
    assert ElementTree.fromstring(hostile.to_junit()).get("errors") == "0"


def test_a_feature_that_was_not_compared_is_not_found(compare_spend: CompareSpend) -> None:
    report = compare_spend({1: 1.0}, {1: 1.0})
    assert report.feature("spend") is report.features[0]
    with pytest.raises(LookupError, match="spent"):
        report.feature("spent")
    with pytest.raises(LookupError, match="orders"):
        report.feature("orders")


def test_a_rate_never_rounds_to_all_or_nothing() -> None:
    assert [format_rate(rate) for rate in (0, 1e-9, 0.5, 1 - 1e-9, 1, None)] == ["0%", "0.01%", "50.00%", "99.99%", "100%", "-"]


def test_markdown_is_a_verdict_and_a_table(compare_spend: CompareSpend) -> None:
    lines = compare_spend({1: 1.0}, {1: 1.0}).to_markdown().split("\n")
    assert lines[0] == "**pass**: customer&#95;value@3 against scores.parquet"
    assert lines[4] == "| spend | 100% | 20.65 to 100% | JS 0.000 | none |"


def test_junit_counts_skew_as_failure_and_no_overlap_as_error(compare_spend: CompareSpend) -> None:
    outcomes = [({1: 1.0}, {1: 1.0}), ({1: 1.0}, {1: 2.0}), ({1: 1.0}, {2: 1.0})]
    suites = [ElementTree.fromstring(compare_spend(*sides).to_junit()) for sides in outcomes]
    assert [(suite.get("tests"), suite.get("failures"), suite.get("errors")) for suite in suites] == [
        ("1", "0", "0"),
        ("1", "1", "0"),
        ("1", "0", "1"),
    ]
    failure = suites[1].find("testcase/failure")
    assert failure is not None
    assert failure.get("message") == "0% match (0 to 79.35%), 100% must."
