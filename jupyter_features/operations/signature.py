"""Sign: ask a view about the registry's probe, and keep what it answers. Reads nobody's data."""

from __future__ import annotations

import re
from dataclasses import replace

import msgspec

from jupyter_features.analysis.literals import NO_LITERALS, Literals, literals_of
from jupyter_features.definitions.feature_view import CompiledView, Feature
from jupyter_features.definitions.probe_signature import FeatureSignature, ProbeSignature, TextProbe
from jupyter_features.errors import JupyterFeaturesError
from jupyter_features.operations.probing.answers import Probe, ProbeAnswers, Prober, input_identities, probe_identity
from jupyter_features.operations.probing.comparable import Comparable, comparable, digest, is_constant, size, sketch
from jupyter_features.operations.probing.rows import source_identity

_PLAIN = Probe("base", NO_LITERALS, entities=24, everybody=300, inputs=300)
# Each text costs one more evaluation, and the first few tell nearly everything.
_MOST_TEXTS = 6
_WORD = re.compile(r"[^\W_]+")
_FILLERS = frozenset(("a", "an", "and", "as", "at", "by", "for", "from", "in", "is", "of", "on", "or", "per", "the", "this", "to", "with"))


def sign(view: CompiledView, prober: Prober) -> ProbeSignature:
    """Take a view's signature.

    The plain probe knows no text that a query compares with, so that `channel = 'web'` would be false throughout: where a
    feature is constant there, the view is asked once more for each text it mentions, about rows in which that text occurs.

    Returns
    -------
    ProbeSignature
        With `failure` and no features if the view cannot be computed on made-up rows.
    """
    try:
        plain = prober.ask(view, _PLAIN)
        features = [_sign(view, feature, plain) for feature in view.features]
        if any(feature.is_constant for feature in features):
            features = _with_texts(view, features, prober)
    except JupyterFeaturesError as error:
        return _signature(view, 0, (), error.message)
    return _signature(view, len(plain.found), tuple(features), "")


def sources_read(view: CompiledView) -> tuple[str, ...]:
    """Identify what a view reads: its sources, or the inputs of an on-demand view; sorted."""
    if view.definition.is_on_demand:
        return tuple(sorted(input_identities(view)))
    return tuple(sorted({source_identity(view.source(reference.source)) for reference in view.definition.sources}))


def words_of(view: CompiledView) -> tuple[str, ...]:
    """Collect what a view is called and described with: lower case, sorted, without the words that join others."""
    definition = view.definition
    text = " ".join((view.name, *view.feature_names, definition.description, *definition.tags)).casefold()
    return tuple(sorted({word for word in _WORD.findall(text) if word not in _FILLERS and not word.isdigit()}))


def _signature(view: CompiledView, rows: int, features: tuple[FeatureSignature, ...], failure: str) -> ProbeSignature:
    columns = {column for feature in view.features for column in (*feature.value_lineage, *feature.row_lineage)}
    return ProbeSignature(
        probe=probe_identity(view),
        rows=rows,
        sources=sources_read(view),
        columns=tuple(sorted(columns)),
        words=words_of(view),
        features=features,
        failure=failure,
    )


def _sign(view: CompiledView, feature: Feature, answers: ProbeAnswers) -> FeatureSignature:
    values = _values(feature, answers)
    return FeatureSignature(
        name=feature.name,
        dtype=feature.dtype,
        family=values.family,
        digest=digest(values, probe_identity(view)),
        is_constant=is_constant(values, answers.found),
        sketch=sketch(values),
        size=size(values),
    )


def _values(feature: Feature, answers: ProbeAnswers) -> Comparable:
    return comparable(answers.features.column(feature.name), feature.dtype)


def _with_texts(view: CompiledView, features: list[FeatureSignature], prober: Prober) -> list[FeatureSignature]:
    texts = sorted(literals_of(view).texts)[:_MOST_TEXTS]
    found: dict[str, list[TextProbe]] = {feature.name: [] for feature in features}
    for text in texts:
        answers = prober.ask(view, replace(_PLAIN, literals=Literals(texts=frozenset((text,)))))
        for feature in view.features:
            values = _values(feature, answers)
            probed = TextProbe(text, digest(values, f"{probe_identity(view)}:{text}"), is_constant(values, answers.found))
            found[feature.name].append(probed)
    return [msgspec.structs.replace(feature, texts=tuple(found[feature.name])) if feature.is_constant else feature for feature in features]
