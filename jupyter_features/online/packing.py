"""One packed value per entity: its feature values as MessagePack, exact for every feature type."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from operator import index

import msgspec

from jupyter_features.dtypes import INTEGERS, is_decimal
from jupyter_features.errors import OnlineStoreError

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 (stored timestamps are UTC without saying so, as the engines give them)
_EPOCH_DAY = _EPOCH.toordinal()
_MICROSECOND = timedelta(microseconds=1)
_DAY = timedelta(days=1)


class Packer:
    """Packs and unpacks the values of one version.

    Parameters
    ----------
    dtypes
        Types of the features, in the order of the values. BOOLEAN is bool; the integer types int; DOUBLE and FLOAT float,
        with NaN, infinities and the sign of zero; VARCHAR str; DATE date; TIMESTAMP naive UTC datetime in microseconds;
        DECIMAL(p,s) Decimal with its trailing zeros; NULL None.
    """

    def __init__(self, dtypes: Sequence[str]) -> None:
        self.dtypes = tuple(dtypes)
        codecs = [_codec(dtype) for dtype in self.dtypes]
        self._writers = [writer for writer, _ in codecs]
        self._readers = [reader for _, reader in codecs]

    def pack(self, values: Sequence[object]) -> bytes:
        """Pack one row; equal rows give equal bytes.

        Raises
        ------
        OnlineStoreError
            If the number of values or a value's type does not fit the declared types.
        """
        try:
            written = [None if value is None else writer(value) for value, writer in zip(values, self._writers, strict=True)]
            return msgspec.msgpack.encode(written)
        except (TypeError, ValueError, OverflowError) as error:
            raise OnlineStoreError(
                f"The values {tuple(values)!r} do not fit the types ({', '.join(self.dtypes)}): {error}.",
                hint="Publish the feature view again so that its types are those of its values.",
            ) from error

    def unpack(self, packed: bytes) -> tuple[object, ...]:
        """Give back the values that were packed.

        Raises
        ------
        OnlineStoreError
            If the bytes do not hold values of the declared types.
        """
        try:
            stored = msgspec.msgpack.decode(packed, type=list)
            return tuple(None if value is None else reader(value) for value, reader in zip(stored, self._readers, strict=True))
        except (ValueError, TypeError, ArithmeticError) as error:
            raise OnlineStoreError(
                f"A stored value does not hold the types ({', '.join(self.dtypes)}): {error}.", hint="Materialize the feature view again."
            ) from error


def exact_date(value: object) -> date:
    """Take a date, or a timestamp at midnight, which loses nothing.

    Raises
    ------
    TypeError
        If the value is anything else.
    """
    if isinstance(value, datetime):
        if value.tzinfo is None and datetime.combine(value.date(), datetime.min.time()) == value:
            return value.date()
    elif isinstance(value, date):
        return value
    raise TypeError(f"{value!r} is not a date")


_Codec = tuple[Callable[[object], object], Callable[[object], object]]


def _codec(dtype: str) -> _Codec:
    if dtype in INTEGERS:
        return _write_integer, _expect(int)
    if is_decimal(dtype):
        return _write_decimal, _read_decimal
    try:
        return _CODECS[dtype]
    except KeyError:
        raise OnlineStoreError(f"Values of the type {dtype} cannot be stored.", hint="Cast the feature to a scalar type.") from None


def _expect(kind: type) -> Callable[[object], object]:
    def check(value: object) -> object:
        if type(value) is not kind:
            raise TypeError(f"{value!r} is not of the type {kind.__name__}")
        return value

    return check


def _write_boolean(value: object) -> object:
    if not isinstance(value, bool):
        raise TypeError(f"{value!r} is not a boolean")
    return value


def _write_integer(value: object) -> object:
    if isinstance(value, bool):
        raise TypeError(f"{value!r} is not an integer")
    return index(value)  # type: ignore[arg-type]  # index checks what it is given


def _write_float(value: object) -> object:
    number = float(value)  # type: ignore[arg-type]  # float checks what it is given
    if number != value and number == number:  # a text, or digits that a float cannot hold; NaN differs from itself
        raise TypeError(f"{value!r} is not a number that {number!r} equals")
    return number


def _write_text(value: object) -> object:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not a text")
    return str(value)


def _write_date(value: object) -> object:
    return exact_date(value).toordinal() - _EPOCH_DAY


def _read_date(value: object) -> object:
    return (_EPOCH + index(value) * _DAY).date()  # type: ignore[arg-type]  # index checks what it is given


def _write_timestamp(value: object) -> object:
    if not isinstance(value, datetime):
        raise TypeError(f"{value!r} is not a timestamp")
    naive = value if value.tzinfo is None else value.astimezone(UTC).replace(tzinfo=None)
    return index((naive - _EPOCH) // _MICROSECOND)


def _read_timestamp(value: object) -> object:
    return _EPOCH + index(value) * _MICROSECOND  # type: ignore[arg-type]  # index checks what it is given


def _write_decimal(value: object) -> object:
    if not isinstance(value, Decimal):
        raise TypeError(f"{value!r} is not a decimal")
    return str(value)


def _read_decimal(value: object) -> object:
    return Decimal(value)  # type: ignore[arg-type]  # Decimal checks what it is given


_CODECS: dict[str, _Codec] = {
    "BOOLEAN": (_write_boolean, _expect(bool)),
    "DOUBLE": (_write_float, _expect(float)),
    "FLOAT": (_write_float, _expect(float)),
    "VARCHAR": (_write_text, _expect(str)),
    "DATE": (_write_date, _read_date),
    "TIMESTAMP": (_write_timestamp, _read_timestamp),
}
