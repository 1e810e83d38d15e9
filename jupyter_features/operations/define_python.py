"""Define a Python feature view: check the function, try it on real rows, and give it its fingerprint."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import msgspec
import pyarrow as pa

from jupyter_features.analysis.python_fingerprint import python_fingerprint
from jupyter_features.analysis.python_lineage import python_lineage
from jupyter_features.analysis.python_source import check_parameters, parse_python
from jupyter_features.analysis.python_text import PythonText
from jupyter_features.definitions.entity import Entity
from jupyter_features.definitions.feature_view import CompiledView, Feature, FeatureView
from jupyter_features.definitions.source import Source
from jupyter_features.definitions.typed_name import TypedName
from jupyter_features.engines.duckdb.engine import DuckDBEngine
from jupyter_features.errors import DefinitionError, FeatureFunctionError
from jupyter_features.operations.canonical_defaults import canonical_defaults
from jupyter_features.operations.newest_instant import ANY_INSTANT, newest_instant
from jupyter_features.operations.python_values import infer_types
from jupyter_features.operations.python_view import call_at_rows, spine_at, visible_keys

TRIED_ENTITIES = 100


def define_python(
    definition: FeatureView,
    *,
    entity: Entity,
    sources: Mapping[str, Source],
    engine: DuckDBEngine,
    first_line: int = 1,
    types: tuple[TypedName, ...] | None = None,
) -> CompiledView:
    """Compile a definition in Python.

    Parameters
    ----------
    types
        Names and types of the features, if they are known. If not, those that are not declared are inferred from the function's
        answers for up to 100 entities, as of just after the newest row.

    Raises
    ------
    DefinitionError
        If the function breaks a rule; `rule` says which, `place` where.
    FeatureFunctionError
        If it fails on real rows, or gives something that is no feature.
    """
    text = PythonText(definition.python, first_line)
    function = parse_python(text)
    check_parameters(text, function, (*sources, "as_of"), "source")
    _check_reach(definition, entity, sources)
    draft = CompiledView(
        definition=definition,
        entity=entity,
        sources=tuple({source.name: source for source in sources.values()}.values()),
        normal_sql="",
        features=(),
        fingerprint="",
    )
    if types is None:
        types = _asked_types(draft, engine, first_line)
    _check_names(types, entity)
    defaults = canonical_defaults(definition, {each.name: each.dtype for each in types})
    lines = python_lineage(function.words, draft.sources)
    features = [
        Feature(name=each.name, dtype=each.dtype, default=defaults.get(each.name), value_lineage=lines.values, row_lineage=lines.rows)
        for each in types
    ]
    fingerprint = python_fingerprint(function.normal, definition, entity, sources, types, defaults)
    return msgspec.structs.replace(draft, features=tuple(features), fingerprint=fingerprint)


def _check_reach(definition: FeatureView, entity: Entity, sources: Mapping[str, Source]) -> None:
    for alias, source in sources.items():
        if source.entity not in ("", entity.name) and entity.join_keys:
            raise DefinitionError(
                "JF123",
                f"Source {alias!r} describes {source.entity!r}, not {entity.name!r}: the join key does not reach it.",
                hint=f"Use a source declared with --entity {entity.name}.",
            )
    if entity.join_keys and all(source.entity != entity.name for source in sources.values()):
        raise DefinitionError(
            "JF110", f"No source of {definition.name!r} describes {entity.name!r}.", hint="Add one, or leave --entity out."
        )
    if definition.params:
        raise DefinitionError("JF131", "A function has no parameters of the definition.", hint="Write the value inside the function.")


def _check_names(types: tuple[TypedName, ...], entity: Entity) -> None:
    for each in types:
        if each.name in entity.key_names:
            raise FeatureFunctionError(f"The function gives {each.name!r}, which is a join key.", hint="Return features only.")


def _asked_types(draft: CompiledView, engine: DuckDBEngine, first_line: int) -> tuple[TypedName, ...]:
    try:
        return infer_types(call_at_rows(draft, engine, _tried_rows(draft, engine)).values, draft.definition.returns)
    except FeatureFunctionError as error:
        # The function knows lines of its own text; the person sees them in a cell.
        place = replace(error.place, line=error.place.line + first_line - 1) if error.place else None
        raise FeatureFunctionError(error.message, hint=error.hint, place=place) from error.__cause__


def _tried_rows(view: CompiledView, engine: DuckDBEngine) -> pa.Table:
    as_of = newest_instant(view.sources, engine) or ANY_INSTANT
    return spine_at(view, visible_keys(view, engine, as_of, limit=TRIED_ENTITIES), as_of)
