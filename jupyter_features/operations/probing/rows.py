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
from jupyter_features.definitions.source import Column, Source
from jupyter_features.dtypes import INTEGERS
from jupyter_features.operations.probing.dice import Dice
from jupyter_features.operations.probing.instants import Moments, arrived
from jupyter_features.operations.probing.values import TEXTS, column_values, storage_type

# How many rows an entity has: none, alone, enough for any window or ranking. Which entity has how many differs by source, so
# that some are known to one source only.
_ROWS_OF_ENTITY = (0, 1, 1, 1, 2, 2, 3, 3, 4, 5, 6, 7, 8, 9, 10, 12, 15, 18, 20, 25, 30, 40, 50, 60)
_ROWS_OF_NAMED = 20
_MOST_COUNTED = 40
_TIES, _COPIES = 0.12, 0.06
# So many first rows of an entity agree in part with rows of other sources.
_SHARED, _AGREE = 12, 0.35
_STEADY = 0.2
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
    everybody
        Number of rows of a source without a key; few, so that none may be visible, or many.
    """

    name: str
    literals: Literals
    asked: tuple[datetime, ...]
    entities: int
    everybody: int


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
    shared = _shared_places(owners)
    times = _times(source, shared, setting, dice)
    copied = pa.array(_copied(source, owners, dice))
    columns = {}
    for column in source.columns:
        values = times.get(column.name)
        if values is None:
            values = _key_column(source, column, owners, setting)
        if values is None:
            values = _column(identity, column, owners, shared, setting)
        columns[column.name] = values.take(copied)
    return pa.table(columns)


def _owners(source: Source, setting: Setting, dice: Dice) -> list[int | None]:
    """Give the entity of each row by its place; None for a row whose key is NULL. Rows without a key are all of place 0."""
    if source.kind == "static":
        # One row each, and none for some.
        return [place for place in range(setting.entities) if place % 4 != 2] if source.key else [0]
    if not source.key:
        return [0] * setting.everybody
    counts = _counts(setting)
    shift = dice.below(len(counts))
    # Where the key is a text, these are the entities that the query names.
    named = len(setting.literals.texts) if [source.column(name).dtype for name in source.key_columns] == ["VARCHAR"] else 0
    owners: list[int | None] = []
    for place in range(setting.entities):
        count = counts[(place + shift) % len(counts)]
        owners += [place] * (max(count, _ROWS_OF_NAMED) if place < named else count)
    return [*owners, None, None, None]


def _counts(setting: Setting) -> list[int]:
    """Choose numbers of rows, those that the query compares with and their neighbours among them."""
    numbers = [int(number) for number in sorted(setting.literals.numbers) if 0 < number <= _MOST_COUNTED and number == int(number)]
    special = [count for number in numbers[:6] for count in (number - 1, number, number + 1)]
    counts = [*_ROWS_OF_ENTITY, *special]
    # Entities with few rows are where a comparison with a sum or an extreme is on the edge.
    return counts + [1, 2, 1] * ((setting.entities - len(counts)) // 3)


def _shared_places(owners: Sequence[int | None]) -> np.ndarray:
    """Give each row its place among the first rows of all entities, -1 for later rows.

    Rows of several sources that have the same place agree in a part of their times and of the columns of one name: an order
    and its return, say. Joins by such columns, and comparisons of times across sources, would else never come out even.
    """
    places = []
    counted = dict.fromkeys(owners, 0)
    for owner in owners:
        places.append(owner * _SHARED + counted[owner] if owner is not None and counted[owner] < _SHARED else -1)
        counted[owner] += 1
    return np.array(places, dtype=np.int64)


def _column(identity: str, column: Column, owners: Sequence[int | None], shared: np.ndarray, setting: Setting) -> pa.Array:
    """Take each value from the column's own, or from those that all columns of this name share."""
    dice = Dice(setting.name, identity, column.name, column.dtype)
    own = column_values(column.name, column.dtype, len(shared), dice, setting.literals, own_text=f"{column.name} {identity[:4]}")
    common_dice = Dice(setting.name, column.name, column.dtype)
    count = setting.entities * _SHARED
    common = column_values(column.name, column.dtype, count, common_dice, setting.literals, own_text=column.name)
    agree = (shared >= 0) & (dice.shares(len(shared)) < _AGREE)
    chosen = np.where(agree, len(own) + shared, np.arange(len(own)))
    return pa.concat_arrays([own, common]).take(pa.array(chosen[_steady(owners, dice)]))


def _steady(owners: Sequence[int | None], dice: Dice) -> np.ndarray:
    """Tell for each row where to take its value from: of some entities all rows have the first one's, one channel or one amount."""
    first: dict[int | None, int] = {}
    steady = {owner for owner in sorted({owner for owner in owners if owner is not None}) if dice.chance(_STEADY)}
    return np.array([first.setdefault(owner, row) if owner in steady else row for row, owner in enumerate(owners)], dtype=np.int64)


def _times(source: Source, shared: np.ndarray, setting: Setting, dice: Dice) -> dict[str, pa.Array]:
    if source.event_timestamp is None:
        return {}
    common_moments = Moments(setting.asked, setting.literals, Dice(setting.name, "times"))
    common = [common_moments.next() for _ in range(setting.entities * _SHARED)]
    moments = Moments(setting.asked, setting.literals, dice)
    instants: list[datetime] = []
    for place in shared.tolist():
        if place >= 0 and dice.chance(_AGREE):
            instants.append(common[place])
        elif instants and dice.chance(_TIES):
            instants.append(instants[-1])
        else:
            instants.append(moments.next())
    times: dict[str, list[datetime] | list[datetime | None]] = {source.column(source.event_timestamp).name: instants}
    if source.arrival:
        times[source.column(source.arrival).name] = [arrived(instant, setting.asked, dice) for instant in instants]
    return {name: pa.array(values, storage_type("TIMESTAMP")) for name, values in times.items()}


def _copied(source: Source, owners: Sequence[int | None], dice: Dice) -> np.ndarray:
    """Tell for each row which one it is a copy of, most often itself; a copy is of the same entity."""
    origins = np.arange(len(owners))
    if source.kind != "static":
        for row in range(1, len(owners)):
            if owners[row] == owners[row - 1] and dice.chance(_COPIES):
                origins[row] = origins[row - 1]
    return origins


def _key_column(source: Source, column: Column, owners: Sequence[int | None], setting: Setting) -> pa.Array | None:
    if column.name not in source.key_columns:
        return None
    dtypes = [source.column(each).dtype for each in source.key_columns]
    index = source.key_columns.index(column.name)
    keys = [None if owner is None else key_values(dtypes, owner, setting.literals)[index] for owner in owners]
    return pa.array(keys, storage_type(column.dtype))


def _key_value(dtype: str, part: int, literals: Literals) -> object:
    if dtype == "VARCHAR":
        texts = (*sorted(literals.texts), *TEXTS)
        return texts[part] if part < len(texts) else f"key {part}"
    if dtype == "DATE":
        return _FIRST_DAY + timedelta(days=part)
    if dtype == "BOOLEAN":
        return bool(part % 2)
    return part + 1 if dtype in INTEGERS or dtype == "BIGINT" else None
