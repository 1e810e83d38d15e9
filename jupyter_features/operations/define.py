"""Define: check a definition, infer its types, and give it its fingerprint. Writes nothing."""

from __future__ import annotations

from collections.abc import Mapping

from jupyter_features.definitions.entity import Entity
from jupyter_features.definitions.feature_view import CompiledView, FeatureView
from jupyter_features.definitions.source import Source
from jupyter_features.engines.duckdb.engine import DuckDBEngine
from jupyter_features.operations.define_sql import define_sql


def define(
    definition: FeatureView, *, entity: Entity, sources: Mapping[str, Source], engine: DuckDBEngine, first_line: int = 1
) -> CompiledView:
    """Compile a definition.

    Parameters
    ----------
    sources
        Declared source of each reference alias.
    first_line
        The number that the person sees beside the first line of the body.

    Raises
    ------
    DefinitionError
        If the body breaks a rule; `rule` says which, `place` where.
    """
    return define_sql(definition, entity=entity, sources=sources, engine=engine, first_line=first_line)
