"""Declare a source: its columns in the data's own spelling, and a key that joins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from jupyter_features.definitions.entity import Entity
from jupyter_features.definitions.source import Source
from jupyter_features.dtypes import is_joinable
from jupyter_features.errors import InvalidArgumentError


def declare_source(owner: Entity, key: Mapping[str, str] | Sequence[str] | None, *, name: str, **declared: Any) -> Source:
    """Build a source whose columns are known.

    Parameters
    ----------
    owner
        Whose rows these are; the entity without join keys for a global source.
    key
        The source's column for each join key that is named otherwise there; of a global source, the columns that tell its
        rows apart.
    declared
        The other fields of `Source`.

    Raises
    ------
    NotFoundError
        If a column does not exist.
    InvalidArgumentError
        If the declaration contradicts itself, or a key column's type does not join.
    """
    source = _in_own_spelling(Source(name=name, entity=owner.name, key=_source_key(name, owner, key), **declared))
    _check_key_types(source, owner)
    return source


def _in_own_spelling(source: Source) -> Source:
    """Write every column of the declaration as the data spells it."""

    def own(name: str | None) -> str | None:
        return source.column(name).name if name else None

    return msgspec.structs.replace(
        source,
        key=tuple((key if source.entity else source.column(column).name, source.column(column).name) for key, column in source.key),
        tie_break=tuple(source.column(column).name for column in source.tie_break),
        event_timestamp=own(source.event_timestamp),
        arrival=own(source.arrival),
    )


def _source_key(name: str, owner: Entity, key: Mapping[str, str] | Sequence[str] | None) -> tuple[tuple[str, str], ...]:
    if not owner.join_keys:
        columns = [key] if isinstance(key, str) else list(key or ())
        if isinstance(key, Mapping):
            raise InvalidArgumentError(
                f"Source {name!r} is global, so there is no join key to name a column for.",
                hint=f"Give only the columns that tell its rows apart: key={list(key.values())!r}.",
            )
        return tuple((column, column) for column in columns)
    if key is not None and not isinstance(key, Mapping):
        raise InvalidArgumentError(
            f"Source {name!r} is of entity {owner.name!r}, so its key says which column is which join key.",
            hint=f"Write key={{{owner.key_names[0]!r}: 'column'}}; or entity=None, if its rows are the same for everybody.",
        )
    renamed = key or {}
    return tuple((join_key, renamed.get(join_key, join_key)) for join_key in owner.key_names)


def _check_key_types(source: Source, entity: Entity) -> None:
    if not source.entity:
        return
    for key, (_, column) in zip(entity.join_keys, source.key, strict=True):
        dtype = source.column(column).dtype
        if not is_joinable(dtype, key.dtype):
            raise InvalidArgumentError(
                f"Join key {key.name!r} is {key.dtype}, but column {column!r} of source {source.name!r} is {dtype}.",
                hint=f"Write the data with {column!r} as {key.dtype}, or declare the entity with --key {key.name}:{dtype}.",
            )
