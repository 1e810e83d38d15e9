"""Read online: stored vectors with status, instant and version, defaults filled as in training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import pandas as pd
import pyarrow as pa

from jupyter_features.card import Card, Displayed, Table, format_value
from jupyter_features.clock import format_instant, to_utc
from jupyter_features.definitions.entity import GLOBAL_LABEL
from jupyter_features.definitions.feature_view import CompiledView
from jupyter_features.engines.duckdb.engine import DuckDBEngine
from jupyter_features.errors import EntityDataframeError, InvalidArgumentError, did_you_mean
from jupyter_features.online.sqlite import SqliteOnlineStore
from jupyter_features.operations.arrow_types import arrow_type, typed_value
from jupyter_features.operations.defaults import fill_defaults
from jupyter_features.operations.feature_rows import hide
from jupyter_features.operations.on_demand import input_types, on_demand
from jupyter_features.operations.request import request_values
from jupyter_features.operations.resolve import ResolvedView, input_of

Status = Literal["FRESH", "STALE", "MISSING", "DEFAULT"]
Row = Mapping[str, object]
_STATUSES: tuple[Status, ...] = ("FRESH", "STALE", "DEFAULT", "MISSING")


@dataclass(frozen=True)
class OnlineFeature:
    """One feature for N entity rows.

    Parameters
    ----------
    values
        Python values, shape (N,); None is NULL.
    status
        FRESH or STALE (older than the declared freshness) with a stored row; DEFAULT if the view has no row for the
        entity and declares a default; MISSING if it declares none, or was never materialized. An on-demand feature has
        the worst status of its inputs, in this order: FRESH, STALE, DEFAULT, MISSING.
    as_of
        Instant of the stored values, aware UTC, the oldest of the inputs of an on-demand feature; None if never materialized.
    """

    name: str
    values: tuple[object, ...]
    status: tuple[Status, ...]
    as_of: datetime | None
    version: int


@dataclass(frozen=True)
class OnlineFeatures(Displayed):
    """Live values for the given entity rows."""

    rows: tuple[Row, ...]
    features: tuple[OnlineFeature, ...]

    def to_dicts(self) -> list[dict[str, object]]:
        """Give one dict per row: the caller's items, then the values."""
        return [dict(row) | {feature.name: feature.values[index] for feature in self.features} for index, row in enumerate(self.rows)]

    def to_pandas(self) -> pd.DataFrame:
        """Give one row per entity row, with NULLs as pandas shows them."""
        return pd.DataFrame(self.to_dicts())

    def card(self) -> Card:
        """Show the first rows, one line per feature."""
        lines = []
        for index, row in enumerate(self.rows[:2]):
            keys = ", ".join(f"{name} {format_value(value)}" for name, value in row.items()) or GLOBAL_LABEL
            for feature in self.features:
                as_of = format_instant(feature.as_of) if feature.as_of else "never"
                lines.append((keys, feature.name, format_value(feature.values[index]), feature.status[index], as_of, str(feature.version)))
        table = Table(("entity", "feature", "value", "status", "as of", "version"), tuple(lines))
        missing = any(status == "MISSING" for feature in self.features for status in feature.status)
        return Card(
            title=f"Online: {len(self.rows)} rows x {len(self.features)} features", state="warning" if missing else "ok", tables=(table,)
        )


def read_online(
    views: Sequence[ResolvedView], rows: Sequence[Row], *, online: SqliteOnlineStore, engine: DuckDBEngine, now: datetime
) -> OnlineFeatures:
    """Read the newest stored vectors, and compute on-demand features from them and the rows.

    Parameters
    ----------
    rows
        One mapping per entity with its join keys and request columns; other items are passed through.

    Raises
    ------
    EntityDataframeError
        If a join key or request column is missing or has a value of another type.
    """
    features: list[OnlineFeature] = []
    for item in views:
        features += _on_demand(item, rows, online, engine, now) if item.view.definition.is_on_demand else _stored(item, rows, online, now)
    return OnlineFeatures(tuple(rows), tuple(features))


def _on_demand(
    item: ResolvedView, rows: Sequence[Row], online: SqliteOnlineStore, engine: DuckDBEngine, now: datetime
) -> list[OnlineFeature]:
    """Compute with the code of training; a value is as fresh as the least fresh of its inputs."""
    assert item.version is not None, "drafts are not served"
    view = item.view
    found = [feature for each in view.inputs for feature in _stored(input_of(item, each), rows, online, now)]
    types = input_types(view.inputs, ())
    columns = {each.name: pa.array(feature.values, arrow_type(each.dtype)) for each, feature in zip(types, found, strict=True)}
    columns |= {each.name: request_values(rows, each) for each in view.definition.request}
    is_nobodys = [None in _key(view, item.keys, row) for row in rows]
    table = hide(view, on_demand(view, pa.table(columns), engine), pa.array(is_nobodys, pa.bool_()))
    as_of, status = _oldest(found, now), _worst(found, is_nobodys)
    return [OnlineFeature(output, tuple(table.column(name).to_pylist()), status, as_of, item.version) for name, output in item.outputs]


def _oldest(inputs: Sequence[OnlineFeature], now: datetime) -> datetime | None:
    instants = [feature.as_of for feature in inputs if feature.as_of is not None]
    return min([*instants, to_utc(now)]) if len(instants) == len(inputs) else None


def _worst(inputs: Sequence[OnlineFeature], is_nobodys: Sequence[bool]) -> tuple[Status, ...]:
    of_rows = [[feature.status[index] for feature in inputs] for index in range(len(is_nobodys))]
    worst = [max(statuses, key=_STATUSES.index, default=_STATUSES[0]) for statuses in of_rows]
    return tuple("MISSING" if nobody else status for nobody, status in zip(is_nobodys, worst, strict=True))


def _stored(item: ResolvedView, rows: Sequence[Row], online: SqliteOnlineStore, now: datetime) -> list[OnlineFeature]:
    view = item.view
    assert item.version is not None, "drafts are not served"
    keys = [_key(view, item.keys, row) for row in rows]
    complete = [None not in key for key in keys]
    vectors = online.read(view=view.name, version=item.version, dtypes=[feature.dtype for feature in view.features], keys=keys)
    found = [values is not None for values in vectors.values]
    absent = [known and not stored and vectors.as_of is not None for known, stored in zip(complete, found, strict=True)]
    table = fill_defaults(view, _table(view, vectors.values), pa.array(absent, pa.bool_()))
    is_stale = (
        view.definition.freshness is not None and vectors.as_of is not None and to_utc(now) - vectors.as_of > view.definition.freshness
    )
    result = []
    for name, output in item.outputs:
        has_default = view.feature(name).default is not None
        status = tuple(_status(stored, empty and has_default, is_stale=is_stale) for stored, empty in zip(found, absent, strict=True))
        result.append(OnlineFeature(output, tuple(table.column(name).to_pylist()), status, vectors.as_of, item.version))
    return result


def _status(found: bool, has_default: bool, *, is_stale: bool) -> Status:
    if found:
        return "STALE" if is_stale else "FRESH"
    return "DEFAULT" if has_default else "MISSING"


def _table(view: CompiledView, values: Sequence[tuple[object, ...] | None]) -> pa.Table:
    fields = [pa.field(feature.name, arrow_type(feature.dtype)) for feature in view.features]
    columns = [pa.array([row and row[index] for row in values], field.type) for index, field in enumerate(fields)]
    return pa.Table.from_arrays(columns, schema=pa.schema(fields))


def _key(view: CompiledView, renamed: Mapping[str, str], row: Row) -> tuple[object, ...]:
    return tuple(_key_value(view, key.name, key.dtype, renamed.get(key.name, key.name), row) for key in view.entity.join_keys)


def _key_value(view: CompiledView, key: str, dtype: str, column: str, row: Row) -> object:
    if column not in row:
        hint = (
            did_you_mean(column, [str(name) for name in row])
            or f"Entity {view.entity.name!r} is identified by {', '.join(view.entity.key_names)}."
        )
        raise EntityDataframeError(f"A row has no join key {column!r}.", hint=hint)
    value = row[column]
    is_text = isinstance(value, str)
    if value is not None and ((dtype == "VARCHAR") != is_text) and dtype != "DATE":
        raise EntityDataframeError(
            f"Join key {key!r} is {dtype}, but {value!r} is {'text' if is_text else type(value).__name__}.", hint=f"Send it as {dtype}."
        )
    try:
        return typed_value(value, dtype)
    except InvalidArgumentError as error:
        raise EntityDataframeError(f"Join key {key!r} is {dtype}; {value!r} is not.") from error
