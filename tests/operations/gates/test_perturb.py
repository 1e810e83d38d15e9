from datetime import date, datetime, timedelta
from decimal import Decimal

import pyarrow as pa

from jupyter_features.definitions.source import Column, Source
from jupyter_features.operations.gates.perturb import further_away, other_values
from jupyter_features.operations.gates.visibility_mask import visible_mask

NOON = datetime(2024, 5, 5, 12)
DAY = timedelta(days=1)
COLUMNS = {
    "customer_id": ("BIGINT", pa.array([1, 2, 3, 4, 5, None], pa.int64())),
    "at": ("TIMESTAMP", pa.array([NOON, NOON - DAY, NOON + DAY, NOON - 9 * DAY, None, NOON - DAY], pa.timestamp("us"))),
    "tiny": ("TINYINT", pa.array([1, 0, 127, -128, None, 5], pa.int8())),
    "price": (
        "DECIMAL(4,2)",
        pa.array([Decimal("1.50"), Decimal("99.99"), None, Decimal("0.00"), Decimal("-1.00"), None], pa.decimal128(4, 2)),
    ),
    "share": ("DOUBLE", pa.array([0.5, float("nan"), 1e308, None, -2.0, 0.0])),
    "word": ("VARCHAR", pa.array(["1", "2", "2", None, "3", "1"])),
    "same": ("VARCHAR", pa.array(["x"] * 6)),
    "flag": ("BOOLEAN", pa.array([True, False, None, True, True, False])),
    "day": ("DATE", pa.array([date(2024, 1, 1)] * 6)),
}
ROWS = pa.table({name: values for name, (_, values) in COLUMNS.items()})
SOURCE = Source(
    name="events",
    kind="events",
    event_timestamp="at",
    columns=tuple(Column(name, dtype) for name, (dtype, _) in COLUMNS.items()),
    format="dataframe",
    location="",
    entity="customer",
    key=(("customer_id", "customer_id"),),
)


def test_every_value_changes_but_keys_and_clocks() -> None:
    changed = other_values(SOURCE, ROWS)
    assert changed.schema == ROWS.schema
    for name in ROWS.column_names:
        pairs = zip(ROWS.column(name).to_pylist(), changed.column(name).to_pylist(), strict=True)
        kept = [old == new for old, new in pairs]
        assert all(kept) if name in ("customer_id", "at") else not any(kept), name


def test_numbers_keep_their_sign_and_texts_stay_in_their_column() -> None:
    changed = other_values(SOURCE, ROWS)
    for name in ("tiny", "price", "share"):
        pairs = zip(ROWS.column(name).to_pylist(), changed.column(name).to_pylist(), strict=True)
        assert all((old < 0) == (new < 0) for old, new in pairs if old is not None and new is not None), name
    assert set(changed.column("word").to_pylist()) <= {"1", "2", "3", None}


def test_hidden_times_stay_hidden_and_move_away() -> None:
    moved = further_away(SOURCE, ROWS, NOON)
    before, after = (visible_mask(SOURCE, rows, NOON, 2 * DAY).to_pylist() for rows in (ROWS, moved))
    # Seen are customer 2's event of yesterday; a row without a key is nobody's, one without an instant never happened.
    assert before == [False, True, False, False, False, False]
    hidden = [place for place, is_seen in enumerate(before) if not is_seen]
    assert not any(after[place] for place in hidden)
    distances = zip(ROWS.column("at").to_pylist(), moved.column("at").to_pylist(), strict=True)
    assert all(old is new is None or abs(new - NOON) > abs(old - NOON) for old, new in distances)
