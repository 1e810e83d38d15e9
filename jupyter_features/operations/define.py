"""Define: check a definition, infer its types, and give it its fingerprint. Writes nothing."""

from __future__ import annotations

from collections.abc import Mapping

from jupyter_features.definitions.entity import Entity
from jupyter_features.definitions.feature_view import CompiledView, FeatureView, InputView
from jupyter_features.definitions.source import Source
from jupyter_features.engines.duckdb.engine import DuckDBEngine
from jupyter_features.operations.catalog import Catalog
from jupyter_features.operations.define_on_demand import define_on_demand
from jupyter_features.operations.define_python import define_python
from jupyter_features.operations.define_sql import define_sql
from jupyter_features.operations.resolve import resolve


def define(
    definition: FeatureView, *, entity: Entity, sources: Mapping[str, Source], engine: DuckDBEngine, first_line: int = 1
) -> CompiledView:
    """Compile a definition over sources.

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
    FeatureFunctionError
        If a Python function fails on real rows.
    """
    compile_body = define_python if definition.python else define_sql
    return compile_body(definition, entity=entity, sources=sources, engine=engine, first_line=first_line)


def define_by_name(definition: FeatureView, catalog: Catalog, engine: DuckDBEngine, *, first_line: int = 1) -> CompiledView:
    """Compile any definition, looking up the entity, sources and inputs that it names.

    Raises
    ------
    NotFoundError
        If one does not exist.
    """
    if definition.is_on_demand:
        references = [str(reference) for reference in definition.inputs]
        found = resolve(references, catalog.view) if references else ()
        inputs = [InputView(view=item.view, version=item.version, keys=tuple(item.keys.items()), outputs=item.outputs) for item in found]
        return define_on_demand(definition, inputs=inputs, engine=engine, first_line=first_line)
    sources = {reference.alias: catalog.source(reference.source) for reference in definition.sources}
    return define(definition, entity=catalog.entity(definition.entity), sources=sources, engine=engine, first_line=first_line)
