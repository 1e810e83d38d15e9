"""Training rows: the entity dataframe's features, computed a chunk at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from jupyter_features.compiler.knowledge import Knowledge
from jupyter_features.engines.duckdb.engine import DuckDBEngine
from jupyter_features.errors import RowContractError, SourceDataError
from jupyter_features.operations.content_hash import ContentHash
from jupyter_features.operations.entity_dataframe import read_instants
from jupyter_features.operations.feature_rows import feature_rows, needed_columns
from jupyter_features.operations.frame import Frame
from jupyter_features.operations.resolve import ResolvedView

CHUNK_ROWS = 1_000_000


@dataclass
class TrainingRows:
    """Computes features in the order of the rows; what it counts is complete once all chunks have passed.

    Parameters
    ----------
    rows
        The entity dataframe.
    on_naive
        Called once if the instants have no zone.
    on_chunk
        Called after each chunk with its number of rows.
    incomplete
        Rows without a join key or an instant so far.
    count
        Rows so far.
    """

    rows: Frame
    views: Sequence[ResolvedView]
    timestamp: str
    engine: DuckDBEngine
    knowledge: Knowledge
    on_naive: Callable[[], None]
    on_chunk: Callable[[int], None]
    chunk_rows: int = CHUNK_ROWS
    incomplete: int = 0
    count: int = 0
    content: ContentHash = field(default_factory=ContentHash)

    def chunks(self) -> Iterator[pa.Table]:
        """Compute the features of `chunk_rows` rows at a time; at least one table, of no rows if there are none.

        Raises
        ------
        EntityDataframeError
            If a column is missing or has a type that does not join.
        RowContractError
            If the result does not have one answer per row.
        SourceDataError
            If a source fails, or changes on the way: its rows would then be of two states.
        """
        needed = [column for item in self.views for column in needed_columns(item)]
        before = snapshots(self.views, self.engine)
        for inputs in self.rows.inputs(needed, self.timestamp, self.chunk_rows):
            features = self._compute(inputs)
            self.content.update(features)
            self.count += features.num_rows
            self.on_chunk(features.num_rows)
            yield features
        _check_still(before, snapshots(self.views, self.engine))
        if self.count != self.rows.count:
            raise RowContractError(f"{self.rows.count} rows went in and {self.count} came out.")

    def _compute(self, inputs: pa.Table) -> pa.Table:
        instants = read_instants(inputs, self.timestamp)
        if instants.zone is None and inputs.num_rows and not self.count:
            self.on_naive()
        incomplete = pc.is_null(instants.values)
        columns: dict[str, pa.ChunkedArray] = {}
        for item in self.views:
            computed = feature_rows(item, inputs, instants.values, self.engine, knowledge=self.knowledge)
            incomplete = pc.or_(incomplete, computed.is_nobodys)
            columns |= {output: _in_zone(computed.features.column(name), instants.zone) for name, output in item.outputs}
        self.incomplete += pc.sum(incomplete).as_py() or 0
        features = pa.table(columns)
        if features.num_rows != inputs.num_rows:
            raise RowContractError(f"{inputs.num_rows} rows went in and {features.num_rows} came out.")
        return features


def snapshots(views: Sequence[ResolvedView], engine: DuckDBEngine) -> dict[str, dict[str, object]]:
    """Identify the data behind every source of some views right now, by name of source."""
    sources = {source.name: source for item in views for source in item.view.sources}
    return {name: {"location": source.location, "snapshot": engine.snapshot(source)} for name, source in sorted(sources.items())}


def _check_still(before: dict[str, dict[str, object]], after: dict[str, dict[str, object]]) -> None:
    changed = [name for name in before if before[name] != after[name]]
    if changed:
        raise SourceDataError(
            f"Source {changed[0]!r} changed while its features were computed.", hint="Compute them again once it is written."
        )


def _in_zone(column: pa.ChunkedArray, zone: str | None) -> pa.ChunkedArray:
    if zone is None or column.type != pa.timestamp("us"):
        return column
    return pc.assume_timezone(column, "UTC").cast(pa.timestamp("us", tz=zone))
