"""What is told and not refused, and how a project and an author have their say in it."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest

import jupyter_features as jf
from jupyter_features.analysis.noqa import read_noqa
from jupyter_features.analysis.severity import CHANGEABLE
from jupyter_features.errors import ConfigurationError, DefinitionError
from jupyter_features.feature_store import FeatureStore
from jupyter_features.operations.defined import Defined

NEXT = "LEAD(cds) OVER (PARTITION BY customer_id ORDER BY purchased_at)"
AHEAD = "SUM(cds) OVER (PARTITION BY customer_id ORDER BY purchased_at ROWS BETWEEN CURRENT ROW AND 1 FOLLOWING)"
Define = Callable[..., Defined]


def over(window: str, comment: str = "", *, above: str = "") -> str:
    return f"""{above}SELECT customer_id, MAX(x) AS x
FROM (
    SELECT customer_id, {window} AS x{comment}
    FROM purchases
) AS q
GROUP BY 1"""


@pytest.fixture
def define(store: FeatureStore) -> Define:
    def define_one(sql: str, **options: object) -> Defined:
        return store.define("v", sql=sql, entity="customer", sources=["purchases:60d"], as_of=datetime(1998, 2, 11, tzinfo=UTC), **options)  # type: ignore[arg-type]

    return define_one


@pytest.fixture
def configured(store: FeatureStore, project: Path) -> Callable[[str], FeatureStore]:
    """Opens the shop of a project whose configuration file says something."""

    def open_one(text: str) -> FeatureStore:
        (project / "jupyter_features.toml").write_text(text)
        return jf.connect(start=project)

    return open_one


def rules(defined: Defined) -> list[str]:
    return [warning.rule for warning in defined.warnings]


@pytest.mark.parametrize("window", [NEXT, AHEAD])
def test_a_window_that_looks_ahead_is_computed_and_warned_of(define: Define, window: str) -> None:
    defined = define(over(window), first_line=2)
    (warning,) = defined.warnings
    assert warning.rule == "JF120"
    assert warning.place is not None
    assert (warning.place.line, warning.place.column) == (4, 25)


def test_a_window_that_looks_ahead_sees_visible_rows_only(define: Define, store: FeatureStore) -> None:
    # Customer 1 bought 1, 2 and 3 CDs on 1 January, 31 January and 10 February.
    sql = f"""SELECT customer_id, SUM(a) AS next, SUM(b) AS pairs FROM
              (SELECT customer_id, {NEXT} AS a, {AHEAD} AS b FROM purchases) AS q GROUP BY 1"""
    defined = define(sql)
    instants = ["1998-01-31", "1998-02-10", "1998-02-11"]
    rows = pd.DataFrame({"customer_id": [1, 1, 1], "as_of": pd.to_datetime(instants, utc=True)})
    trained = store.training_set(rows, ["v@draft"]).to_pandas()
    assert trained["next"].tolist() == [pd.NA, 2, 5]
    assert trained["pairs"].tolist() == [1, 3 + 2, 3 + 5 + 3]
    assert store.check(defined).is_passed


def test_tied_rows_have_one_next_row(store: FeatureStore) -> None:
    rows = pd.DataFrame({"customer_id": [1] * 4, "bought": [pd.Timestamp("1998-01-01").as_unit("us")] * 4, "n": [4, 2, 3, 1]})
    sql = """SELECT customer_id, SUM(n * x) AS s FROM
             (SELECT customer_id, n, LEAD(n) OVER (PARTITION BY customer_id ORDER BY bought) AS x FROM ties) AS q GROUP BY 1"""
    found = []
    for order in ([0, 1, 2, 3], [3, 0, 2, 1]):
        store.source("ties", rows.iloc[order].reset_index(drop=True), entity="customer", kind="events", event_timestamp="bought")
        defined = store.define("tied", sql=sql, entity="customer", sources=["ties"])
        found += defined.values.column("s").to_pylist()
    # Ties are ordered by all columns, smallest first: 1*2 + 2*3 + 3*4.
    assert found == [20, 20]


def test_the_card_shows_the_line_and_a_caret(define: Define) -> None:
    text = define(over(NEXT), first_line=2).text()
    assert text.startswith("[!] v: 1 feature of customer (draft)\n")
    assert "  Warning: line 4: LEAD looks at later rows. [JF120]\n" in text
    assert "  line 4      SELECT customer_id, LEAD(cds) OVER" in text
    lines = text.split("\n")
    (caret,) = [line for line in lines if set(line) == {" ", "^"}]
    fault = next(line for line in lines if "LEAD(cds)" in line)
    assert caret.index("^") == fault.index("LEAD")


@pytest.mark.parametrize(
    ("condition", "is_told"),
    [
        ("amount = 0.1", True),
        ("amount <> 19.99", True),
        ("amount IS NOT DISTINCT FROM 0.5", True),
        ("p.amount = amount", True),
        ("amount = 0", False),
        ("amount = 20.0", False),
        ("amount > 0.1", False),
        ("cds = 0.5", False),
        ("CAST(amount AS DECIMAL(10, 2)) = 19.99", False),
    ],
)
def test_equality_of_floating_point_numbers_is_warned_of(define: Define, condition: str, is_told: bool) -> None:
    defined = define(f"SELECT customer_id, COUNT(*) AS n FROM purchases AS p WHERE {condition} GROUP BY 1")
    assert rules(defined) == (["JF151"] if is_told else [])


@pytest.mark.parametrize(
    "sql",
    [
        over(NEXT, "  -- noqa: JF120 only finished pairs count"),
        over(NEXT, "  --NOQA: jf120 - only finished pairs count"),
        over(NEXT, above="-- noqa: JF120 only finished pairs count\n"),
    ],
)
def test_a_comment_with_a_reason_silences_a_warning(define: Define, sql: str) -> None:
    assert rules(define(sql)) == []


@pytest.mark.parametrize(
    ("sql", "expected", "sentence"),
    [
        (over(NEXT, "  -- noqa: JF120"), ["JF120", "JF153"], "This noqa gives no reason, so JF120 stands."),
        (over("LAG(cds) OVER (PARTITION BY customer_id ORDER BY cds)", "  -- noqa: JF120 why"), ["JF153"], "This noqa silences nothing"),
        (over(NEXT).replace("GROUP BY 1", "GROUP BY 1 -- noqa: JF120 on another line"), ["JF120", "JF153"], "This noqa silences nothing"),
        (over(NEXT, "  -- noqa: JF106 why"), ["JF120", "JF153"], "JF106 is no warning, so a noqa cannot silence it."),
    ],
)
def test_a_comment_that_silences_nothing_is_told(define: Define, sql: str, expected: list[str], sentence: str) -> None:
    defined = define(sql)
    assert rules(defined) == expected
    assert defined.warnings[-1].message.startswith(sentence)


def test_an_error_is_not_silenced_and_the_refusal_says_so(define: Define) -> None:
    with pytest.raises(DefinitionError, match="A noqa cannot silence JF106: it is an error") as caught:
        define("SELECT customer_id, SUM(amout) AS s  -- noqa: JF106 I know better\nFROM purchases GROUP BY 1")
    assert caught.value.rule == "JF106"


def test_what_looks_like_a_comment_in_a_text_is_none() -> None:
    assert read_noqa("SELECT '-- noqa: JF120 x' AS a, /* -- noqa: JF120 x */ 1", is_python=False) == ()
    assert read_noqa("x = '# noqa: JF152 x'\ny = 1  # noqa: F401", is_python=True) == ()


def test_comments_of_python_are_read_with_their_lines() -> None:
    text = "# noqa: JF152 the whole history is meant\ndef f(p):\n    return {}  # noqa: JF153 why\n"
    general, other = read_noqa(text, is_python=True, first_line=2)
    assert (general.rules, general.reason, general.is_general) == (("JF152",), "the whole history is meant", True)
    assert (other.place.line, other.place.column, other.is_general) == (4, 16, False)


def test_a_project_makes_a_warning_an_error_that_no_comment_silences(configured: Callable[[str], FeatureStore]) -> None:
    with configured('[rules]\nJF120 = "error"\n') as store, pytest.raises(DefinitionError) as caught:
        store.define("v", sql=over(NEXT, "  -- noqa: JF120 why"), entity="customer", sources=["purchases"])
    assert caught.value.rule == "JF120"
    assert caught.value.place is not None
    assert caught.value.place.line == 3


def test_a_draft_of_before_does_not_pass_the_stricter_rules(
    define: Define, store: FeatureStore, configured: Callable[[str], FeatureStore]
) -> None:
    define(over(NEXT), owner="growth", description="x")
    assert store.plan("v").blockers == ()
    with configured('rules = {JF120 = "error"}') as stricter:
        (blocker,) = stricter.plan("v").blockers
    assert blocker == "check 'rules' failed: JF120: LEAD looks at later rows."


def test_a_project_turns_rules_off_and_on(configured: Callable[[str], FeatureStore]) -> None:
    with configured('[rules]\nJF120 = "off"\nJF152 = "warning"\n') as store:
        defined = store.define("v", sql=over(NEXT), entity="customer", sources=["purchases"])
        assert rules(defined) == ["JF152"]
        silenced = over(NEXT, above="-- noqa: JF152 customers are few\n")
        assert rules(store.define("v", sql=silenced, entity="customer", sources=["purchases"])) == []


def test_history_without_end_is_not_warned_of_unless_asked(store: FeatureStore) -> None:
    sql = "SELECT customer_id, COUNT(*) AS n FROM purchases GROUP BY 1"
    assert rules(store.define("v", sql=sql, entity="customer", sources=["purchases"])) == []


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('[rules]\nJF106 = "warning"\n', "jupyter_features.toml sets JF106 to 'warning', but it is always an error"),
        ('[rules]\nJF120 = "loud"\n', "sets JF120 to 'loud', which is no severity"),
        ('[rules]\nJF121 = "off"\n', "The severity of these rules can be set: JF120"),
        ("rules = 3\n", "a table is expected"),
        ("[rules]\nJF120 = 3\n", "a text is expected"),
        ('ruels = "x"\n', "Did you mean 'rules'"),
    ],
)
def test_a_configuration_that_lowers_an_error_is_refused(configured: Callable[[str], FeatureStore], text: str, sentence: str) -> None:
    with pytest.raises(ConfigurationError, match=sentence):
        configured(text)


def test_only_rules_whose_breach_gives_no_wrong_value_can_change() -> None:
    assert set(CHANGEABLE) == {"JF120", "JF151", "JF152", "JF153"}
