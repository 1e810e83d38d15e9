"""Recompile: make sure that a compiled view which somebody sent is what its own text compiles to."""

from __future__ import annotations

from contextlib import closing

from jupyter_features.analysis.view_check import view_fault
from jupyter_features.definitions.feature_view import CompiledView
from jupyter_features.definitions.typed_name import TypedName
from jupyter_features.engines.duckdb.schema_engine import SchemaEngine
from jupyter_features.errors import FeatureFunctionError, JupyterFeaturesError, PublishError
from jupyter_features.operations.define_on_demand import define_on_demand
from jupyter_features.operations.define_python import define_python
from jupyter_features.operations.define_sql import define_sql

_NEXT = "Define it again, with the version of jupyter_features that the registry service has."
_NOUNS = {"normal_sql": "query", "features": "list of features"}


def check_compiled(view: CompiledView, *, verdict: str = "cannot be published") -> None:
    """Compile the text of a view again, and compare all that follows from it: query, types, lineage, fingerprint.

    No data is read and no function is called: the types that a Python function gives are believed.

    Parameters
    ----------
    verdict
        What the error says of the view.

    Raises
    ------
    PublishError
        If the text breaks a rule, or something else follows from it than was sent.
    """
    if fault := view_fault(view):
        raise _refusal(view, verdict, fault, _NEXT)
    try:
        again = _compile(view)
    except JupyterFeaturesError as error:
        raise _refusal(view, verdict, f"{error.code}: {error.message.rstrip('.')}", error.hint) from error
    except Exception as error:  # what no compiler of ours gave may fail here in any way
        raise _refusal(view, verdict, "its text cannot be compiled", _NEXT) from error
    for part in view.__struct_fields__:
        if getattr(again, part) != getattr(view, part):
            raise _refusal(view, verdict, f"something else follows from its text than the {_NOUNS.get(part, part)} that was sent", _NEXT)


def _compile(view: CompiledView) -> CompiledView:
    definition = view.definition
    with closing(SchemaEngine()) as engine:
        if definition.is_on_demand:
            return define_on_demand(definition, inputs=view.inputs, engine=engine, types=_types(view))
        sources = {reference.alias: view.source(reference.source) for reference in definition.sources}
        if definition.python:
            return define_python(definition, entity=view.entity, sources=sources, engine=engine, types=_types(view))
        return define_sql(definition, entity=view.entity, sources=sources, engine=engine)


def _types(view: CompiledView) -> tuple[TypedName, ...]:
    types = tuple(TypedName(feature.name, feature.dtype) for feature in view.features)
    for declared in view.definition.returns:
        if declared not in types:
            raise FeatureFunctionError(f"Feature {declared.name!r} is declared as {declared.dtype}, and not given as that.")
    return types


def _refusal(view: CompiledView, verdict: str, clause: str, hint: str) -> PublishError:
    return PublishError(f"{view.name!r} {verdict}: {clause}.", hint=hint)
