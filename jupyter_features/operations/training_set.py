"""Training set: the caller's rows, each with every feature as it was at that row's own instant."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from jupyter_features.card import Card, Displayed, Table, format_value
from jupyter_features.clock import Clock
from jupyter_features.compiler.knowledge import Knowledge
from jupyter_features.engines.duckdb.engine import DuckDBEngine
from jupyter_features.errors import FeatureWarning
from jupyter_features.operations.frame import Frame, beside
from jupyter_features.operations.held_frame import ArrowFrame
from jupyter_features.operations.pandas_types import pandas_dtype
from jupyter_features.operations.progress import Progress
from jupyter_features.operations.python_view import BLOCK_ROWS, calls_for_each_row
from jupyter_features.operations.resolve import ResolvedView
from jupyter_features.operations.saved_folder import SavedFolder, WrittenFolder, new_folder
from jupyter_features.operations.training_manifest import manifest_of
from jupyter_features.operations.training_rows import CHUNK_ROWS, TrainingRows


@dataclass(frozen=True)
class TrainingSet(Displayed):
    """N rows in, N rows out.

    Parameters
    ----------
    rows
        The caller's own rows, untouched.
    values
        One column per requested feature, N rows in the caller's order.
    manifest
        What was computed from what: versions, fingerprints, source snapshots, engine, options, row count, content hash.
    folder
        Where it is saved; None if it is only in memory. What is saved is read when asked for, and not kept.
    """

    rows: Frame
    values: Frame
    manifest: Mapping[str, object]
    folder: Path | None = None

    @property
    def features(self) -> pa.Table:
        """One column per requested feature, shape (N, n), NULLs kept apart from NaN."""
        return self.values.to_arrow()

    def to_pandas(self) -> pd.DataFrame:
        """Give the caller's columns, order and index, then one column per feature.

        Integers, booleans and texts are pandas' nullable types, dates are Arrow dates, decimals Arrow decimals; a
        missing DOUBLE is NaN. Rows that were not pandas are converted by the same rule.
        """
        rows = self.rows.to_pandas()
        values = self.features.to_pandas(types_mapper=pandas_dtype)
        values.index = rows.index
        joined: pd.DataFrame = pd.concat([rows, values], axis="columns")
        return joined

    def to_arrow(self) -> pa.Table:
        """Give the caller's columns without a pandas index, then one column per feature, NULLs kept apart from NaN."""
        return beside(self.rows.to_arrow(), self.features)

    def save(self, folder: str | Path) -> TrainingSet:
        """Write everything into a new folder: `training_set.parquet` and `manifest.json`, both read-only.

        The folder appears complete or not at all.

        Parameters
        ----------
        folder
            Must not exist; a relative path starts from the working directory.

        Returns
        -------
        TrainingSet
            The saved one, which reads from the folder.

        Raises
        ------
        ConflictError
            If the folder exists.
        EntityDataframeError
            If a column of the rows cannot be kept in Parquet.
        """
        with new_folder(Path(folder)) as written:
            for rows, values in zip(self.rows.chunks(CHUNK_ROWS), self.values.chunks(CHUNK_ROWS), strict=True):
                written.write(rows, values)
            written.finish(self.manifest)
        return load_training_set(Path(folder))

    def card(self) -> Card:
        """Show shape, versions and the first rows."""
        columns: Mapping[str, Mapping[str, int]] = self.manifest["columns"]  # type: ignore[assignment]  # JSON has no types
        head = pd.concat([self.rows.head(5).reset_index(drop=True), self.values.head(5)], axis="columns")
        rows = tuple(tuple(_shown(value) for value in row) for row in head.itertuples(index=False))
        views = ", ".join(str(view["reference"]) for view in self.manifest["views"])  # type: ignore[attr-defined]  # JSON has no types
        nulls = ", ".join(f"{name} {column['nulls']:,}" for name, column in columns.items() if column["nulls"])
        saved = (("Saved in", str(self.folder)),) if self.folder else ()
        return Card(
            title=f"Training set: {self.manifest['rows']:,} rows x {len(columns)} features",
            state="ok",
            facts=(("Versions", views), ("NULLs", nulls or "none"), *saved),
            tables=(Table(tuple(head.columns), rows),),
        )


def training_set(
    rows: Frame,
    views: Sequence[ResolvedView],
    *,
    timestamp: str,
    engine: DuckDBEngine,
    options: Mapping[str, object],
    on_naive: Callable[[], None],
    clock: Clock,
    knowledge: Knowledge,
    out: Path | None = None,
    chunk_rows: int = CHUNK_ROWS,
) -> TrainingSet:
    """Compute features for each row at its own instant.

    Parameters
    ----------
    rows
        The entity dataframe, N rows: join keys and `timestamp`; other columns are passed through.
    timestamp
        Column of instants; naive values are UTC, and `on_naive` is called once to say so.
    options
        What else was asked for, for the manifest.
    knowledge
        Which rows of the sources count as known.
    out
        New folder to write to; then no more than `chunk_rows` rows are in memory at a time.

    Raises
    ------
    EntityDataframeError
        If a column is missing or has a type that does not join.
    RowContractError
        If the result would not have one answer per row.
    ConflictError
        If `out` exists.
    """
    if any(calls_for_each_row(item.view) for item in views):
        # Calls take long: smaller chunks let progress show.
        chunk_rows = min(chunk_rows, BLOCK_ROWS)
    held: list[pa.Table] = []
    target: AbstractContextManager[WrittenFolder | None] = new_folder(out) if out else nullcontext()
    with target as written, Progress("Training set", rows.count) as progress:
        computed = TrainingRows(rows, views, timestamp, engine, knowledge, on_naive, progress.advance, chunk_rows)
        if written:
            for own, features in zip(rows.chunks(chunk_rows), computed.chunks(), strict=True):
                written.write(own, features)
        else:
            held.extend(computed.chunks())
        manifest = manifest_of(computed, {"timestamp": timestamp, **options}, clock())
        if written:
            written.finish(manifest)
    if computed.incomplete:
        message = f"{computed.incomplete} of {computed.count} rows have no join key or no timestamp; their features are NULL."
        warnings.warn(message, FeatureWarning, stacklevel=3)
    return load_training_set(out) if out else TrainingSet(rows, ArrowFrame(pa.concat_tables(held)), manifest)


def load_training_set(folder: Path) -> TrainingSet:
    """Open a saved training set; rows are read when asked for.

    Raises
    ------
    NotFoundError
        If the folder holds none.
    SourceDataError
        If it is damaged.
    """
    saved = SavedFolder.open(folder)
    return TrainingSet(saved.rows, saved.values, saved.manifest, folder)


def _shown(value: Any) -> str:
    """Write one cell; a list or an array is no scalar and cannot be asked whether it is missing."""
    return format_value(None if pd.api.types.is_scalar(value) and pd.isna(value) else value)
