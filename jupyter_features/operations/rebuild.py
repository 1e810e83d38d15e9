"""Rebuild: compute a saved training set again from its pinned versions, and tell what became different."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from jupyter_features.card import Card, Displayed, Table
from jupyter_features.engines.duckdb.engine import DuckDBEngine
from jupyter_features.operations.progress import Progress
from jupyter_features.operations.resolve import Lookup
from jupyter_features.operations.saved_folder import SavedFolder
from jupyter_features.operations.training_manifest import changed_definitions, knowledge_of, views_of
from jupyter_features.operations.training_rows import CHUNK_ROWS, TrainingRows, snapshots


@dataclass(frozen=True)
class Rebuild(Displayed):
    """What a saved training set is today.

    Parameters
    ----------
    rows
        Number of rows.
    saved_sha256, rebuilt_sha256
        Content hashes of the features, then and now.
    different
        Number of rows with another value, for each column that has some; a NULL differs from a value, NaN equals NaN.
    changed_sources
        Sources whose snapshot is another one now.
    changed_definitions
        References whose definition is another one now; only drafts change.
    """

    folder: Path
    rows: int
    saved_sha256: str
    rebuilt_sha256: str
    different: Mapping[str, int]
    changed_sources: tuple[str, ...]
    changed_definitions: tuple[str, ...]

    @property
    def is_equal(self) -> bool:
        """Whether every value of every row came out as it was saved."""
        return self.saved_sha256 == self.rebuilt_sha256

    def card(self) -> Card:
        """Show the verdict, what differs, and what changed behind it."""
        sources = ", ".join(self.changed_sources) or "none"
        facts = [("Content", f"{self.saved_sha256[:12]} saved, {self.rebuilt_sha256[:12]} rebuilt"), ("Changed sources", sources)]
        if self.changed_definitions:
            facts.append(("Changed definitions", ", ".join(self.changed_definitions)))
        counts = tuple((name, f"{count:,}", f"{100 * count / self.rows:.4g}%") for name, count in self.different.items())
        return Card(
            title=f"Rebuilt {self.folder.name}: {self.rows:,} rows",
            label="equal" if self.is_equal else "different",
            state="ok" if self.is_equal else "failed",
            facts=tuple(facts),
            tables=(Table(("column", "rows that differ", "share"), counts),) if counts else (),
        )


def rebuild(folder: Path, *, lookup: Lookup, engine: DuckDBEngine, chunk_rows: int = CHUNK_ROWS) -> Rebuild:
    """Compute a saved training set again: the saved rows, the pinned versions, the sources as they are now.

    No more than `chunk_rows` rows are in memory at a time.

    Raises
    ------
    NotFoundError
        If the folder holds no training set, or a version is not in the registry.
    SourceDataError
        If the saved data was changed, or a source is gone or fails.
    """
    saved = SavedFolder.open(folder)
    saved.check_unharmed()
    manifest = saved.manifest
    views = views_of(manifest, lookup)
    options: Mapping[str, str] = manifest["options"]  # type: ignore[assignment]  # JSON has no types
    counts: dict[str, int] = {}
    with Progress("Rebuild", saved.rows.count) as progress:
        computed = TrainingRows(
            saved.rows, views, options["timestamp"], engine, knowledge_of(manifest), lambda: None, progress.advance, chunk_rows
        )
        for then, now in zip(saved.values.chunks(chunk_rows), computed.chunks(), strict=True):
            for name in now.column_names:
                counts[name] = counts.get(name, 0) + _count_different(then.column(name), now.column(name))
    recorded: Mapping[str, object] = manifest["sources"]  # type: ignore[assignment]  # JSON has no types
    current = snapshots(views, engine)
    return Rebuild(
        folder=folder,
        rows=computed.count,
        saved_sha256=str(manifest["content_sha256"]),
        rebuilt_sha256=computed.content.hexdigest(),
        different={name: count for name, count in counts.items() if count},
        changed_sources=tuple(name for name in sorted({*recorded, *current}) if recorded.get(name) != current.get(name)),
        changed_definitions=changed_definitions(manifest, views),
    )


def _count_different(then: pa.ChunkedArray, now: pa.ChunkedArray) -> int:
    """Count rows where one is not the other; a column of another type differs throughout."""
    if then.type != now.type:
        return len(now)
    same = pc.equal(then, now)
    if pa.types.is_floating(now.type):
        same = pc.or_(same, pc.and_(pc.is_nan(then), pc.is_nan(now)))
    same = pc.fill_null(same, pa.scalar(False))
    both_null = pc.and_(pc.is_null(then), pc.is_null(now))
    return len(now) - int(pc.sum(pc.or_(same, both_null)).as_py() or 0)
