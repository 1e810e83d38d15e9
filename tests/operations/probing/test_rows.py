"""Made-up rows: the same everywhere, and on every edge that a query may have."""

import hashlib
from datetime import datetime, timedelta
from decimal import Decimal

import msgspec
import pyarrow.compute as pc

from jupyter_features.analysis.literals import NO_LITERALS, Literals
from jupyter_features.definitions.source import Column, Source
from jupyter_features.operations.probing.dice import Dice
from jupyter_features.operations.probing.instants import ANCHORS
from jupyter_features.operations.probing.rows import Setting, source_identity, source_rows

SALES = Source(
    name="sales",
    location="data/sales.parquet",
    format="parquet",
    entity="customer",
    kind="events",
    columns=(Column("customer_id", "BIGINT"), Column("at", "TIMESTAMP"), Column("amount", "DOUBLE"), Column("channel", "VARCHAR")),
    key=(("customer_id", "customer_id"),),
    event_timestamp="at",
)
PLAIN = Setting("base", NO_LITERALS, ANCHORS, entities=24, everybody=50)


def test_dice_fall_as_they_always_did() -> None:
    # SplitMix64 from the first eight bytes of SHA-256, computed apart with whole numbers of Python.
    seed = int.from_bytes(hashlib.sha256(b"a\x1fb").digest()[:8], "big")
    assert Dice("a", "b").shares(3).tolist() == expected_shares(seed)
    assert [round(share, 6) for share in expected_shares(seed)] == [0.767986, 0.801678, 0.926432]


def expected_shares(state: int) -> list[float]:
    shares, mask = [], 2**64 - 1
    for step in (1, 2, 3):
        mixed = (state + step * 0x9E3779B97F4A7C15) & mask
        mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & mask
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & mask
        shares.append(((mixed ^ (mixed >> 31)) >> 11) / 2**53)
    return shares


def test_a_source_is_the_same_under_another_name_and_another_at_another_place() -> None:
    assert source_identity(msgspec.structs.replace(SALES, name="purchases")) == source_identity(SALES)
    assert source_identity(msgspec.structs.replace(SALES, location="other.parquet")) != source_identity(SALES)
    assert source_identity(msgspec.structs.replace(SALES, inclusive=True)) != source_identity(SALES)


def test_a_new_column_changes_no_other() -> None:
    wider = msgspec.structs.replace(SALES, columns=(Column("extra", "DATE"), *SALES.columns))
    assert source_rows(wider, PLAIN).select(list(SALES.column_names)) == source_rows(SALES, PLAIN)


def test_rows_stand_on_both_sides_of_the_usual_windows() -> None:
    times = set(source_rows(SALES, PLAIN).column("at").to_pylist())
    for length in (timedelta(), *(timedelta(days=days) for days in (1, 7, 14, 30, 60, 90, 180, 365))):
        for tick in (-1, 0, 1):
            assert any(anchor - length + timedelta(microseconds=tick) in times for anchor in ANCHORS), (length, tick)


def test_rows_stand_on_the_numbers_texts_and_instants_of_a_query() -> None:
    moment = datetime(2019, 5, 5)
    literals = Literals(
        numbers=frozenset({Decimal(777)}), texts=frozenset({"zebra"}), instants=frozenset({moment}), lengths=frozenset({timedelta(days=45)})
    )
    rows = source_rows(SALES, Setting("base", literals, ANCHORS, entities=48, everybody=50))
    assert {776.0, 777.0, 778.0} <= set(rows.column("amount").to_pylist())
    assert {"zebra", "ZEBRA", "Zebra", "zebrax", " zebra"} <= set(rows.column("channel").to_pylist())
    times = set(rows.column("at").to_pylist())
    assert {moment, moment - timedelta(microseconds=1), moment + timedelta(microseconds=1)} <= times
    assert any(anchor - timedelta(days=45) in times for anchor in ANCHORS)


def test_some_values_keys_and_no_times_are_missing() -> None:
    rows = source_rows(SALES, PLAIN)
    assert [rows.column(name).null_count > 0 for name in SALES.column_names] == [True, False, True, True]
    assert pc.min(rows.column("amount")).as_py() < 0


def test_static_rows_are_one_per_key_and_none_for_some() -> None:
    places = msgspec.structs.replace(SALES, kind="static", event_timestamp=None)
    keys = source_rows(places, PLAIN).column("customer_id").to_pylist()
    assert len(set(keys)) == len(keys) == 18


def test_a_type_that_no_feature_has_is_missing_throughout() -> None:
    odd = msgspec.structs.replace(SALES, columns=(*SALES.columns, Column("tags", "VARCHAR[]")))
    rows = source_rows(odd, PLAIN)
    assert rows.column("tags").null_count == rows.num_rows
