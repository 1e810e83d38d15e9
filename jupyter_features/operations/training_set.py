"""Training set: the caller's rows, each with every feature as it was at that row's own instant."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from jupyter_features.card import Card, Displayed, Table, format_value
from jupyter_features.clock import Clock
from jupyter_features.engines.duckdb.engine import DuckDBEngine
from jupyter_features.errors import RowContractError
from jupyter_features.operations.defaults import fill_defaults
from jupyter_features.operations.entity_dataframe import Instants, read_instants, read_keys, warn_about_missing
from jupyter_features.operations.evaluate import at_rows
from jupyter_features.operations.resolve import ResolvedView

_NULLABLE: dict[pa.DataType, Callable[[], object]] = {
    pa.int8(): pd.Int8Dtype,
    pa.int16(): pd.Int16Dtype,
    pa.int32(): pd.Int32Dtype,
    pa.int64(): pd.Int64Dtype,
    pa.uint8(): pd.UInt8Dtype,
    pa.uint16(): pd.UInt16Dtype,
    pa.uint32(): pd.UInt32Dtype,
    pa.bool_(): pd.BooleanDtype,
    pa.string(): pd.StringDtype,
    pa.date32(): lambda: pd.ArrowDtype(pa.date32()),
}


@dataclass(frozen=True)
class TrainingSet(Displayed):
    """N rows in, N rows out.

    Parameters
    ----------
    rows
        The caller's own data frame, untouched.
    features
        One column per requested feature, shape (N, n), in the caller's row order.
    manifest
        What was computed from what: versions, fingerprints, source snapshots, engine, options, row count, content hash.
    """

    rows: pd.DataFrame
    features: pa.Table
    manifest: Mapping[str, object]

    def to_pandas(self) -> pd.DataFrame:
        """Give the caller's columns, order and index, then one column per feature.

        Integers, booleans and texts are pandas' nullable types, dates are Arrow dates, decimals Arrow decimals; a
        missing DOUBLE is NaN.
        """
        values = self.features.to_pandas(types_mapper=_pandas_dtype)
        values.index = self.rows.index
        joined: pd.DataFrame = pd.concat([self.rows, values], axis="columns")
        return joined

    def to_arrow(self) -> pa.Table:
        """Give the caller's columns without the index, then one column per feature, NULLs kept apart from NaN."""
        table = pa.Table.from_pandas(self.rows, preserve_index=False)
        for name in self.features.column_names:
            table = table.append_column(name, self.features.column(name))
        return table

    def card(self) -> Card:
        """Show shape, versions and the first rows."""
        names = self.features.column_names
        head = self.to_pandas().head(5)
        nulls = {name: self.features.column(name).null_count for name in names}
        shown = tuple(head.columns)
        rows = tuple(tuple(format_value(None if pd.isna(value) else value) for value in row) for row in head.itertuples(index=False))
        views = ", ".join(str(view["reference"]) for view in self.manifest["views"])  # type: ignore[attr-defined]
        return Card(
            title=f"Training set: {self.features.num_rows:,} rows x {len(names)} features",
            state="ok",
            facts=(("Versions", views), ("NULLs", ", ".join(f"{name} {count:,}" for name, count in nulls.items() if count) or "none")),
            tables=(Table(shown, rows),),
        )


def training_set(
    frame: pd.DataFrame,
    views: Sequence[ResolvedView],
    *,
    timestamp: str,
    engine: DuckDBEngine,
    options: Mapping[str, object],
    on_naive: Callable[[], None],
    clock: Clock,
) -> TrainingSet:
    """Compute features for each row at its own instant.

    Parameters
    ----------
    frame
        The entity dataframe, N rows: join keys and `timestamp`; other columns are passed through.
    timestamp
        Column of instants; naive values are UTC, and `on_naive` is called once to say so.

    Raises
    ------
    EntityDataframeError
        If a column is missing or has a type that does not join.
    RowContractError
        If the result would not have one answer per row.
    """
    instants = read_instants(frame, timestamp)
    if instants.zone is None and len(frame):
        on_naive()
    columns: dict[str, pa.ChunkedArray | pa.Array] = {}
    for index, item in enumerate(views):
        computed = _compute(frame, item, instants, engine, is_first=index == 0)
        columns |= {output: _in_zone(computed.column(name), instants.zone) for name, output in item.outputs}
    features = pa.table(columns)
    if features.num_rows != len(frame):
        raise RowContractError(f"{len(frame)} rows went in and {features.num_rows} came out.")
    return TrainingSet(frame, features, _manifest(features, views, engine, {"timestamp": timestamp, **options}, clock()))


def _compute(frame: pd.DataFrame, item: ResolvedView, instants: Instants, engine: DuckDBEngine, *, is_first: bool) -> pa.Table:
    keys = read_keys(frame, item.view.entity, item.keys)
    if is_first:
        warn_about_missing(keys, instants.values)
    values = at_rows(item.view, engine, keys, instants.values)
    complete = pc.is_valid(instants.values)
    for column in keys.columns:
        complete = pc.and_(complete, pc.is_valid(column.combine_chunks()))
    # A row without key or instant is nobody's: it gets NULL, not the default of somebody without history.
    return fill_defaults(item.view, values.features, pc.and_(complete, pc.invert(values.found)))


def _in_zone(column: pa.ChunkedArray, zone: tzinfo | None) -> pa.ChunkedArray:
    if zone is None or column.type != pa.timestamp("us"):
        return column
    return pc.assume_timezone(column, "UTC").cast(pa.timestamp("us", tz=str(zone)))


def _pandas_dtype(kind: pa.DataType) -> object | None:
    if pa.types.is_decimal(kind):
        return pd.ArrowDtype(kind)
    factory = _NULLABLE.get(kind)
    return factory() if factory else None


def _manifest(
    features: pa.Table, views: Sequence[ResolvedView], engine: DuckDBEngine, options: Mapping[str, object], at: datetime
) -> dict[str, object]:
    sources = {source.name: source for item in views for source in item.view.sources}
    return {
        "views": [
            {
                "reference": item.label,
                "fingerprint": item.view.fingerprint,
                "owner": item.view.definition.owner,
                "features": [{"feature": name, "column": output} for name, output in item.outputs],
            }
            for item in views
        ],
        "sources": {name: {"location": source.location, "snapshot": engine.snapshot(source)} for name, source in sorted(sources.items())},
        "engine": engine.name,
        "options": dict(options),
        "rows": features.num_rows,
        "content_sha256": _content_hash(features),
        "created_at": at.isoformat(),
    }


def _content_hash(features: pa.Table) -> str:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, features.schema) as writer:
        writer.write_table(features.combine_chunks())
    return hashlib.sha256(sink.getvalue()).hexdigest()
