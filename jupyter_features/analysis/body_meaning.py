"""What each feature means where there is no query over sources: in a function, or in expressions over inputs."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping

import msgspec
from sqlglot import exp, parse_one

from jupyter_features.analysis.fingerprint import CANONICALIZER
from jupyter_features.analysis.python_fingerprint import python_fingerprint
from jupyter_features.analysis.python_source import parse_python
from jupyter_features.analysis.python_text import PythonText
from jupyter_features.definitions.feature_view import CompiledView
from jupyter_features.definitions.typed_name import TypedName

Meanings = Mapping[str, str]


def function_meanings(view: CompiledView) -> dict[str, str]:
    """Hash what each feature of a Python view over sources means: the whole function, the feature's type and its default."""
    definition = msgspec.structs.replace(view.definition, freshness=None)
    sources = {reference.alias: view.source(reference.source) for reference in definition.sources}
    normal = _normal_text(view)
    return {
        feature.name: python_fingerprint(
            normal,
            definition,
            view.entity,
            sources,
            [TypedName(feature.name, feature.dtype)],
            {} if feature.default is None else {feature.name: feature.default},
        )
        for feature in view.features
    }


def row_wise_meanings(view: CompiledView, meanings_of: Callable[[CompiledView], Meanings]) -> dict[str, str]:
    """Hash what each feature of an on-demand view means.

    Of expressions only the inputs that one reads count, by what they mean and not by their names; of a function all do.

    Parameters
    ----------
    meanings_of
        Gives the meanings of the features of an input's view.
    """
    known = {column.name: f"request {column.name}:{column.dtype}" for column in view.definition.request}
    for each in view.inputs:
        meanings = meanings_of(each.view)
        known |= {name: f"feature {meanings[feature]} by {each.keys}" for feature, name in each.outputs}
    if view.definition.python:
        normal = _normal_text(view)
        return {feature.name: _hash("python", normal, sorted(known.items()), feature.name, feature.dtype) for feature in view.features}
    query = parse_one(view.normal_sql, read="duckdb")
    assert isinstance(query, exp.Select)
    texts = {output.alias_or_name: _told(output, known) for output in query.expressions}
    return {feature.name: _hash("sql", texts[feature.name], feature.name, feature.dtype) for feature in view.features}


def _told(output: exp.Expr, known: Mapping[str, str]) -> str:
    """Write an expression with what each column means in place of the column."""
    output = output.copy()
    for column in output.find_all(exp.Column):
        column.replace(exp.to_identifier(known[column.name], quoted=True))
    return str(output.sql("duckdb", comments=False, normalize_functions="upper"))


def _normal_text(view: CompiledView) -> str:
    return parse_python(PythonText(view.definition.python, 1)).normal


def _hash(*meaning: object) -> str:
    return hashlib.sha256(msgspec.json.encode([CANONICALIZER, "on_demand", *meaning])).hexdigest()[:32]
