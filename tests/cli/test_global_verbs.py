"""Global sources and views from the terminal, through the parser that the magics share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from jupyter_features.cli.main import main
from jupyter_features.cli.parser import parse, split
from jupyter_features.errors import InvalidArgumentError

Terminal = Callable[[str], tuple[int, str]]
DEFINITION = """-- source: purchases
-- source: rates
-- owner: growth
-- description: What everybody bought, in one currency.
-- default: orders = 0
SELECT COUNT(*) AS orders, SUM(amount * rate) AS converted
FROM purchases p JOIN rates r ON r.cds = p.cds
"""
DECLARATIONS = (
    "entity customer --key customer_id:BIGINT",
    "source purchases data/purchases.parquet --entity customer --kind events --event-time purchased_at",
)
RATES = "source rates data/rates.parquet --global --kind state --event-time since --key cds"


@pytest.fixture
def terminal(project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    """Runs a line in a project that knows the purchases; gives exit code and output."""
    monkeypatch.chdir(project)
    since = pd.to_datetime(["1997-01-01"] * 3).astype("datetime64[us]")
    rates = pd.DataFrame({"cds": pd.array([1, 2, 3], "int32"), "since": since, "rate": [1.0, 2.0, 0.5]})
    rates.to_parquet(project / "data" / "rates.parquet", index=False)

    def run(line: str) -> tuple[int, str]:
        code = main(split(line))
        captured = capsys.readouterr()
        return code, captured.out + captured.err

    for line in DECLARATIONS:
        assert run(line)[0] == 0
    return run


def test_a_global_source_is_declared_with_what_its_newest_row_is_per(terminal: Terminal) -> None:
    code, text = terminal(RATES)
    assert code == 0
    assert "Source rates: state of everybody" in text
    assert "up to as_of, the newest per cds" in text
    assert "%%feature NAME --source rates" in text


def test_the_whole_path_of_a_global_view(terminal: Terminal, project: Path) -> None:
    terminal(RATES)
    (project / "market.sql").write_text(DEFINITION)
    assert terminal("define market --file market.sql")[0] == 0
    assert terminal("publish market")[0] == 0
    # By the first of July 1998: 10 * 1 + 20 * 2 + 40 * 0.5; two purchases have no rate.
    assert terminal("materialize market --as-of 1998-07-01")[1].splitlines()[1] == "  Entities: changed 1, emptied 0, unchanged 0"
    values = [line.split() for line in terminal("online market")[1].splitlines() if line.strip().startswith("global")]
    assert [value[1:4] for value in values] == [["orders", "3", "FRESH"], ["converted", "70", "FRESH"]]
    listed = next(line for line in terminal("list --entity global")[1].splitlines() if "market@1" in line)
    assert listed.split()[1] == "global"
    assert "entity: global\n" in terminal("show market")[1]
    assert "70" in terminal("get market --as-of 1998-07-01")[1]
    assert "$as_of" in terminal("show market --sql")[1]
    assert "__jf_until" in terminal("show market --sql --plan spine")[1]


def test_online_asks_for_the_key_of_a_view_that_has_one(terminal: Terminal, project: Path) -> None:
    header = "-- entity: customer\n-- source: purchases\n-- owner: o\n-- description: d\n"
    (project / "counted.sql").write_text(header + "SELECT customer_id, COUNT(*) AS n FROM purchases GROUP BY 1\n")
    terminal("define counted --file counted.sql")
    terminal("publish counted")
    code, text = terminal("online counted")
    assert code == 3
    assert "A row has no join key 'customer_id'." in text


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("source rates data/rates.parquet --kind static", "--entity --global is required"),
        ("source rates data/rates.parquet --kind static --global --entity customer", "not allowed with argument"),
    ],
)
def test_a_source_is_of_an_entity_or_global(line: str, sentence: str) -> None:
    with pytest.raises(InvalidArgumentError, match=sentence):
        parse(split(line))


def test_a_global_source_names_only_columns_as_its_key(terminal: Terminal) -> None:
    code, text = terminal(RATES.replace("--key cds", "--key customer_id=cds"))
    assert code == 2
    assert "Write only the column: --key cds." in text
