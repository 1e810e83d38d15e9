"""Cost: what it would take to materialize a view."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime

from jupyter_features.definitions.feature_view import CompiledView
from jupyter_features.engines.duckdb.engine import DuckDBEngine
from jupyter_features.operations.evaluate import at_instant
from jupyter_features.operations.python_view import visible_keys
from jupyter_features.operations.sampled_keys import naive_utc, sample_keys


@dataclass(frozen=True)
class Cost:
    """What materializing would take: `seconds` is scaled up from a sample, and rough."""

    entities: int
    seconds: float

    def text(self) -> str:
        """Say it in a few words, as rough as it is: the same for the same data on most machines."""
        if self.seconds < 10:
            length = "seconds"
        elif self.seconds < 60:
            length = "less than a minute"
        else:
            length = f"about {self.seconds / 60:.0f} minutes" if self.seconds < 5400 else f"about {self.seconds / 3600:.0f} hours"
        return f"{self.entities:,} entit{'y' if self.entities == 1 else 'ies'}, {length}"


def materialization_cost(view: CompiledView, engine: DuckDBEngine, as_of: datetime) -> Cost | None:
    """Count the entities of a view, and time some of them; None for an on-demand view, which is never materialized."""
    if view.definition.is_on_demand:
        return None
    entities = visible_keys(view, engine, naive_utc(as_of)).num_rows if view.entity.join_keys else 1
    keys = sample_keys(view, engine, as_of)
    start = time.perf_counter()
    at_instant(view, engine, as_of, keys=keys)
    seconds = time.perf_counter() - start
    return Cost(entities, seconds * max(1.0, entities / max(1, len(keys or ()))))
