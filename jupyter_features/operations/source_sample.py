"""Source sample: a few rows of a source, kept while its data stays as it is, for estimates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from weakref import WeakKeyDictionary

import numpy as np
import pyarrow as pa
from sqlglot import exp

from jupyter_features.compiler.estimate import sample_query
from jupyter_features.definitions.source import Source
from jupyter_features.engines.duckdb.engine import DuckDBEngine

SAMPLED_ROWS = 10_000
COUNT = "__jf_count"
_FOREVER = 2**62


@dataclass
class SourceSample:
    """What is known of a source's rows without computing anything.

    Parameters
    ----------
    total
        Number of all rows.
    """

    source: Source
    total: int
    _rows: pa.Table | None = None
    _counts: pa.Table | None = None

    def rows(self, engine: DuckDBEngine) -> pa.Table:
        """Give about `SAMPLED_ROWS` rows picked at random, or all if there are fewer: join keys and times."""
        if self._rows is None:
            percent = min(100.0, 100 * SAMPLED_ROWS / max(1, self.total))
            self._rows = engine.run(sample_query(self.source, engine.relation(self.source), percent))
        return self._rows

    def counts(self, engine: DuckDBEngine) -> pa.Table:
        """Count the sampled rows of each join key: the source's key columns, and `COUNT`."""
        if self._counts is None:
            keys = self.rows(engine).group_by(list(dict.fromkeys(self.source.key_columns)))
            self._counts = keys.aggregate([([], "count_all")]).rename_columns({"count_all": COUNT})
        return self._counts

    def weight(self, engine: DuckDBEngine) -> float:
        """Tell how many rows each sampled one stands for."""
        return self.total / max(1, int(self.rows(engine).num_rows))

    def span(self, engine: DuckDBEngine) -> timedelta:
        """Tell how long the history is, infinite instants left out."""
        assert self.source.event_timestamp is not None
        times = self.rows(engine).column(self.source.event_timestamp).cast(pa.int64()).drop_null().to_numpy()
        finite = times[np.abs(times) < _FOREVER]
        return timedelta(microseconds=int(finite.max() - finite.min())) if len(finite) else timedelta()


_kept: WeakKeyDictionary[DuckDBEngine, dict[str, tuple[tuple[object, ...], SourceSample]]] = WeakKeyDictionary()


def sample_of(source: Source, engine: DuckDBEngine) -> SourceSample:
    """Count a source's rows, or remember the count of the same data; rows are picked when they are asked for."""
    kept = _kept.setdefault(engine, {})
    relation, identity = engine.relation(source), engine.identity(source)
    known = kept.get(relation)
    if known is None or known[0] != identity:
        count = exp.select(exp.alias_(exp.Count(this=exp.Star()), "total")).from_(exp.to_table(relation))
        known = (identity, SourceSample(source, int(engine.run(count).column(0)[0].as_py())))
        kept[relation] = known
    return known[1]
