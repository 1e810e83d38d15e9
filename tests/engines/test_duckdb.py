from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sqlglot import exp

from jupyter_features.definitions.source import Column, Source
from jupyter_features.engines.duckdb.engine import DuckDBEngine
from jupyter_features.errors import InvalidArgumentError, SourceDataError


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[DuckDBEngine]:
    engine = DuckDBEngine(tmp_path)
    yield engine
    engine.close()


def declare(engine: DuckDBEngine, location: str) -> Source:
    format_, columns = engine.columns("log", location, ("at",))
    key = (("id", "id"),)
    return Source(
        name="log", location=location, format=format_, entity="thing", kind="events", columns=columns, key=key, event_timestamp="at"
    )


def rows(engine: DuckDBEngine, source: Source) -> list[dict[str, object]]:
    return engine.run(exp.select("*").from_(engine.relation(source))).to_pylist()


INSTANTS = {
    "nanoseconds are rounded down": (pa.array([1_999_999_999_999], pa.timestamp("ns")), datetime(1970, 1, 1, 0, 33, 19, 999999)),
    "nanoseconds before 1970 are rounded down": (pa.array([-1], pa.timestamp("ns")), datetime(1969, 12, 31, 23, 59, 59, 999999)),
    "milliseconds": (pa.array([1500], pa.timestamp("ms")), datetime(1970, 1, 1, 0, 0, 1, 500000)),
    "seconds": (pa.array([60], pa.timestamp("s")), datetime(1970, 1, 1, 0, 1)),
    "dates are midnight": (pa.array([1], pa.date32()), datetime(1970, 1, 2)),
    "nanoseconds of a zone are rounded down in UTC": (
        pa.array([1999], pa.timestamp("ns", "Asia/Kolkata")),
        datetime(1970, 1, 1, 0, 0, 0, 1),
    ),
    "zones are converted to UTC": (pa.array([0], pa.timestamp("us", "America/New_York")), datetime(1970, 1, 1)),
}


@pytest.mark.parametrize(("column", "expected"), INSTANTS.values(), ids=INSTANTS.keys())
def test_every_time_is_utc_in_microseconds(engine: DuckDBEngine, tmp_path: Path, column: pa.Array, expected: datetime) -> None:
    pq.write_table(pa.table({"id": pa.array([1]), "at": column}), tmp_path / "log.parquet")
    source = declare(engine, "log.parquet")
    assert source.column("at").dtype == "TIMESTAMP"
    assert rows(engine, source) == [{"id": 1, "at": expected}]


def test_data_frames_mean_what_their_files_mean(engine: DuckDBEngine) -> None:
    frame = pd.DataFrame(
        {"id": [1], "at": pd.to_datetime(["1998-01-01 12:00"]).tz_localize("Europe/Berlin"), "kind": pd.Categorical(["a"])}
    )
    columns = engine.frame_columns("log", frame, ("at",))
    assert columns == (Column("id", "BIGINT"), Column("at", "TIMESTAMP"), Column("kind", "VARCHAR"))
    key = (("id", "id"),)
    source = Source(
        name="log", location="", format="dataframe", entity="thing", kind="events", columns=columns, key=key, event_timestamp="at"
    )
    assert rows(engine, source) == [{"id": 1, "at": datetime(1998, 1, 1, 11), "kind": "a"}]


def test_a_glob_reads_all_its_files(engine: DuckDBEngine, tmp_path: Path) -> None:
    for day in (1, 2):
        (tmp_path / f"log_{day}.csv").write_text(f"id,at\n{day},1998-01-0{day}\n")
    assert [row["id"] for row in sorted(rows(engine, declare(engine, "log_*.csv")), key=str)] == [1, 2]


def test_a_csv_keeps_its_declared_types_when_new_rows_look_otherwise(engine: DuckDBEngine, tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text("id,at,code\n1,1998-01-01,x7\n")
    source = declare(engine, "log.csv")
    (tmp_path / "log.csv").write_text("id,at,code\n1,1998-01-01,007\n")
    assert rows(engine, source) == [{"id": 1, "at": datetime(1998, 1, 1), "code": "007"}]


def test_a_vanished_file_is_named(engine: DuckDBEngine, tmp_path: Path) -> None:
    pq.write_table(pa.table({"id": [1], "at": pa.array([0], pa.timestamp("us"))}), tmp_path / "log.parquet")
    source = declare(engine, "log.parquet")
    (tmp_path / "log.parquet").unlink()
    with pytest.raises(SourceDataError, match=r"Source 'log': there is no file 'log.parquet'"):
        engine.relation(source)


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        (pa.table({"id": [1], "other": [1]}), "lost its column 'at'"),
        (pa.table({"id": ["1"], "at": pa.array([0], pa.timestamp("us"))}), "Column 'id' of source 'log' was BIGINT and is VARCHAR now"),
    ],
)
def test_a_changed_schema_is_refused(engine: DuckDBEngine, tmp_path: Path, table: pa.Table, sentence: str) -> None:
    pq.write_table(pa.table({"id": [1], "at": pa.array([0], pa.timestamp("us"))}), tmp_path / "log.parquet")
    source = declare(engine, "log.parquet")
    pq.write_table(table, tmp_path / "log.parquet")
    with pytest.raises(SourceDataError, match=sentence):
        engine.relation(source)


def test_a_damaged_file_is_refused_by_name(engine: DuckDBEngine, tmp_path: Path) -> None:
    (tmp_path / "log.parquet").write_bytes(b"no parquet at all")
    with pytest.raises(SourceDataError, match="Source 'log' cannot be read"):
        engine.columns("log", "log.parquet", ())


def test_an_unknown_format_is_refused(engine: DuckDBEngine) -> None:
    with pytest.raises(InvalidArgumentError, match="neither Parquet nor CSV"):
        engine.columns("log", "log.xlsx", ())


def test_a_sum_of_floats_does_not_depend_on_the_order_of_rows(engine: DuckDBEngine) -> None:
    values = np.random.default_rng(0).normal(size=2000) * 10.0 ** np.random.default_rng(1).integers(-8, 8, 2000)
    query = exp.select("SUM(x ORDER BY x) AS s").from_("numbers")
    sums = {
        engine.run(query, tables={"numbers": pa.table({"x": np.random.default_rng(seed).permutation(values)})}).column("s")[0].as_py()
        for seed in range(5)
    }
    assert len(sums) == 1
