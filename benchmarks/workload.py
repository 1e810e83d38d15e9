"""Seeded rows for benchmarks, and the two ways to ask them: our training set, and SQL by hand on the same file."""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

import jupyter_features as jf
from jupyter_features.definitions.feature_view import FeatureView
from jupyter_features.definitions.source_reference import as_source_references

RUNS = 9
HAND_SUM = {"plain sums by hand": "SUM(amount)", "ordered sums by hand": "SUM(amount ORDER BY amount)"}
_START = np.datetime64("2024-01-01", "us")
_DAY = 86_400_000_000


class Workload:
    """A year of rows on disk and entity rows in its last nine months.

    Parameters
    ----------
    folder
        Where to keep the rows; what another process has made there is used as it is. None means a folder that is deleted.
    """

    def __init__(self, *, events: int, keys: int, rows: int, columns: Sequence[str] = (), folder: Path | None = None) -> None:
        self._folder = tempfile.TemporaryDirectory() if folder is None else None
        self.folder = Path(self._folder.name) if self._folder else folder
        self._path = self.folder / "log.parquet"
        if not self._path.exists():
            self._make(events, keys, rows, columns)
        self.entity_rows = pd.read_parquet(self.folder / "entity_rows.parquet")
        self._store = jf.connect(start=self.folder)
        self._store.entity("thing", key_id="BIGINT")
        self._hand = duckdb.connect()
        self._hand.execute("SET TimeZone = 'UTC'")
        self._hand.sql(f"SELECT * FROM read_parquet('{self._path}')").create_view("log")
        naive = self.entity_rows.assign(as_of=self.entity_rows["as_of"].dt.tz_localize(None), row=np.arange(rows))
        self._hand.register("entity_rows", pa.Table.from_pandas(naive, preserve_index=False))

    def _make(self, events: int, keys: int, rows: int, columns: Sequence[str]) -> None:
        random = np.random.default_rng(0)
        log = {
            "key_id": random.integers(0, keys, events),
            "happened_at": _START + random.integers(0, 365 * _DAY, events).astype("timedelta64[us]"),
            "amount": random.integers(0, 10_000, events) / 100,
            "items": random.integers(0, 10, events).astype("int32"),
        }
        log |= {name: random.random(events) for name in columns}
        pq.write_table(pa.table(log), self._path)
        as_of = _START + 90 * np.timedelta64(1, "D") + random.integers(0, 270 * _DAY, rows).astype("timedelta64[us]")
        asked = pd.DataFrame({"key_id": random.integers(0, keys, rows), "as_of": pd.DatetimeIndex(as_of).tz_localize("UTC")})
        asked.to_parquet(self.folder / "entity_rows.parquet")

    def __enter__(self) -> Workload:
        return self

    def __exit__(self, *_: object) -> None:
        self._store.close()
        self._hand.close()
        if self._folder:
            self._folder.cleanup()

    def define(self, name: str, sql: str, *, kind: Any, lookback: str | None, as_of: datetime | None = None) -> None:
        """Declare the log as a source of this kind, and a view over it."""
        self._store.source("log", "log.parquet", entity="thing", kind=kind, event_timestamp="happened_at")
        self._store.define(name, sql=sql, entity="thing", sources={"log": lookback}, as_of=as_of)

    def look(self, name: str, sql: str, *, as_of: datetime) -> object:
        """Define a view over the log and compute it, as a feature cell does."""
        return self._store.define(name, sql=sql, entity="thing", sources={"log": "90d"}, as_of=as_of)

    def compile(self, sql: str, *, lookback: str) -> object:
        """Compile a definition that was not compiled before."""
        definition = FeatureView(name="compiled", entity="thing", sql=sql, sources=as_source_references({"log": lookback}))
        return self._store._compiler.compile(definition)

    def training_set(self, name: str) -> pa.Table:
        """Compute the view for the entity rows."""
        return self._store.training_set(self.entity_rows, [f"{name}@draft"]).to_arrow()

    def by_hand(self, query: str) -> pa.Table:
        """Run SQL over `log` and `entity_rows` (with `row`, their position)."""
        return self._hand.sql(query).to_arrow_table()


@dataclass(frozen=True)
class Timed:
    """The seconds that one side took in each turn, and its last answer."""

    seconds: list[float]
    answer: pa.Table


def in_turns(*runs: Callable[[], pa.Table]) -> list[Timed]:
    """Time nine runs of each side, the first of which is cold for all; in turns, so that a busy moment falls on all alike."""
    times: list[list[float]] = [[] for _ in runs]
    answers: list[pa.Table] = [None for _ in runs]
    for _ in range(RUNS):
        for index, run in enumerate(runs):
            start = time.perf_counter()
            answers[index] = run()
            times[index].append(time.perf_counter() - start)
    return [Timed(*each) for each in zip(times, answers, strict=True)]


def compare(label: str, ours: Timed, hand: Timed, names: Sequence[str]) -> None:
    """Print both median times and the median of the ratios turn by turn, and whether the answers agree to nine digits."""
    wanted = hand.answer.to_pandas().set_index("row")[list(names)].astype("float64").reindex(range(ours.answer.num_rows))
    got = ours.answer.select(list(names)).to_pandas().astype("float64")
    agree = np.allclose(got, wanted, rtol=1e-9, equal_nan=True)
    ratios = [own / other for own, other in zip(ours.seconds, hand.seconds, strict=True)]
    mine, others = statistics.median(ours.seconds), statistics.median(hand.seconds)
    agreement = "agree" if agree else "DIFFER"
    print(f"  ours {mine:.3f} s, {label} {others:.3f} s, ratio {statistics.median(ratios):.2f}, answers {agreement}")


def peak_memory() -> int:
    """Tell the most memory that this process has held so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def in_own_process(script: str, *arguments: object) -> tuple[float, int]:
    """Run one side of a benchmark by itself, so that its peak of memory is its own.

    The script prints seconds and MB, and writes its answer to the last argument, a Parquet file.
    """
    done = subprocess.run([sys.executable, script, *map(str, arguments)], check=True, capture_output=True, text=True)
    seconds, memory = done.stdout.split()
    return float(seconds), int(memory)
