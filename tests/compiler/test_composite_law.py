"""The law with two join keys, and with instants of any unit and zone: an oracle that reads the rules aloud, in plain Python."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jupyter_features.definitions.entity import Entity, JoinKey
from jupyter_features.definitions.feature_view import CompiledView, FeatureView
from jupyter_features.definitions.source import Source
from jupyter_features.definitions.source_reference import as_source_references
from jupyter_features.engines.duckdb.engine import DuckDBEngine
from jupyter_features.online.sqlite import SqliteOnlineStore
from jupyter_features.operations.define import define
from jupyter_features.operations.entity_dataframe import read_instants
from jupyter_features.operations.feature_rows import feature_rows
from jupyter_features.operations.materialize import materialize
from jupyter_features.operations.read_online import read_online
from jupyter_features.operations.resolve import ResolvedView

# The clocks of Chile and India are hours and half hours away, and one of them changes in this week.
START = datetime(1998, 10, 9)
ZONES = (None, "UTC", "America/Santiago", "Asia/Kolkata")
UNITS = ("s", "ms", "us", "ns")
SQL = """
SELECT v.land AS country, v.shop AS shop_id, COUNT(*) AS visits, SUM(v.amount) AS spend, MAX(p.price) AS price,
       COUNT(*) FILTER (WHERE v.at >= as_of() - INTERVAL 1 DAY) AS today
FROM visits v LEFT JOIN prices p ON p.country = v.land AND p.shop_id = v.shop
GROUP BY v.land, v.shop
"""
VISITS = pa.schema([("land", pa.string()), ("shop", pa.int32()), ("at", pa.timestamp("us")), ("amount", pa.int64())])
PRICES = pa.schema([("country", pa.string()), ("shop_id", pa.int64()), ("since", pa.timestamp("us")), ("price", pa.int64())])

instants = st.integers(0, 12).map(lambda step: START + timedelta(hours=6 * step))
lands = st.one_of(st.none(), st.sampled_from(["CL", "IN"]))
shops = st.one_of(st.none(), st.integers(1, 2))
visits = st.lists(st.tuples(lands, shops, instants, st.integers(0, 5)), max_size=12)
prices = st.lists(st.tuples(lands, shops, instants, st.integers(0, 5)), max_size=6)
questions = st.lists(st.tuples(lands, shops, st.one_of(st.none(), instants)), min_size=1, max_size=6)


def oracle(seen: list[tuple], held: list[tuple], land: str | None, shop: int | None, as_of: datetime | None) -> dict | None:
    if land is None or shop is None or as_of is None:
        return None
    own = [row for row in seen if row[:2] == (land, shop) and as_of - timedelta(days=2) <= row[2] < as_of]
    if not own:
        return None
    states = [(row[2], row[3]) for row in held if row[:2] == (land, shop) and row[2] <= as_of]
    return {
        "visits": len(own),
        "spend": sum(row[3] for row in own),
        "price": max(states)[1] if states else None,
        "today": sum(row[2] >= as_of - timedelta(days=1) for row in own),
    }


@pytest.fixture(scope="module")
def engine() -> Iterator[DuckDBEngine]:
    engine = DuckDBEngine(Path())
    yield engine
    engine.close()


@cache
def _compiled(engine: DuckDBEngine) -> CompiledView:
    common = {"format": "dataframe", "location": "", "entity": "shop"}
    sources = {
        "visits": Source(
            name="visits",
            kind="events",
            event_timestamp="at",
            key=(("country", "land"), ("shop_id", "shop")),
            columns=engine.table_columns("visits", VISITS.empty_table(), ()),
            **common,
        ),
        "prices": Source(
            name="prices",
            kind="state",
            event_timestamp="since",
            key=(("country", "country"), ("shop_id", "shop_id")),
            columns=engine.table_columns("prices", PRICES.empty_table(), ()),
            **common,
        ),
    }
    entity = Entity(name="shop", join_keys=(JoinKey("country", "VARCHAR"), JoinKey("shop_id", "BIGINT")))
    definition = FeatureView(name="v", entity="shop", sql=SQL, sources=as_source_references({"visits": "2d", "prices": None}))
    return define(definition, entity=entity, sources=sources, engine=engine)


def _view(engine: DuckDBEngine, seen: list[tuple], held: list[tuple]) -> CompiledView:
    view = _compiled(engine)
    for name, rows, schema in (("visits", seen, VISITS), ("prices", held, PRICES)):
        columns = [pa.array([row[index] for row in rows], field.type) for index, field in enumerate(schema)]
        engine.table_columns(name, pa.Table.from_arrays(columns, schema=schema), ())
    return view


@settings(max_examples=80, deadline=None)
@given(seen=visits, held=prices, asked=questions, zone=st.sampled_from(ZONES), unit=st.sampled_from(UNITS))
def test_a_training_row_is_what_the_rules_say_in_any_zone_and_unit(
    engine: DuckDBEngine, seen: list, held: list, asked: list, zone: str | None, unit: str
) -> None:
    view = _view(engine, seen, held)
    as_of = [at if zone is None or at is None else at.replace(tzinfo=ZoneInfo("UTC")).astimezone(ZoneInfo(zone)) for _, _, at in asked]
    keys = {"nation": [land for land, _, _ in asked], "shop_id": pa.array([shop for _, shop, _ in asked], pa.int32())}
    rows = pa.table(keys | {"t": pa.array(as_of, pa.timestamp(unit, zone))})
    names = tuple((name, name) for name in view.feature_names)
    found = feature_rows(ResolvedView(view, None, {"country": "nation"}, names), rows, read_instants(rows, "t").values, engine)
    absent = dict.fromkeys(view.feature_names)
    assert found.features.to_pylist() == [oracle(seen, held, *question) or absent for question in asked]
    assert found.is_nobodys.to_pylist() == [None in question for question in asked]


@settings(max_examples=40, deadline=None)
@given(seen=visits, held=prices, as_of=instants)
def test_what_is_served_is_what_the_rules_say(engine: DuckDBEngine, seen: list, held: list, as_of: datetime) -> None:
    view = _view(engine, seen, held)
    names = tuple((name, name) for name in view.feature_names)
    asked = [(land, shop) for land in ("CL", "IN", "FR") for shop in (1, 2)]
    online = SqliteOnlineStore(None)
    try:
        materialize(view, 1, as_of=as_of, engine=engine, online=online)
        requests = [{"country": land, "shop_id": shop} for land, shop in asked]
        served = read_online([ResolvedView(view, 1, {}, names)], requests, online=online, engine=engine, now=as_of).to_dicts()
    finally:
        online.close()
    absent = dict.fromkeys(view.feature_names)
    assert [{name: row[name] for name in view.feature_names} for row in served] == [
        oracle(seen, held, land, shop, as_of) or absent for land, shop in asked
    ]


AT = [datetime(1998, 10, 10), datetime(1998, 10, 11), None]
CLOCKS = [
    *(pa.array(AT, pa.timestamp(unit)) for unit in UNITS),
    *(pa.array(AT, pa.timestamp(unit, "UTC")) for unit in UNITS),
    pa.array([at and at.replace(tzinfo=ZoneInfo("UTC")) for at in AT], pa.timestamp("us", "Asia/Kolkata")),
    pa.array([at and date(at.year, at.month, at.day) for at in AT], pa.date32()),
]


@pytest.mark.parametrize("clock", CLOCKS, ids=lambda clock: str(clock.type))
def test_sources_of_every_unit_and_zone_mean_the_same(engine: DuckDBEngine, tmp_path: Path, clock: pa.Array) -> None:
    shop = pa.array([1, 1, 1], pa.int32())
    pq.write_table(pa.table({"land": ["CL"] * 3, "shop": shop, "at": clock, "amount": [1, 2, 4]}), tmp_path / "v.parquet")
    columns = engine.columns("visits", str(tmp_path / "v.parquet"), ("at",))[1]
    _, prices = _compiled(engine).sources
    source = Source(
        name="visits",
        kind="events",
        event_timestamp="at",
        key=(("country", "land"), ("shop_id", "shop")),
        columns=columns,
        location=str(tmp_path / "v.parquet"),
        format="parquet",
        entity="shop",
    )
    engine.table_columns("prices", PRICES.empty_table(), ())
    definition = _compiled(engine).definition
    view = define(definition, entity=_compiled(engine).entity, sources={"visits": source, "prices": prices}, engine=engine)
    asked = [datetime(1998, 10, 10), datetime(1998, 10, 10, 0, 0, 0, 1), datetime(1998, 10, 12, 0, 0, 0, 1)]
    rows = pa.table({"country": ["CL"] * 3, "shop_id": [1] * 3})
    found = feature_rows(ResolvedView(view, None, {}, ()), rows, pa.array(asked, pa.timestamp("us")), engine).features
    assert found.column("spend").to_pylist() == [None, 1, 2]
