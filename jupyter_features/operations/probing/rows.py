"""Made-up rows of a source: a function of what was declared, never of anybody's data."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import msgspec
import numpy as np
import pyarrow as pa

from jupyter_features.analysis.literals import Literals
from jupyter_features.definitions.source import Source
from jupyter_features.dtypes import INTEGERS
from jupyter_features.operations.probing.dice import Dice
from jupyter_features.operations.probing.instants import arrived, happened
from jupyter_features.operations.probing.values import TEXTS, column_values, storage_type

# How many rows an entity has: none, alone, enough for any window or ranking. Which entity has how many differs by source, so
# that some are known to one source only.
_ROWS_OF_ENTITY = (0, 1, 1, 1, 2, 2, 3, 3, 4, 5, 6, 7, 8, 9, 10, 12, 15, 18, 20, 25, 30, 40, 50, 60)
_MOST_COUNTED = 40
_TIES, _COPIES = 0.12, 0.06
_FIRST_DAY = date(2022, 1, 1)


@dataclass(frozen=True)
class Setting:
    """What the rows of a probe are made for.

    Parameters
    ----------
    name
        Another name gives other rows.
    asked
        The instants at which questions are asked, naive UTC.
    entities
        Number of entities that may have rows.
    """

    name: str
    literals: Literals
    asked: tuple[datetime, ...]
    entities: int


def source_identity(source: Source) -> str:
    """Say which source this is, whatever it is called here: by its place, its clock and whose rows they are.

    Columns have no say, so that a column that is added later changes nothing. A DataFrame has no place but its name.
    """
    place = source.location or f"frame {source.name}"
    parts = [place, source.format, source.kind, source.event_timestamp, source.arrival, source.tie_break, source.key_columns]
    return hashlib.sha256(msgspec.json.encode([*parts, source.inclusive, bool(source.entity)])).hexdigest()[:16]


def key_values(dtypes: Sequence[str], place: int, literals: Literals) -> tuple[object, ...]:
    """Give the join key of an entity by its place among all; entities of a composite key share parts of it in pairs."""
    if not dtypes:
        return ()
    others = len(dtypes) - 1
    parts = [place >> others, *((place >> index) & 1 for index in range(others))]
    return tuple(_key_value(dtype, part, literals) for dtype, part in zip(dtypes, parts, strict=True))


def source_rows(source: Source, setting: Setting) -> pa.Table:
    """Make up rows of a source, each time the same.

    Each column is made by itself, from its name and type: a view that reads one column gets the same values whatever other
    columns there are. The order of the rows is part of no answer.
    """
    identity = source_identity(source)
    dice = Dice(setting.name, identity)
    owners = _owners(source, setting, dice)
    times = _times(source, len(owners), setting, dice)
    copied = _copied(source, owners, dice)
    columns = {}
    for column in source.columns:
        dice = Dice(setting.name, identity, column.name, column.dtype)
        values = times.get(column.name)
        if values is None:
            values = _key_column(source, column.name, column.dtype, owners, setting)
        if values is None:
            values = column_values(column.dtype, len(owners), dice, setting.literals)
        columns[column.name] = values.take(pa.array(copied))
    return pa.table(columns)


def _owners(source: Source, setting: Setting, dice: Dice) -> list[int | None]:
    """Give the entity of each row by its place; None for a row whose key is NULL. Rows without a key are all of place 0."""
    if source.kind == "static":
        # One row each, and none for some.
        return [place for place in range(setting.entities) if place % 4 != 2] if source.key else [0]
    if not source.key:
        return [0] * sum(_ROWS_OF_ENTITY)
    counts = _counts(setting)
    shift = dice.below(len(counts))
    owners: list[int | None] = [place for place in range(setting.entities) for _ in range(counts[(place + shift) % len(counts)])]
    return [*owners, None, None, None]


def _counts(setting: Setting) -> list[int]:
    """Choose numbers of rows, those that the query compares with and their neighbours among them."""
    numbers = [int(number) for number in sorted(setting.literals.numbers) if 0 < number <= _MOST_COUNTED and number == int(number)]
    special = [count for number in numbers[:6] for count in (number - 1, number, number + 1)]
    counts = [*_ROWS_OF_ENTITY, *special]
    # Entities with few rows are where a comparison with a sum or an extreme is on the edge.
    return counts + [1, 2, 1] * ((setting.entities - len(counts)) // 3)


def _times(source: Source, count: int, setting: Setting, dice: Dice) -> dict[str, pa.Array]:
    if source.event_timestamp is None:
        return {}
    instants: list[datetime] = []
    for _ in range(count):
        is_tie = bool(instants) and dice.chance(_TIES)
        instants.append(instants[-1] if is_tie else happened(setting.asked, setting.literals, dice))
    times = {source.column(source.event_timestamp).name: instants}
    if source.arrival:
        times[source.column(source.arrival).name] = [arrived(instant, setting.asked, dice) for instant in instants]  # type: ignore[misc]
    return {name: pa.array(values, storage_type("TIMESTAMP")) for name, values in times.items()}


def _copied(source: Source, owners: Sequence[int | None], dice: Dice) -> np.ndarray:
    """Tell for each row which one it is a copy of, most often itself; a copy is of the same entity."""
    origins = np.arange(len(owners))
    if source.kind != "static":
        for row in range(1, len(owners)):
            if owners[row] == owners[row - 1] and dice.chance(_COPIES):
                origins[row] = origins[row - 1]
    return origins


def _key_column(source: Source, name: str, dtype: str, owners: Sequence[int | None], setting: Setting) -> pa.Array | None:
    if name not in source.key_columns:
        return None
    dtypes = [source.column(each).dtype for each in source.key_columns]
    index = source.key_columns.index(name)
    keys = [None if owner is None else key_values(dtypes, owner, setting.literals)[index] for owner in owners]
    return pa.array(keys, storage_type(dtype))


def _key_value(dtype: str, part: int, literals: Literals) -> object:
    if dtype == "VARCHAR":
        texts = (*sorted(literals.texts), *TEXTS)
        return texts[part] if part < len(texts) else f"key {part}"
    if dtype == "DATE":
        return _FIRST_DAY + timedelta(days=part)
    if dtype == "BOOLEAN":
        return bool(part % 2)
    return part + 1 if dtype in INTEGERS or dtype == "BIGINT" else None
