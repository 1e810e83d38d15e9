"""Feast's side of feast_comparison.py; runs in Feast's own environment: `feast_side.py file|duckdb FOLDER ANSWER`."""

from __future__ import annotations

import resource
import sys
import time
from datetime import timedelta
from pathlib import Path

import pandas as pd
from feast import Entity, FeatureStore, FeatureView, Field, FileSource, RepoConfig
from feast.types import Float64
from feast.value_type import ValueType

COLUMNS = [f"value_{number}" for number in range(10)]
RUNS = 3


def main(store_type: str, folder: str, answer: str) -> None:
    """Print seconds, MB, rows and NULLs of the first feature."""
    base = Path(folder)
    config = RepoConfig(
        project="benchmark",
        provider="local",
        registry=str(base / f"{store_type}.db"),
        offline_store={"type": store_type},
        online_store={"type": "sqlite", "path": str(base / f"{store_type}_online.db")},
        entity_key_serialization_version=3,
    )
    thing = Entity(name="thing", join_keys=["key_id"], value_type=ValueType.INT64)
    source = FileSource(name="log", path=str(base / "log.parquet"), timestamp_field="happened_at")
    view = FeatureView(
        name="newest",
        entities=[thing],
        ttl=timedelta(days=3650),
        schema=[Field(name=name, dtype=Float64) for name in COLUMNS],
        source=source,
    )
    store = FeatureStore(config=config)
    store.apply([thing, view])
    asked = pd.read_parquet(base / "entity_rows.parquet").rename(columns={"as_of": "event_timestamp"})
    times = []
    for _ in range(RUNS):
        start = time.perf_counter()
        found = store.get_historical_features(entity_df=asked, features=[f"newest:{name}" for name in COLUMNS]).to_df()
        times.append(time.perf_counter() - start)
    found[COLUMNS].to_parquet(answer)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(min(times), memory, len(found), int(found[COLUMNS[0]].isna().sum()))


if __name__ == "__main__":
    main(*sys.argv[1:])
