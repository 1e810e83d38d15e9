"""Python and on-demand feature cells, as a person types them in a notebook or gives them to the terminal."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from jupyter_features.cli.main import main

Cell = Callable[[str], tuple[str, str]]
SETUP = (
    "%feature entity customer --key customer_id:BIGINT",
    "%feature source purchases data/purchases.parquet --entity customer --kind events --event-time purchased_at",
)
RHYTHM = """%%feature rhythm
# entity: customer
# source: purchases:90d
# owner: growth
# description: How a customer buys.
# default: orders = 0
def rhythm(purchases, as_of):
    return {"orders": len(purchases), "spend": purchases["amount"].sum()}
"""
SHARE = """%%feature share --inputs rhythm:spend,rhythm:orders --request amount:DOUBLE --owner growth
-- description: Of the spend.
SELECT amount / spend AS share, orders + 1 AS number
"""


@pytest.fixture
def ready(cell: Cell) -> Cell:
    """A shell that knows the entity and the source."""
    for line in SETUP:
        cell(line)
    return cell


def test_a_python_cell_is_defined_published_and_served_like_any_other(ready: Cell) -> None:
    text, html = ready(RHYTHM)
    assert text.startswith("[ok] rhythm: 2 features of customer (draft)")
    assert "Features: orders BIGINT, spend DOUBLE" in text
    assert "<summary>Python</summary>" in html
    assert "Published rhythm@1" in ready("%feature publish rhythm")[0]
    ready("%feature materialize rhythm --as-of 1998-02-15")
    served, _ = ready("%feature online rhythm --row customer_id=1")
    assert [line.split()[2:5] for line in served.splitlines()[2:4]] == [["orders", "3", "FRESH"], ["spend", "70", "FRESH"]]
    assert "def rhythm(purchases, as_of):" in ready("%feature show rhythm")[1]


def test_an_on_demand_cell_is_defined_published_and_asked(ready: Cell) -> None:
    ready(RHYTHM)
    ready("%feature publish rhythm")
    ready("%feature materialize rhythm --as-of 1998-02-15")
    text, _ = ready(SHARE)
    assert "Inputs: rhythm@1:spend, rhythm@1:orders" in text
    assert "Request: amount DOUBLE" in text
    assert "%feature online share --row customer_id=...,amount=..." in ready("%feature publish share")[0]
    served, _ = ready("%feature online share --row customer_id=1,amount=7")
    assert [line.split()[4:6] for line in served.splitlines()[2:4]] == [["share", "0.1"], ["number", "4"]]
    shown, _ = ready("%feature show share")
    assert "inputs: rhythm@1:spend, rhythm@1:orders" in shown
    assert "request: amount DOUBLE" in shown


@pytest.mark.parametrize(
    ("body", "line", "words"),
    [
        ("def f(purchases):\n    return {'a': rate}", "line 3:     return {'a': rate}", "JF142: 'rate' is not defined in this cell"),
        ("# owner: growth\n# nobody: me\ndef f(purchases): return {}", "line 3: # nobody: me", "There is no option 'nobody'"),
        ("def f(purchases):\n    return {'a': 1 / 0}", "line 3:     return {'a': 1 / 0}", "ZeroDivisionError"),
    ],
)
def test_a_mistake_points_at_the_line_of_the_cell(ready: Cell, body: str, line: str, words: str) -> None:
    text, _ = ready(f"%%feature f --entity customer --source purchases\n{body}")
    assert words in text
    assert line in text


def test_the_terminal_reads_a_python_file(ready: Cell, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "rhythm.py").write_text(RHYTHM.partition("\n")[2])
    assert main(["define", "rhythm", "--file", "rhythm.py"]) == 0
    assert capsys.readouterr().out.startswith("[ok] rhythm: 2 features of customer (draft)")
