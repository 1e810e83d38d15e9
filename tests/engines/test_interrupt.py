"""A query that is interrupted ends as Ctrl-C ends everything else, and the engine goes on."""

import threading
from pathlib import Path

import pytest
from sqlglot import parse_one

from jupyter_features.engines.duckdb.engine import DuckDBEngine

ENDLESS = "SELECT SUM(a.range * b.range) FROM range(3000000) AS a, range(3000000) AS b"


def test_an_interrupted_query_is_a_keyboard_interrupt_and_the_engine_goes_on() -> None:
    engine = DuckDBEngine(Path())
    is_over = threading.Event()

    def interrupt() -> None:
        # Again and again, because an interrupt before the query runs is lost.
        while not is_over.wait(0.05):
            engine._connection.interrupt()

    presser = threading.Thread(target=interrupt)
    presser.start()
    try:
        with pytest.raises(KeyboardInterrupt):
            engine.run(parse_one(ENDLESS, read="duckdb"))
    finally:
        is_over.set()
        presser.join()
    assert engine.run(parse_one("SELECT 1 AS one", read="duckdb")).to_pylist() == [{"one": 1}]
    engine.close()
