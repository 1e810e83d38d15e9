"""The terminal, as a person uses it: exit codes, and the same words as in the notebook."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from jupyter_features.cli.main import main
from jupyter_features.feature_store import FeatureStore

DEFINITION = """-- entity: customer
-- source: purchases:30d
-- owner: growth
-- description: Purchases.
SELECT customer_id, COUNT(*) AS n FROM purchases GROUP BY customer_id
"""


@pytest.fixture
def terminal(project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str]]:
    monkeypatch.chdir(project)

    def run(*words: str) -> tuple[int, str]:
        code = main(words)
        captured = capsys.readouterr()
        return code, captured.out + captured.err

    return run


def test_the_whole_path_works_without_a_notebook(terminal: Callable[..., tuple[int, str]], project: Path) -> None:
    (project / "counted.sql").write_text(DEFINITION)
    assert terminal("entity", "customer", "--key", "customer_id:BIGINT")[0] == 0
    assert (
        terminal(
            "source", "purchases", "data/purchases.parquet", "--entity", "customer", "--kind", "events", "--event-time", "purchased_at"
        )[0]
        == 0
    )
    assert terminal("define", "counted", "--file", "counted.sql")[0] == 0
    assert terminal("publish", "counted")[1].startswith("[ok] Published counted@1 (in dev)")
    assert terminal("materialize", "counted", "--as-of", "1998-02-01")[1].split("\n")[1] == "  Entities: changed 2, emptied 0, unchanged 0"
    assert terminal("online", "counted", "--row", "customer_id=1")[1].split("\n")[2].split() == [
        "customer_id",
        "1",
        "n",
        "1",
        "FRESH",
        "1998-02-01",
        "1",
    ]
    assert "counted@1" in terminal("list")[1]


def test_the_terminal_prints_every_row(terminal: Callable[..., tuple[int, str]], published: FeatureStore) -> None:
    for number in range(12):
        published.team(f"team_{number}")

    lines = terminal("history")[1].splitlines()

    assert sum("team changed" in line for line in lines) == 13


def test_exit_codes_are_0_pass_1_no_2_usage_3_not_evaluated(
    terminal: Callable[..., tuple[int, str]], published: FeatureStore, project: Path
) -> None:
    right = pd.DataFrame(
        {"customer_id": [1, 2], "as_of": pd.to_datetime(["1998-02-01"] * 2), "orders_30d": [1, 1], "spend_30d": [20.0, 5.5]}
    )
    right.to_parquet(project / "right.parquet")
    right.assign(spend_30d=[20.0, 55.0]).to_parquet(project / "wrong.parquet")
    right.assign(customer_id=[8, 9]).to_parquet(project / "apart.parquet")
    assert terminal("skew", "customer_spend", "--against", "right.parquet")[0] == 0
    assert terminal("skew", "customer_spend", "--against", "wrong.parquet", "--junit", "skew.xml", "--markdown", "skew.md")[0] == 1
    assert (project / "skew.xml").read_text().count("<failure") == 1
    assert "spend_30d" in (project / "skew.md").read_text().replace("&#95;", "_")
    assert terminal("skew", "customer_spend", "--against", "apart.parquet")[0] == 3
    assert terminal("skew", "customer_spend")[0] == 2
    assert terminal("skew", "customer_spend", "--against", "gone.parquet")[0] == 3


def test_a_failed_test_is_exit_code_1(terminal: Callable[..., tuple[int, str]], spend: FeatureStore, project: Path) -> None:
    (project / "spend.test").write_text("expect at 1998-02-01\ncustomer_id | orders_30d\n1 | 5\n")
    assert terminal("test", "customer_spend", "--file", "spend.test")[0] == 1


def test_notebook_options_are_refused_kindly(terminal: Callable[..., tuple[int, str]], published: FeatureStore) -> None:
    assert terminal("get", "customer_spend", "--out", "x") == (2, "JF001: --out needs a notebook.\nLeave it out in the terminal.\n")


def test_jupyter_features_is_a_command(published: FeatureStore, project: Path) -> None:
    command = [str(Path(sys.executable).parent / "jupyter"), "features", "show", "customer_spend"]
    shown = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
    assert shown.returncode == 0, shown.stderr
    assert shown.stdout.startswith("customer_spend@1\n")


def test_a_read_only_folder_can_be_explored_and_refuses_to_publish(published: FeatureStore, project: Path) -> None:
    published.close()
    script = (
        "import jupyter_features as jf, sys\n"
        "store = jf.connect()\n"
        "print(store.preview('customer_spend@1').shape)\n"
        "sql = 'SELECT customer_id, COUNT(*) AS n FROM purchases GROUP BY 1'\n"
        "defined = store.define('other', sql=sql, entity='customer', sources=['purchases'], owner='a', description='b')\n"
        "print(defined.is_saved)\n"
        "store.publish('other')\n"
    )
    folders = [project, project / "data", project / ".jupyter_features"]
    files = list((project / ".jupyter_features").iterdir())
    before = {path: path.read_bytes() for path in files if path.suffix == ".db"}
    for path in [*folders, *files]:
        path.chmod(path.stat().st_mode & ~0o222)
    try:
        command = [sys.executable, "-c", script]
        if os.getuid() == 0:
            # Root writes anywhere unless it gives up the right to.
            command = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-dac_override,-dac_read_search", *command]
        tried = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
    finally:
        for path in [*folders, *files]:
            path.chmod(path.stat().st_mode | 0o200)
    assert tried.stdout == "(2, 3)\nFalse\n", tried.stderr
    assert "JF006" in tried.stderr
    assert {path: path.read_bytes() for path in before} == before


def test_ctrl_c_during_materialize_leaves_the_store_whole(published: FeatureStore, project: Path) -> None:
    published.materialize("customer_spend", as_of=pd.Timestamp("1998-02-01").to_pydatetime())
    script = (
        # A suite that runs in the background inherits a deaf ear for Ctrl-C; a person at a terminal does not.
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "import time, datetime, jupyter_features as jf\n"
        "import jupyter_features.operations.materialize as verb\n"
        "rows = verb._rows\n"
        "def slow(view, table):\n"
        "    for row in rows(view, table):\n"
        "        print('writing', flush=True)\n"
        # Short sleeps: the system may wake another thread than this one, which then sees the signal between two of them.
        "        for _ in range(300): time.sleep(0.1)\n"
        "        yield row\n"
        "verb._rows = slow\n"
        "jf.connect().materialize('customer_spend', as_of=datetime.datetime(1998, 2, 15))\n"
    )
    running = subprocess.Popen([sys.executable, "-c", script], cwd=project, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert running.stdout is not None
    assert running.stdout.readline() == "writing\n"
    running.send_signal(signal.SIGINT)
    _, errors = running.communicate(timeout=20)
    assert "KeyboardInterrupt" in errors
    (orders, _) = published.online(["customer_spend"], [{"customer_id": 1}]).features
    assert (orders.values, orders.as_of) == ((1,), pd.Timestamp("1998-02-01", tz="UTC"))
    assert published.materialize("customer_spend", as_of=pd.Timestamp("1998-02-15").to_pydatetime()).changed == 1
