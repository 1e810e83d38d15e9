"""Compile once: a definition that was compiled over these sources is not compiled again."""

from __future__ import annotations

import msgspec

from jupyter_features.definitions.feature_view import CompiledView, FeatureView
from jupyter_features.engines.duckdb.engine import DuckDBEngine
from jupyter_features.operations.catalog import Catalog
from jupyter_features.operations.define import define_by_name

_MOST = 100


class CompileOnce:
    """Compiles definitions in SQL once; other definitions anew, because their types come from real rows."""

    def __init__(self, catalog: Catalog, engine: DuckDBEngine) -> None:
        self._catalog = catalog
        self._engine = engine
        self._compiled: dict[bytes, CompiledView] = {}

    def compile(self, definition: FeatureView, *, first_line: int = 1) -> CompiledView:
        """Give the compiled view; see `define` for what may be raised."""
        if definition.is_on_demand or not definition.sql:
            return define_by_name(definition, self._catalog, self._engine, first_line=first_line)
        sources = [self._catalog.source(reference.source) for reference in definition.sources]
        # As text, because 1, 1.0 and true are equal in Python and are not the same default.
        key = msgspec.json.encode((definition, self._catalog.entity(definition.entity), sources))
        if key not in self._compiled:
            compiled = define_by_name(definition, self._catalog, self._engine, first_line=first_line)
            if len(self._compiled) >= _MOST:
                del self._compiled[next(iter(self._compiled))]
            self._compiled[key] = compiled
        for source in sources:
            # Refuses data that has changed its columns.
            self._engine.relation(source)
        return self._compiled[key]
