"""Every kind of entity dataframe means the same, and comes back as it was."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from jupyter_features.errors import EntityDataframeError
from jupyter_features.feature_store import FeatureStore
from jupyter_features.operations.frame import Frame
from jupyter_features.operations.held_frame import ArrowFrame, PandasFrame
from jupyter_features.operations.open_frame import open_frame
from jupyter_features.operations.parquet_frame import ParquetFrame

FEATURES = ["customer_spend:orders_30d", "customer_spend:spend_30d"]
AS_OF = [dt.datetime(1998, 2, 1, tzinfo=dt.UTC), dt.datetime(1998, 2, 11, tzinfo=dt.UTC), None]
TABLE = pa.table(
    {"customer_id": [1, 1, 2], "as_of": pa.array(AS_OF, pa.timestamp("us", "UTC")), "label": pa.array(["x", None, "z"], pa.string_view())}
)
EXPECTED = [(1, 20.0), (2, 60.0), (None, None)]

pytestmark = pytest.mark.filterwarnings("ignore:1 of 3 rows have no join key or no timestamp")


class Stream:
    """What polars gives: nothing of Arrow's Python classes, only its C stream."""

    def __init__(self, table: pa.Table) -> None:
        self._table = table

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        return self._table.__arrow_c_stream__(requested_schema)


def values(table: pa.Table) -> list[tuple]:
    return [tuple(row.values()) for row in table.to_pylist()]


@pytest.mark.parametrize(
    "given",
    [TABLE, TABLE.to_pandas(), Stream(TABLE), pa.RecordBatchReader.from_batches(TABLE.schema, TABLE.to_batches())],
    ids=["arrow", "pandas", "stream", "reader"],
)
def test_every_kind_of_rows_means_the_same(published: FeatureStore, given: object) -> None:
    train = published.training_set(given, FEATURES)  # type: ignore[arg-type]
    assert values(train.features) == EXPECTED
    assert train.to_arrow().column_names == ["customer_id", "as_of", "label", "orders_30d", "spend_30d"]
    assert train.to_pandas()["customer_id"].tolist() == [1, 1, 2]


def test_a_path_of_parquet_means_the_same_from_the_notebooks_folder_or_absolute(published: FeatureStore, project: Path) -> None:
    pq.write_table(TABLE, project / "rows.parquet")
    for path in ("rows.parquet", project / "rows.parquet"):
        train = published.training_set(path, FEATURES)
        assert values(train.features) == EXPECTED
        assert train.to_arrow().column("label").to_pylist() == ["x", None, "z"]


def test_arrow_columns_come_back_unchanged(published: FeatureStore) -> None:
    train = published.training_set(TABLE, FEATURES)
    assert train.to_arrow().select(TABLE.column_names).equals(TABLE)
    assert train.rows.to_arrow() is TABLE


def test_categories_of_polars_join_and_are_saved(store: FeatureStore, project: Path) -> None:
    # Polars exports a categorical column as a dictionary of string views.
    categories = pa.DictionaryArray.from_arrays(pa.array([0, 1, 0], pa.uint32()), pa.array(["DE", "FR"], pa.string_view()))
    pd.DataFrame({"country": ["DE"], "opened_at": pd.to_datetime(["1998-01-01"])}).to_parquet(project / "data" / "shops.parquet")
    store.entity("country", country="VARCHAR")
    store.source("shops", "data/shops.parquet", entity="country", kind="events", event_timestamp="opened_at")
    store.define("v", sql="SELECT country, COUNT(*) AS n FROM shops GROUP BY 1", entity="country", sources=["shops"])
    table = pa.table({"country": categories, "as_of": TABLE.column("as_of"), "lists": [[1], None, [2, 3]]})
    saved = store.training_set(Stream(table), ["v@draft:n"]).save(project / "train")
    assert saved.features.column("n").to_pylist() == [1, None, None]
    assert saved.to_arrow().column("country").to_pylist() == ["DE", "FR", "DE"]
    assert "[2 3]" in saved.card().to_html()


def test_integers_with_gaps_stay_integers_in_pandas(published: FeatureStore) -> None:
    rows = TABLE.append_column("visits", pa.array([7, None, 2**60 + 1]))
    frame = published.training_set(rows, FEATURES).to_pandas()
    assert str(frame["visits"].dtype) == "Int64"
    assert frame["visits"][2] == 2**60 + 1


@pytest.mark.filterwarnings("ignore:Instants without a zone")
@pytest.mark.parametrize(
    "kind",
    [pa.timestamp("s"), pa.timestamp("ms", "UTC"), pa.timestamp("ns", "Europe/Berlin"), pa.timestamp("ns"), pa.date32(), pa.date64()],
    ids=str,
)
def test_every_unit_zone_and_date_of_arrow_means_the_same(published: FeatureStore, kind: pa.DataType) -> None:
    instants = pa.array([None if at is None else at.replace(tzinfo=None) for at in AS_OF], pa.timestamp("us")).cast(kind)
    assert values(published.training_set(TABLE.set_column(1, "as_of", instants), FEATURES).features) == EXPECTED


def test_nanoseconds_are_rounded_down(published: FeatureStore) -> None:
    # The purchase happened at midnight; a nanosecond before is the microsecond before, from which nothing is seen.
    midnight = pd.Timestamp("1998-01-15").value
    instants = pa.array([midnight, midnight + 999, midnight + 1000], pa.timestamp("ns", "UTC"))
    rows = pa.table({"customer_id": [2, 2, 2], "as_of": instants})
    assert published.training_set(rows, FEATURES).features.column("spend_30d").to_pylist() == [None, None, 5.5]


@pytest.mark.parametrize("kind", [pa.int32(), pa.uint8(), pa.float64(), pa.dictionary(pa.int8(), pa.int64())], ids=str)
def test_whole_numbers_join_whatever_their_type(published: FeatureStore, kind: pa.DataType) -> None:
    keys = pa.array([1, 1, 2]).dictionary_encode() if pa.types.is_dictionary(kind) else pa.array([1, 1, 2], kind)
    assert values(published.training_set(TABLE.set_column(0, "customer_id", keys), FEATURES).features) == EXPECTED


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        (TABLE.set_column(0, "customer_id", pa.array(["1", "1", "2"])), r"is BIGINT, but column 'customer_id' is text(.|\n)*pl.Int64"),
        (TABLE.set_column(0, "customer_id", pa.array([2**63, 1, 2], pa.uint64())), "does not fit BIGINT"),
        (TABLE.set_column(1, "as_of", pa.array(["1998", "x", None])), r"has the type string, which is not a time(.|\n)*to_datetime"),
        (TABLE.set_column(1, "as_of", pa.array([2**62, 0, None], pa.timestamp("s"))), "instants that microseconds cannot tell"),
        (TABLE.append_column("as_of", TABLE.column("as_of")), "timestamp column 'as_of' twice"),
        (TABLE.rename_columns(["customer", "as_of", "label"]), r"'customer_id' not at all(.|\n)*Did you mean 'customer'"),
    ],
)
def test_a_column_of_arrow_that_does_not_join_is_refused(published: FeatureStore, table: pa.Table, sentence: str) -> None:
    with pytest.raises(EntityDataframeError, match=sentence):
        published.training_set(table, FEATURES)


def test_what_is_no_rows_is_refused(published: FeatureStore, project: Path) -> None:
    (project / "rows.parquet").write_text("no")
    for given, sentence in (
        ([1], "cannot be read from a list"),
        ("none.parquet", "There is no file"),
        ("rows.parquet", "cannot be read as Parquet"),
    ):
        with pytest.raises(EntityDataframeError, match=sentence):
            published.training_set(given, FEATURES)  # type: ignore[arg-type]


def frames(folder: Path) -> list[Frame]:
    table = pa.table({"k": range(25), "t": pa.array(range(25), pa.timestamp("us")), "other": ["x"] * 25})
    pq.write_table(table, folder / "rows.parquet", row_group_size=7)
    return [ArrowFrame(table), PandasFrame(table.to_pandas()), ParquetFrame.of_file(folder / "rows.parquet")]


@pytest.mark.parametrize("size", [1, 4, 7, 10, 25, 100])
def test_chunks_of_every_kind_are_cut_alike_and_lose_nothing(tmp_path: Path, size: int) -> None:
    for frame in frames(tmp_path):
        inputs, whole = list(frame.inputs([("k", "BIGINT", "join key")], "t", size)), list(frame.chunks(size))
        assert [each.num_rows for each in inputs] == [each.num_rows for each in whole] == [min(size, 25 - at) for at in range(0, 25, size)]
        assert [key for each in inputs for key in each.column("k").to_pylist()] == list(range(25))
        assert {tuple(each.column_names) for each in inputs} == {("k", "t")}
        assert (frame.count, frame.names) == (25, ("k", "t", "other"))


def test_no_rows_are_one_chunk_of_no_rows(tmp_path: Path) -> None:
    table = pa.table({"k": pa.array([], pa.int64()), "t": pa.array([], pa.timestamp("us"))})
    pq.write_table(table, tmp_path / "rows.parquet")
    for frame in (ArrowFrame(table), PandasFrame(table.to_pandas()), open_frame("rows.parquet", folder=tmp_path)):
        for chunks in (frame.inputs([("k", "BIGINT", "join key")], "t", 10), frame.chunks(10)):
            assert [(each.num_rows, each.column_names) for each in chunks] == [(0, ["k", "t"])]


def test_the_index_of_pandas_comes_back_from_a_file(tmp_path: Path) -> None:
    frame = pd.DataFrame({"k": pd.array([1, None], dtype="Int64")}, index=pd.Index(["a", "b"], name="row"))
    frame.to_parquet(tmp_path / "rows.parquet")
    read = ParquetFrame.of_file(tmp_path / "rows.parquet")
    assert (read.names, read.to_arrow().column_names) == (("k",), ["k"])
    pd.testing.assert_frame_equal(read.to_pandas(), frame)
