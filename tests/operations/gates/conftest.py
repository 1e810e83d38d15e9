"""A small shop whose rows stand on every boundary, and its views, whole and broken."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import pyarrow as pa
import pytest

from jupyter_features.definitions.entity import Entity, JoinKey
from jupyter_features.definitions.feature_view import CompiledView, Feature, FeatureView
from jupyter_features.definitions.source import Source
from jupyter_features.definitions.source_reference import as_source_references
from jupyter_features.engines.duckdb.engine import DuckDBEngine
from jupyter_features.operations.define import define

CUSTOMER = Entity(name="customer", join_keys=(JoinKey("customer_id", "BIGINT"),))
START = datetime(2024, 3, 1)
HOUR = timedelta(hours=1)
TOTALS = "SELECT customer_id, COUNT(*) AS n, SUM(amount) AS spend, MAX(cds) AS most FROM purchases GROUP BY customer_id"
SEGMENT = "SELECT customer_id, segment FROM segments"


def _purchases() -> list[tuple[object, ...]]:
    """Twelve customers buy every few hours; some purchases tie, some arrive late or never, one never happened."""
    chance = random.Random(7)
    rows: list[tuple[object, ...]] = []
    for customer in range(1, 13):
        for number in range(10):
            happened = START + HOUR * (9 * number + customer % 3)
            arrived = happened + HOUR * chance.choice([0, 1, 30])
            amount = chance.choice([0.1, 0.2, 0.3, 1e10, -1e10])
            rows.append((customer, happened, arrived, 1 + chance.randrange(5), amount, chance.choice("abc")))
        # Two purchases of one instant.
        rows.append((customer, START + HOUR * 45, START + HOUR * 45, 5, 40.0, "d"))
        rows.append((customer, START + HOUR * 45, START + HOUR * 45, 4, 50.0, "e"))
        rows.append((customer, START + HOUR * 20, None, 5, 70.0, "never arrived"))
        rows.append((customer, None, START, 5, 80.0, "never happened"))
    return rows


PURCHASES = pa.Table.from_pylist(
    [dict(zip(("customer_id", "happened", "arrived", "cds", "amount", "channel"), row, strict=True)) for row in _purchases()],
    schema=pa.schema(
        [
            ("customer_id", pa.int64()),
            ("happened", pa.timestamp("us")),
            ("arrived", pa.timestamp("us")),
            ("cds", pa.int32()),
            ("amount", pa.float64()),
            ("channel", pa.string()),
        ]
    ),
)
SEGMENTS = pa.table(
    {
        "customer_id": pa.array([customer for customer in range(1, 13) for _ in range(4)], pa.int64()),
        "since": pa.array([START + HOUR * 24 * number for _ in range(12) for number in range(4)], pa.timestamp("us")),
        "segment": pa.array([f"s{(customer + number) % 4}" for customer in range(12) for number in range(4)]),
    }
)
HOMES = pa.table({"customer_id": pa.array([1, 2, 2], pa.int64()), "city": ["Rome", "Oslo", "Bonn"]})

Compile = Callable[..., CompiledView]


@pytest.fixture
def engine() -> Iterator[DuckDBEngine]:
    engine = DuckDBEngine(Path())
    yield engine
    engine.close()


@pytest.fixture
def sources(engine: DuckDBEngine) -> dict[str, Source]:
    """`purchases` (events that arrive later), `segments` (state), and `homes` (static, with one customer twice)."""
    common = {"format": "dataframe", "location": "", "entity": "customer", "key": (("customer_id", "customer_id"),)}
    columns = {
        name: engine.table_columns(name, rows, ()) for name, rows in (("purchases", PURCHASES), ("segments", SEGMENTS), ("homes", HOMES))
    }
    return {
        "purchases": Source(
            name="purchases", kind="events", event_timestamp="happened", arrival="arrived", columns=columns["purchases"], **common
        ),
        "segments": Source(name="segments", kind="state", event_timestamp="since", columns=columns["segments"], **common),
        "homes": Source(name="homes", kind="static", columns=columns["homes"], **common),
    }


@pytest.fixture
def compile_view(engine: DuckDBEngine, sources: dict[str, Source]) -> Compile:
    """Compiles SQL over references such as `purchases:30h`; `instead` then takes the place of the compiled query."""

    def compile_one(sql: str, *references: str, instead: str = "", **features: str) -> CompiledView:
        definition = FeatureView(name="v", entity="customer", sql=sql, sources=as_source_references(list(references)))
        known = {reference.alias: sources[reference.source] for reference in definition.sources}
        view = define(definition, entity=CUSTOMER, sources=known, engine=engine)
        if not instead:
            return view
        outputs = tuple(Feature(name=name, dtype=dtype) for name, dtype in features.items())
        return msgspec.structs.replace(view, normal_sql=instead, features=outputs, fingerprint="broken")

    return compile_one


@pytest.fixture
def patch_visibility(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Lets the compiler bound rows by another function, in all plans or in one."""

    def patch(change: Callable[..., object], plans: str = "jupyter_features.compiler.") -> None:
        for name, module in list(sys.modules.items()):
            if name.startswith(plans) and name != "jupyter_features.compiler.visibility" and hasattr(module, "visible"):
                monkeypatch.setattr(module, "visible", change)

    return patch
