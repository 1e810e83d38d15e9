"""The magics through a real IPython shell, as a person types them."""

from collections.abc import Callable
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from nbconvert import HTMLExporter

SETUP = (
    "%feature entity customer --key customer_id:BIGINT",
    "%feature source purchases data/purchases.parquet --entity customer --kind events --event-time purchased_at",
)
DEFINE = """%%feature customer_spend --entity customer --source purchases:30d
-- owner: growth
-- description: What a customer bought in the last 30 days.
-- default: orders_30d = 0
SELECT customer_id, COUNT(*) AS orders_30d, SUM(amount) AS spend_30d
FROM purchases
GROUP BY customer_id
"""
HOSTILE = "<img src=x onerror=alert(1)>"

Answer = tuple[str, str]
Cell = Callable[[str], Answer]


@pytest.fixture
def defined(cell: Cell) -> Cell:
    for line in (*SETUP, DEFINE):
        cell(line)
    return cell


def test_connect_tells_where_everything_is_and_who_said_so(cell: Cell, project: Path) -> None:
    (project / "jupyter_features.toml").write_text('environment = "team"\n')
    text, html = cell("%feature connect")
    assert text == (
        "[ok] jupyter_features is connected\n"
        "  registry: sqlite:///.jupyter_features/registry.db (default)\n"
        "  engine: duckdb (default)\n"
        "  online: sqlite:///.jupyter_features/online.db (default)\n"
        "  environment: team (jupyter_features.toml)\n"
        "  published: 0 feature views\n"
        "Next: %feature entity NAME --key COLUMN:TYPE"
    )
    assert "jupyter_features.toml" in html


def test_the_definition_card_shows_features_types_rows_checks_and_the_next_command(cell: Cell) -> None:
    for line in SETUP:
        cell(line)
    text, html = cell(DEFINE)
    assert text == (
        "[ok] customer_spend: 2 features of customer (draft)\n"
        "  Features: orders_30d BIGINT, spend_30d DOUBLE\n"
        "  Sources: purchases:30d\n"
        "  Checks: rules passed; for the others, %feature check customer_spend\n"
        "  Defaults: orders_30d = 0\n"
        "  customer_id  orders_30d  spend_30d\n"
        "            1           2         60\n"
        "            2           1        5.5\n"
        "Next: %%feature_test customer_spend, or %feature plan customer_spend"
    )
    assert "<details><summary>SQL</summary>" in html


def test_out_gives_a_data_frame_of_every_entity(defined: Cell, shell: InteractiveShell) -> None:
    defined(DEFINE.replace("purchases:30d", "purchases:30d --out spend"))
    frame = shell.user_ns["spend"]
    assert isinstance(frame, pd.DataFrame)
    assert sorted(frame["customer_id"]) == [1, 2]


def test_a_data_frame_of_the_notebook_can_be_a_source(cell: Cell, shell: InteractiveShell) -> None:
    cell(SETUP[0])
    shell.user_ns["clicks"] = pd.DataFrame({"customer_id": [1], "at": pd.to_datetime(["1998-01-01"])})
    text, _ = cell("%feature source clicks clicks --entity customer --kind events --event-time at")
    assert "a DataFrame of this session, for exploring only" in text


def test_the_body_is_taken_as_written(defined: Cell, shell: InteractiveShell) -> None:
    shell.user_ns["x"] = "injected"
    text, _ = defined(DEFINE.replace("COUNT(*)", "SUM(CASE WHEN '{x} $x' = 'injected' THEN 1 ELSE 0 END)"))
    assert "[ok] customer_spend" in text
    assert shell.user_ns["x"] == "injected"


ERRORS = {
    "an unknown column": (
        DEFINE.replace("amount", "amout"),
        """JF106: There is no column 'amout' in 'purchases'.
  line 5: SELECT customer_id, COUNT(*) AS orders_30d, SUM(amout) AS spend_30d
                                                          ^^^^^
Did you mean 'amount'?
""",
    ),
    "a syntax error": (
        DEFINE.replace("FROM purchases", "FROM purchases WHERE (amount > 1"),
        "line 7: GROUP BY customer_id\n          ^^^^^^^^\n",
    ),
    "an empty cell": ("%%feature v --entity customer --source purchases:30d\n", "JF101: The definition is empty."),
    "an empty cell without a line break": ("%%feature v --entity customer --source purchases:30d", "JF101: The definition is empty."),
    "two statements": (DEFINE + ";\nSELECT 1", "JF103: A definition is one SELECT; this has two statements."),
    "an unknown source": (
        DEFINE.replace("source purchases:30d", "source purchase:30d"),
        "JF003: There is no source named 'purchase'.\nDid you mean 'purchases'?",
    ),
    "an unknown entity": (
        DEFINE.replace("entity customer", "entity custmer"),
        "JF003: There is no entity named 'custmer'.\nDid you mean 'customer'?",
    ),
    "a missing key": (
        DEFINE.replace("SELECT customer_id, ", "SELECT "),
        "JF110: The join key 'customer_id' of entity 'customer' is not selected.",
    ),
    "a wrong option": (DEFINE.replace("--source", "--sorce"), "JF001: define has no option '--sorce'.\nDid you mean '--source'?"),
    "an unknown header": (DEFINE.replace("-- owner", "-- onwer"), "line 2: -- onwer: growth\n             ^^^^^\nDid you mean 'owner'"),
    "an option given twice": (
        DEFINE.replace("purchases:30d\n", "purchases:30d --owner x\n"),
        "'owner' stands on the line and in the body.",
    ),
    "a name with markup": (
        DEFINE.replace("AS orders_30d", f'AS "{HOSTILE}"'),
        "JF108: '<img src=x onerror=alert(1)>' cannot be the name of a feature.",
    ),
    "a name with quotes": (DEFINE.replace("customer_spend", '"it\'s"', 1), 'JF002: "it\'s" cannot be the name of a feature view.'),
    "no entity": (
        "%%feature v --source purchases\nSELECT customer_id, COUNT(*) AS n FROM purchases GROUP BY customer_id",
        "a view without an entity gives one.\n  line 2: SELECT customer_id, COUNT(*) AS n FROM purchases GROUP BY customer_id",
    ),
    "no such verb": ("%feature pblish v", "JF001: There is no verb 'pblish'."),
    "no such draft": (
        "%feature publish customer_spent",
        "JF003: There is no draft named 'customer_spent'.\nDid you mean 'customer_spend'?",
    ),
    "no owner": (
        "%%feature v --entity customer --source purchases --description d\nSELECT customer_id, COUNT(*) AS n FROM purchases GROUP BY 1\n",
        "[ok] v",
    ),
    "a Python name that is none": (DEFINE.replace("purchases:30d\n", "purchases:30d --out 1x\n"), "JF001: '1x' cannot be a variable."),
}


@pytest.mark.parametrize(("source", "expected"), ERRORS.values(), ids=ERRORS.keys())
def test_every_mistake_gets_a_clear_answer(defined: Cell, source: str, expected: str) -> None:
    text, _ = defined(source)
    assert expected in text
    assert "Traceback" not in text


def test_publishing_without_an_owner_says_how_to_add_one(defined: Cell) -> None:
    defined(ERRORS["no owner"][0])
    text, _ = defined("%feature publish v")
    assert text == "JF410: 'v' cannot be published: it has no owner; add --owner TEAM or '-- owner: TEAM'.\nSee %feature plan v.\n"


def test_a_vanished_source_file_is_named(defined: Cell, project: Path) -> None:
    (project / "data" / "purchases.parquet").unlink()
    text, _ = defined("%feature check customer_spend")
    assert text.startswith("JF300: Source 'purchases': there is no file 'data/purchases.parquet'.")


def test_debug_shows_the_traceback(defined: Cell, shell: InteractiveShell, capsys: pytest.CaptureFixture[str]) -> None:
    shell.run_cell("%feature publish gone --debug")
    assert "Traceback (most recent call last)" in capsys.readouterr().err


def test_a_failed_feature_test_stops_the_notebook(defined: Cell, shell: InteractiveShell) -> None:
    source = "%%feature_test customer_spend\nexpect at 1998-02-01\ncustomer_id | orders_30d\n1 | 5\n"
    text, _ = defined(source)
    assert "[x] Test of customer_spend (failed)" in text
    assert "JF600: The test of 'customer_spend' failed: 2 values differ." in text
    with capture_output():
        assert not shell.run_cell(source).success


def test_publish_serve_and_compare(defined: Cell, project: Path) -> None:
    assert "Published customer_spend@1" in defined("%feature publish customer_spend")[0]
    assert "changed 2, emptied 0" in defined("%feature materialize customer_spend --as-of 1998-02-01")[0]
    assert "spend_30d      20  FRESH" in defined("%feature online customer_spend --row customer_id=1")[0]
    production = pd.DataFrame(
        {"customer_id": [1, 2], "as_of": pd.to_datetime(["1998-02-01"] * 2), "orders_30d": [1, 1], "spend_30d": [2000.0, 550.0]}
    )
    production.to_parquet(project / "production.parquet")
    text, html = defined("%feature skew customer_spend --against production.parquet")
    assert text.startswith("[x] skew: customer_spend@1 (1 of 2 features below 100%)")
    assert "value_mismatch" in html


def test_browse_is_a_readable_table_without_a_live_widget(defined: Cell) -> None:
    defined("%feature publish customer_spend")
    text, html = defined("%feature browse")
    assert "customer_spend@1" in text
    assert "<td>customer_spend@1</td>" in html


def test_hostile_text_is_inert_in_every_output(defined: Cell) -> None:
    defined(DEFINE.replace("What a customer bought in the last 30 days.", HOSTILE))
    for source in (
        "%feature plan customer_spend",
        "%feature publish customer_spend",
        "%feature list",
        "%feature show customer_spend",
        "%feature browse",
    ):
        _, html = defined(source)
        assert html
        assert "<img" not in html
    shown = defined("%feature show customer_spend")[1]
    assert "&lt;img src=x onerror=alert(1)&gt;" in shown
    output = nbformat.v4.new_output("display_data", data={"text/html": shown})
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("%feature show customer_spend", outputs=[output])])
    exported, _ = HTMLExporter().from_notebook_node(notebook)
    assert HOSTILE not in exported


def test_a_parameter_line_and_the_bounded_sql(defined: Cell) -> None:
    source = DEFINE.replace("FROM purchases", "FROM purchases WHERE amount > :minimum").replace(
        "-- owner", "-- param: minimum DOUBLE = 10\n-- owner"
    )
    assert "[ok] customer_spend" in defined(source)[0]
    text, html = defined("%feature show customer_spend --sql")
    assert "CAST('10.0' AS DOUBLE)" in text
    assert '"s"."purchased_at" < CAST($as_of AS TIMESTAMP)' in text
    assert "INTERVAL '30' DAY" in html.replace("&#x27;", "'")
    assert "__jf_spine" in defined("%feature show customer_spend --sql --plan spine")[0]
