"""Define without calling: what can be told of a definition in Python while its function stays text."""

from __future__ import annotations

import msgspec

from jupyter_features.analysis.python_source import check_parameters, parse_python
from jupyter_features.analysis.python_text import PythonText
from jupyter_features.definitions.entity import GLOBAL
from jupyter_features.definitions.feature_view import CompiledView, FeatureView, InputView
from jupyter_features.operations.catalog import Catalog
from jupyter_features.operations.resolve import resolve
from jupyter_features.registry.questions import ListVersions


def define_uncalled(definition: FeatureView, catalog: Catalog, *, first_line: int = 1) -> CompiledView:
    """Check a definition in Python, and find the version that says the very same.

    Returns
    -------
    CompiledView
        With features and fingerprint of that version; with neither if no published version says the same, because its types are
        known only when the function has been called.

    Raises
    ------
    DefinitionError
        If the function breaks a rule that is told by its text.
    NotFoundError
        If the entity, a source or an input does not exist.
    """
    text = PythonText(definition.python, first_line)
    function = parse_python(text)
    found = _look_up(definition, catalog)
    if not definition.is_on_demand:
        check_parameters(text, function, (*(reference.alias for reference in definition.sources), "as_of"), "source")
    for version in catalog.registry.send(ListVersions(name=definition.name)):
        if version.view.definition.python and _said(version.view) == _said(found):
            return msgspec.structs.replace(version.view, definition=definition)
    return found


def _look_up(definition: FeatureView, catalog: Catalog) -> CompiledView:
    draft = CompiledView(definition=definition, entity=GLOBAL, sources=(), normal_sql="", features=(), fingerprint="")
    if definition.is_on_demand:
        found = resolve([str(reference) for reference in definition.inputs], catalog.view) if definition.inputs else ()
        inputs = [InputView(view=each.view, version=each.version, keys=tuple(each.keys.items()), outputs=each.outputs) for each in found]
        return msgspec.structs.replace(draft, inputs=tuple(inputs))
    sources = {reference.source: catalog.source(reference.source) for reference in definition.sources}
    return msgspec.structs.replace(draft, entity=catalog.entity(definition.entity), sources=tuple(sources.values()))


def _said(view: CompiledView) -> object:
    """Give what a definition says, without its words for people."""
    normal = parse_python(PythonText(view.definition.python)).normal
    plain = msgspec.structs.replace(view.definition, python="", owner="", description="", tags=())
    inputs = [(each.view.fingerprint, each.version, each.keys, each.outputs) for each in view.inputs]
    if plain.is_on_demand:
        return normal, plain, inputs
    return normal, plain, view.entity.join_keys, [msgspec.structs.replace(source, description="") for source in view.sources]
