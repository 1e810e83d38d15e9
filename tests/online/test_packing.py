from __future__ import annotations

import math
import struct
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_features.errors import OnlineStoreError
from jupyter_features.online.packing import Packer

VALUES: dict[str, st.SearchStrategy[object]] = {
    "BOOLEAN": st.booleans(),
    "BIGINT": st.integers(-(2**63), 2**63 - 1),
    "UTINYINT": st.integers(0, 255),
    "DOUBLE": st.floats(),
    "FLOAT": st.floats(width=32),
    "VARCHAR": st.text(st.characters(exclude_categories=["Cs"])),
    "DATE": st.dates(),
    "TIMESTAMP": st.datetimes(),
    "DECIMAL(38,9)": st.decimals(allow_nan=False, allow_infinity=False),
}


def exact(value: object) -> object:
    """Make values comparable bit by bit: NaN equals itself, 0.0 differs from -0.0, 1.0 from 1.00 and 1."""
    if isinstance(value, float):
        return struct.pack(">d", value)
    return type(value).__name__, str(value)


@given(st.data(), st.lists(st.sampled_from(sorted(VALUES)), max_size=6))
def test_packed_values_come_back_exactly(data: st.DataObject, dtypes: list[str]) -> None:
    values = tuple(data.draw(st.none() | VALUES[dtype]) for dtype in dtypes)
    packer = Packer(dtypes)

    unpacked = packer.unpack(packer.pack(values))

    assert [exact(value) for value in unpacked] == [exact(value) for value in values]


@pytest.mark.parametrize(
    ("dtype", "value"),
    [
        ("DOUBLE", -0.0),
        ("DOUBLE", 0.0),
        ("DOUBLE", math.inf),
        ("DOUBLE", -math.inf),
        ("DOUBLE", math.nan),
        ("DOUBLE", 5e-324),
        ("BIGINT", 2**63 - 1),
        ("BIGINT", -(2**63)),
        ("BIGINT", 2**53 + 1),
        ("VARCHAR", ""),
        ("VARCHAR", "NULL \x00 ü \N{GRINNING FACE}"),
        ("DATE", date(1, 1, 1)),
        ("DATE", date(9999, 12, 31)),
        ("TIMESTAMP", datetime.fromisoformat("1969-12-31T23:59:59.999999")),
        ("TIMESTAMP", datetime.fromisoformat("9999-12-31T23:59:59.999999")),
        ("DECIMAL(10,2)", Decimal("1.50")),
        ("DECIMAL(38,0)", Decimal("99999999999999999999999999999999999999")),
    ],
)
def test_extreme_values_come_back_exactly(dtype: str, value: object) -> None:
    packer = Packer([dtype])

    (unpacked,) = packer.unpack(packer.pack((value,)))

    assert exact(unpacked) == exact(value)


def test_whole_number_of_a_double_comes_back_as_float() -> None:
    packer = Packer(["DOUBLE"])

    assert exact(packer.unpack(packer.pack((3,)))[0]) == exact(3.0)


def test_aware_timestamp_is_stored_as_naive_utc() -> None:
    packer = Packer(["TIMESTAMP"])
    noon_in_berlin = datetime.fromisoformat("1998-07-01T12:00:00+02:00")

    assert packer.unpack(packer.pack((noon_in_berlin,))) == (datetime.fromisoformat("1998-07-01T10:00"),)
    assert packer.unpack(packer.pack((datetime(1998, 7, 1, tzinfo=UTC),))) == (datetime.fromisoformat("1998-07-01"),)


@pytest.mark.parametrize(
    ("dtype", "value"),
    [
        ("BIGINT", 1.0),
        ("BIGINT", "1"),
        ("BIGINT", True),
        ("BIGINT", 2**64),
        ("DOUBLE", "1.5"),
        ("DOUBLE", 2**53 + 1),
        ("DOUBLE", Decimal("0.1")),
        ("BOOLEAN", 1),
        ("VARCHAR", 1),
        ("VARCHAR", "\ud800"),
        ("DATE", "1998-07-01"),
        ("DATE", datetime.fromisoformat("1998-07-01T12:00")),
        ("TIMESTAMP", date(1998, 7, 1)),
        ("DECIMAL(10,2)", 1.5),
    ],
)
def test_value_that_its_type_cannot_hold_is_refused(dtype: str, value: object) -> None:
    with pytest.raises(OnlineStoreError, match="do not fit the types"):
        Packer([dtype]).pack((value,))


def test_wrong_number_of_values_is_refused() -> None:
    packer = Packer(["BIGINT", "BIGINT"])

    with pytest.raises(OnlineStoreError):
        packer.pack((1,))
    with pytest.raises(OnlineStoreError):
        packer.unpack(Packer(["BIGINT"]).pack((1,)))


def test_bytes_of_other_types_are_refused() -> None:
    with pytest.raises(OnlineStoreError, match="Materialize the feature view again"):
        Packer(["BIGINT"]).unpack(Packer(["VARCHAR"]).pack(("x",)))
    with pytest.raises(OnlineStoreError):
        Packer(["BIGINT"]).unpack(b"\xc1")


def test_type_that_is_no_scalar_is_refused() -> None:
    with pytest.raises(OnlineStoreError, match=r"type BIGINT\[\] cannot be stored"):
        Packer(["BIGINT[]"])
