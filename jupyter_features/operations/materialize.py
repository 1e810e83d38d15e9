"""Materialize: compute every entity at one instant and store its vector for serving."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa

from jupyter_features.card import Card, Displayed
from jupyter_features.clock import format_instant
from jupyter_features.definitions.feature_view import CompiledView
from jupyter_features.engines.duckdb.engine import DuckDBEngine
from jupyter_features.online.sqlite import SqliteOnlineStore
from jupyter_features.operations.evaluate import at_instant


@dataclass(frozen=True)
class Materialization(Displayed):
    """Counts of entities.

    Parameters
    ----------
    changed, emptied, unchanged
        New or with another value; without a row any more; as before.
    superseded
        True if the store already holds a newer instant and nothing was written.
    """

    view: str
    version: int
    as_of: datetime
    changed: int
    emptied: int
    unchanged: int
    superseded: bool = False

    def card(self) -> Card:
        """Show the counts."""
        counts = f"changed {self.changed:,}, emptied {self.emptied:,}, unchanged {self.unchanged:,}"
        return Card(
            title=f"Materialized {self.view}@{self.version}",
            label=f"as of {format_instant(self.as_of)}",
            state="warning" if self.superseded else "ok",
            facts=(("Entities", "the online store is newer; nothing was written" if self.superseded else counts),),
            next_step=f"%feature online {self.view}",
        )


def materialize(view: CompiledView, version: int, *, as_of: datetime, engine: DuckDBEngine, online: SqliteOnlineStore) -> Materialization:
    """Bring the online store to an instant.

    All or nothing: an interruption or error leaves the store as it was, and repeating is harmless.

    Parameters
    ----------
    as_of
        Naive means UTC. The caller has checked that it is not in the future.
    """
    return store_vectors(view, version, at_instant(view, engine, as_of), as_of=as_of, online=online)


def store_vectors(view: CompiledView, version: int, table: pa.Table, *, as_of: datetime, online: SqliteOnlineStore) -> Materialization:
    """Make a table of join keys and features, as `at_instant` gives it, all that the online store has of a version."""
    dtypes = [feature.dtype for feature in view.features]
    written = online.write(view=view.name, version=version, as_of=as_of, dtypes=dtypes, rows=_rows(view, table))
    return Materialization(view.name, version, as_of, written.changed, written.emptied, written.unchanged, written.superseded)


def _rows(view: CompiledView, table: pa.Table) -> Iterator[tuple[tuple[object, ...], tuple[object, ...]]]:
    width = len(view.entity.join_keys)
    for batch in table.to_batches(max_chunksize=10_000):
        columns = [column.to_pylist() for column in batch.columns]
        for row in zip(*columns, strict=True):
            yield row[:width], row[width:]
