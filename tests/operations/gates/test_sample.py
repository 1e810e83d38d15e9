from datetime import datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from jupyter_features.definitions.source import Source
from jupyter_features.engines.duckdb.engine import DuckDBEngine
from jupyter_features.operations.check import check
from jupyter_features.operations.gates import sample
from jupyter_features.operations.gates.sample import draw_sample

from .conftest import START, TOTALS, Compile

WINDOW = timedelta(hours=30)


def test_instants_stand_on_events_arrivals_and_both_sides_of_the_boundary(compile_view: Compile, engine: DuckDBEngine) -> None:
    drawn = draw_sample(compile_view(TOTALS, "purchases:30h"), engine)
    rows = drawn.rows["purchases"]
    happened, arrived = (set(rows.column(name).to_pylist()) - {None} for name in ("happened", "arrived"))
    instants = set(drawn.instants)
    tick = timedelta(microseconds=1)
    assert len(instants & happened) >= 2
    assert instants & arrived
    assert max(happened) + tick in instants
    assert any(event + WINDOW in instants and event + WINDOW + tick in instants for event in happened)


def test_the_same_data_gives_the_same_sample(compile_view: Compile, engine: DuckDBEngine) -> None:
    view = compile_view(TOTALS, "purchases:30h")
    assert draw_sample(view, engine) == draw_sample(view, engine)


def test_every_row_of_the_sampled_entities_is_there_or_the_sample_says_that_it_is_not(
    compile_view: Compile, engine: DuckDBEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = compile_view(TOTALS, "purchases:30h")
    whole = draw_sample(view, engine)
    assert whole.is_whole
    assert whole.rows["purchases"].num_rows == 12 * 14
    monkeypatch.setattr(sample, "_MOST_ROWS", 50)
    part = draw_sample(view, engine)
    assert not part.is_whole
    assert part.rows["purchases"].num_rows == 50
    assert check(view, engine).is_passed


def test_an_engine_of_another_zone_reads_the_same_instants(tmp_path: Path) -> None:
    aware = pa.table({"at": pa.array([START], pa.timestamp("us", "Asia/Tokyo")), "on": pa.array([START.date()]), "customer_id": [1]})
    with_zone = DuckDBEngine(tmp_path, zone="America/New_York", threads=2)
    try:
        columns = with_zone.table_columns("events", aware, ("at", "on"))
        source = Source(
            name="events",
            kind="events",
            event_timestamp="at",
            arrival="on",
            columns=columns,
            format="dataframe",
            location="",
            entity="customer",
            key=(("customer_id", "customer_id"),),
        )
        rows = with_zone._connection.sql(f"SELECT * FROM {with_zone.relation(source)}").to_arrow_table()
        settings = with_zone._connection.sql("SELECT current_setting('TimeZone'), current_setting('threads')").fetchall()
    finally:
        with_zone.close()
    assert rows.select(["at", "on"]).to_pylist() == [{"at": START, "on": datetime(START.year, START.month, START.day)}]
    assert settings == [("America/New_York", 2)]
