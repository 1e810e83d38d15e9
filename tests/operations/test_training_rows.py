"""The row contract as a property, over chunks of any size: several views, composite and renamed keys, twins, zones, 1 to 200 features."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jupyter_features.clock import fixed_clock
from jupyter_features.compiler.knowledge import RESPECT
from jupyter_features.definitions.entity import Entity, JoinKey
from jupyter_features.definitions.feature_view import CompiledView, FeatureView
from jupyter_features.definitions.source import Source
from jupyter_features.definitions.source_reference import as_source_references
from jupyter_features.engines.duckdb.engine import DuckDBEngine
from jupyter_features.errors import FeatureWarning, SourceDataError
from jupyter_features.feature_store import FeatureStore
from jupyter_features.operations.define import define
from jupyter_features.operations.held_frame import ArrowFrame, PandasFrame
from jupyter_features.operations.resolve import ResolvedView
from jupyter_features.operations.training_rows import TrainingRows
from jupyter_features.operations.training_set import TrainingSet, training_set

START = datetime(1998, 1, 1)
WIDTH = 200
SALES = pa.schema([("customer", pa.int64()), ("sold_at", pa.timestamp("us")), ("amount", pa.int64())])
OPENINGS = pa.schema([("land", pa.string()), ("shop", pa.int64()), ("since", pa.timestamp("us")), ("size", pa.int64())])
CUSTOMER = Entity(name="customer", join_keys=(JoinKey("customer", "BIGINT"),))
SHOP = Entity(name="shop", join_keys=(JoinKey("country", "VARCHAR"), JoinKey("shop_id", "BIGINT")))

instants = st.integers(0, 8).map(lambda step: START + timedelta(minutes=30 * step))
customers, countries, shops = st.integers(1, 3), st.sampled_from(["DE", "FR"]), st.integers(1, 2)
sales = st.lists(st.tuples(customers, instants, st.integers(0, WIDTH - 1)), max_size=12)
openings = st.lists(st.tuples(countries, shops, instants, st.integers(1, 5)), max_size=8)
spine = st.lists(
    st.tuples(st.one_of(st.none(), customers), customers, st.one_of(st.none(), countries), shops, st.one_of(st.none(), instants)),
    max_size=8,
).flatmap(lambda rows: st.permutations(rows + rows[:2]))


@pytest.fixture(scope="module")
def engine() -> Iterator[DuckDBEngine]:
    engine = DuckDBEngine(Path())
    yield engine
    engine.close()


def _table(rows: list[tuple], schema: pa.Schema) -> pa.Table:
    return pa.Table.from_arrays([pa.array([row[index] for row in rows], field.type) for index, field in enumerate(schema)], schema=schema)


@cache
def compiled(engine: DuckDBEngine, name: str) -> CompiledView:
    common = {"format": "dataframe", "location": ""}
    if name == "opening":
        columns = engine.table_columns("openings", _table([], OPENINGS), ())
        key = (("country", "land"), ("shop_id", "shop"))
        source = Source(name="openings", kind="state", event_timestamp="since", entity="shop", key=key, columns=columns, **common)
        sql, entity = "SELECT land AS country, shop AS shop_id, size, size * 2 AS twice FROM openings", SHOP
    else:
        columns = engine.table_columns("sales", _table([], SALES), ())
        key = (("customer", "customer"),)
        source = Source(name="sales", kind="events", event_timestamp="sold_at", entity="customer", key=key, columns=columns, **common)
        wide = ", ".join(f"COUNT(*) FILTER (WHERE amount = {index}) AS f{index}" for index in range(WIDTH))
        outputs = wide if name == "wide" else "COUNT(*) AS n, MAX(sold_at) AS last"
        sql, entity = f"SELECT customer, {outputs} FROM sales GROUP BY customer", CUSTOMER
    defaults = (("n", 0),) if name == "narrow" else ()
    definition = FeatureView(name=name, entity=entity.name, sql=sql, sources=as_source_references([source.name]), defaults=defaults)
    return define(definition, entity=entity, sources={source.name: source}, engine=engine)


def requested(engine: DuckDBEngine, width: int) -> list[ResolvedView]:
    narrow, wide, opening = (compiled(engine, name) for name in ("narrow", "wide", "opening"))
    return [
        ResolvedView(narrow, 1, {"customer": "buyer"}, (("n", "buyer_n"), ("last", "buyer_last"))),
        ResolvedView(narrow, 1, {"customer": "payer"}, (("n", "payer_n"),)),
        ResolvedView(wide, 1, {"customer": "payer"}, tuple((f"f{index}", f"f{index}") for index in range(width))),
        ResolvedView(opening, 1, {}, (("size", "size"), ("twice", "twice"))),
    ]


def expected_row(row: tuple, sold: list[tuple], opened: list[tuple], width: int, zone: str | None) -> list[object]:
    """Read the rules aloud: events strictly before, the newest state not after, defaults for nobody's history only."""
    buyer, payer, country, shop, as_of = row
    if as_of is None:
        return [None] * (5 + width)
    bought = [at for customer, at, _ in sold if customer == buyer and at < as_of]
    paid = [amount for customer, at, amount in sold if customer == payer and at < as_of]
    sizes = [(since, size) for *key, since, size in opened if key == [country, shop] and since <= as_of]
    last = max(bought, default=None)
    size = max(sizes)[1] if sizes else None
    shown = last if last is None or zone is None else last.replace(tzinfo=UTC)
    counts: list[object] = [paid.count(index) if paid else None for index in range(width)]
    return [None if buyer is None else len(bought), shown, len(paid), *counts, size, size and size * 2]


def computed(engine: DuckDBEngine, frame: pd.DataFrame | pa.Table, width: int, chunk_rows: int, **options: object) -> TrainingSet:
    rows = PandasFrame(frame) if isinstance(frame, pd.DataFrame) else ArrowFrame(frame)
    return training_set(
        rows,
        requested(engine, width),
        timestamp="as_of",
        engine=engine,
        options={},
        on_naive=lambda: None,
        clock=fixed_clock(START),
        knowledge=RESPECT,
        chunk_rows=chunk_rows,
        **options,  # type: ignore[arg-type]
    )


def spine_table(rows: list[tuple], zone: str | None) -> pa.Table:
    names = ["buyer", "payer", "country", "shop_id"]
    kinds = [pa.int64(), pa.int64(), pa.string(), pa.int64()]
    columns = {name: pa.array([row[index] for row in rows], kind) for index, (name, kind) in enumerate(zip(names, kinds, strict=True))}
    # The naive instants of the test are UTC; as an aware column they stand in the caller's zone.
    return pa.table({**columns, "as_of": pa.array([row[4] for row in rows], pa.timestamp("us")).cast(pa.timestamp("us", zone))})


@pytest.mark.filterwarnings("ignore::jupyter_features.FeatureWarning")
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    sold=sales,
    opened=openings,
    rows=spine,
    width=st.sampled_from([1, 2, 60, WIDTH]),
    chunk_rows=st.sampled_from([2, 3, 100]),
    zone=st.sampled_from([None, "UTC", "America/New_York", "+05:30"]),
    is_pandas=st.booleans(),
)
def test_every_row_gets_its_own_answer_of_every_view(
    engine: DuckDBEngine, sold: list, opened: list, rows: list, width: int, chunk_rows: int, zone: str | None, is_pandas: bool
) -> None:
    requested(engine, width)
    engine.table_columns("sales", _table(sold, SALES), ())
    # One state per key and instant: which of two counts is not the matter here.
    opened = list({(land, shop, since): (land, shop, since, size) for land, shop, since, size in opened}.values())
    engine.table_columns("openings", _table(opened, OPENINGS), ())
    table = spine_table(rows, zone)
    # pandas keeps integers with gaps as floats, as people's frames do.
    result = computed(engine, table.to_pandas() if is_pandas and rows else table, width, chunk_rows)
    assert [list(row.values()) for row in result.features.to_pylist()] == [expected_row(row, sold, opened, width, zone) for row in rows]
    assert result.features.schema.field("buyer_last").type == pa.timestamp("us", zone)
    assert result.to_arrow().num_rows == result.manifest["rows"] == len(rows)
    assert result.manifest["content_sha256"] == computed(engine, table, width, 100).manifest["content_sha256"]


def test_rows_of_nobody_are_counted_once_over_all_chunks_and_views(engine: DuckDBEngine) -> None:
    requested(engine, 1)
    rows = [(None, 1, None, 1, START), (1, 1, "DE", 1, None), (1, 1, "DE", 1, START), (None, 2, "DE", 1, None)]
    with pytest.warns(FeatureWarning) as warned:
        computed(engine, spine_table(rows, "UTC"), 1, 1)
    assert [str(each.message) for each in warned] == ["3 of 4 rows have no join key or no timestamp; their features are NULL."]


def test_the_warning_points_at_the_line_that_asked(published: FeatureStore) -> None:
    rows = pd.DataFrame({"customer_id": [1], "as_of": pd.to_datetime([None], utc=True)})
    with pytest.warns(FeatureWarning, match="1 of 1 rows") as warned:
        published.training_set(rows, ["customer_spend"])
    assert warned[0].filename == __file__


def test_a_source_that_changes_on_the_way_is_refused(published: FeatureStore, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    original = TrainingRows._compute

    def compute_while_written(self: TrainingRows, inputs: pa.Table) -> pa.Table:
        features = original(self, inputs)
        source = project / "data" / "purchases.parquet"
        pd.concat([pd.read_parquet(source)] * 2).to_parquet(source, index=False)
        return features

    monkeypatch.setattr(TrainingRows, "_compute", compute_while_written)
    rows = pd.DataFrame({"customer_id": [1], "as_of": pd.to_datetime(["1998-02-01"], utc=True)})
    with pytest.raises(SourceDataError, match="'purchases' changed while its features were computed"):
        published.training_set(rows, ["customer_spend"])


_STREAM = """
import re, sys
from pathlib import Path
import numpy as np, pyarrow as pa, pyarrow.parquet as pq
import jupyter_features as jf
from jupyter_features.operations import training_set as module

# The peak that getrusage tells is that of the process before exec, too.
def peak():
    return int(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1])

project, count = Path(sys.argv[1]), int(sys.argv[2])
module.training_set.__kwdefaults__["chunk_rows"] = 50_000
schema = pa.schema([("customer_id", pa.int64()), ("as_of", pa.timestamp("us", "UTC")), ("note", pa.string())])
with pq.ParquetWriter(project / "rows.parquet", schema) as writer:
    for start in range(0, count, 50_000):
        keys = np.arange(start, start + 50_000) % 4
        times = np.datetime64("1998-02-01", "us") + keys.astype("timedelta64[h]")
        notes = [f"{index:0100d}" for index in range(start, start + 50_000)]
        writer.write_table(pa.table([pa.array(keys), pa.array(times, schema.field(1).type), pa.array(notes)], schema=schema))
with jf.connect(start=project) as store:
    before = peak()
    train = store.training_set("rows.parquet", ["customer_spend"], out=f"train_{count}")
    assert train.manifest["rows"] == count
    print(peak() - before)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells the peak of a process")
def test_from_file_to_file_memory_does_not_grow_with_the_rows(published: FeatureStore, project: Path) -> None:
    grown = {}
    for count in (200_000, 800_000):
        done = subprocess.run([sys.executable, "-c", _STREAM, str(project), str(count)], capture_output=True, text=True, check=True)
        grown[count] = int(done.stdout)
    # In kilobytes. 600,000 rows more are 70 MB of notes alone.
    assert grown[800_000] < grown[200_000] + 40_000, grown
