"""Production data checked and brought to the entity's keys before anything is compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa

from jupyter_features.definitions.entity import JoinKey
from jupyter_features.errors import ComparisonError, did_you_mean

_KEY_TYPES = {"BIGINT": pa.int64(), "VARCHAR": pa.large_string(), "DATE": pa.date32(), "BOOLEAN": pa.bool_()}


def check_production(production: pa.Table, *, against: str, keys: Sequence[str], timestamp: str, values: Mapping[str, str]) -> None:
    """Refuse data that lacks what a comparison needs.

    Parameters
    ----------
    production
        Of any schema.
    against
        What people call it.
    keys, timestamp
        Columns that identify a row.
    values
        Production column of each feature.

    Raises
    ------
    ComparisonError
        If there are no rows, or a column is missing; the message names what it is for.
    """
    wanted = [(name, "join key") for name in keys] + [(timestamp, "instant of each row")]
    wanted += [(column, f"value of feature {feature!r}") for feature, column in values.items()]
    for name, purpose in wanted:
        if production.column_names.count(name) != 1:
            found = "has more than one" if name in production.column_names else "has no"
            hint = did_you_mean(name, production.column_names) if found == "has no" else "Give every column a name of its own."
            raise ComparisonError(
                f"{against!r} {found} column {name!r}, the {purpose}.",
                hint=hint or f"Its columns: {', '.join(production.column_names[:8])}.",
            )
    if production.num_rows == 0:
        raise ComparisonError(f"{against!r} has no rows.", hint="Check its filter or the time range that it was written for.")


def key_table(table: pa.Table, *, timestamp: str, keys: Sequence[JoinKey], side: str) -> pa.Table:
    """Pick the columns that identify a row, in the one type each is joined by.

    Parameters
    ----------
    table
        Has the columns.
    timestamp
        Its column of instants: timestamp of any unit and zone, or date (midnight UTC).
    keys
        Join keys; integers of any width join a BIGINT.
    side
        What people call the table, for errors.

    Returns
    -------
    pa.Table
        `as_of` (timestamp[us], UTC, truncated to microseconds), then the keys under their names.

    Raises
    ------
    ComparisonError
        If the instants are not times, or a key has another type than the entity declares.
    """
    instants = table[timestamp]
    if not (pa.types.is_timestamp(instants.type) or pa.types.is_date(instants.type) or pa.types.is_null(instants.type)):
        raise ComparisonError(
            f"Column {timestamp!r} of {side!r} is {instants.type}; an instant is expected.", hint="Convert it to a timestamp."
        )
    # A zone-aware instant is stored as UTC; the cast drops the zone and keeps the instant.
    columns = {"as_of": instants.cast(pa.timestamp("us"), safe=False)}
    for number, key in enumerate(keys):
        # Numbered, because a join key may itself be called as_of.
        columns[f"key_{number}"] = _as_key(table[key.name], key, side)
    return pa.table(columns)


def _as_key(column: pa.ChunkedArray, key: JoinKey, side: str) -> pa.Array:
    array = column.combine_chunks()
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    wanted = _KEY_TYPES[key.dtype]
    text = pa.types.is_string(array.type) or pa.types.is_large_string(array.type) or pa.types.is_string_view(array.type)
    widens = pa.types.is_integer(array.type) and key.dtype == "BIGINT"
    if not (array.type == wanted or pa.types.is_null(array.type) or widens or (text and key.dtype == "VARCHAR")):
        raise ComparisonError(
            f"Join key {key.name!r} is {key.dtype} in the definition and {array.type} in {side!r}.",
            hint=f"Cast the column to {key.dtype}, then compare again.",
        )
    try:
        return array.cast(wanted)
    except pa.ArrowInvalid as error:
        raise ComparisonError(f"Join key {key.name!r} of {side!r} has a value that does not fit {key.dtype}.", hint=str(error)) from error
