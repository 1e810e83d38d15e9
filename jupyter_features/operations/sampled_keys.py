"""Sampled keys: some entities that have rows at an instant, the same each time from the same data."""

from __future__ import annotations

from datetime import UTC, datetime

from jupyter_features.clock import to_utc
from jupyter_features.definitions.feature_view import CompiledView
from jupyter_features.engines.duckdb.engine import DuckDBEngine
from jupyter_features.operations.python_view import visible_keys

SAMPLED_ENTITIES = 10_000


def sample_keys(view: CompiledView, engine: DuckDBEngine, as_of: datetime) -> list[tuple[object, ...]] | None:
    """Give the join keys of at most 10,000 entities; None for a view without an entity."""
    if not view.entity.join_keys:
        return None
    found = visible_keys(view, engine, naive_utc(as_of), limit=SAMPLED_ENTITIES)
    return list(zip(*(column.to_pylist() for column in found.columns), strict=True))


def naive_utc(as_of: datetime) -> datetime:
    """Take the zone off, as engines want it; a naive instant is UTC already."""
    return to_utc(as_of).astimezone(UTC).replace(tzinfo=None)
