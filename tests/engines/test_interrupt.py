"""Ctrl-C in the middle of a query, as a person presses it."""

import subprocess
import sys

SCRIPT = """
import threading, os, signal
from pathlib import Path
from sqlglot import parse_one
from jupyter_features.engines.duckdb.engine import DuckDBEngine
engine = DuckDBEngine(Path())
threading.Timer(0.5, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
try:
    engine.run(parse_one("SELECT SUM(a.range * b.range) FROM range(3000000) AS a, range(3000000) AS b", read="duckdb"))
except KeyboardInterrupt:
    print("interrupted", engine.run(parse_one("SELECT 1 AS one")).to_pylist())
"""


def test_ctrl_c_ends_a_query_and_the_engine_goes_on() -> None:
    ran = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, timeout=60, check=False)
    assert ran.stdout == "interrupted [{'one': 1}]\n", ran.stderr
