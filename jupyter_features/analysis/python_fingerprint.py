"""Fingerprint of a Python feature view: equal for another comment, another for another line of code."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import msgspec

from jupyter_features.analysis.fingerprint import CANONICALIZER, source_meaning
from jupyter_features.definitions.entity import Entity
from jupyter_features.definitions.feature_view import FeatureView, Value
from jupyter_features.definitions.source import Source
from jupyter_features.definitions.typed_name import TypedName


def python_fingerprint(
    normal: str,
    definition: FeatureView,
    entity: Entity,
    sources: Mapping[str, Source],
    features: Sequence[TypedName],
    defaults: Mapping[str, Value],
) -> str:
    """Hash the meaning of a definition in Python.

    Parameters
    ----------
    normal
        The text without what does not compute.
    features
        Names and types, in any order.

    Returns
    -------
    str
        32 hexadecimal digits of SHA-256 over the normal text; the features; the entity's keys; each source under its
        parameter's name with its clock, key, place, all columns and lookback; defaults; freshness; and the canonicalizer's
        version. Description, owner and tags do not count.
    """
    lookbacks = {reference.alias: reference.lookback for reference in definition.sources}
    used = {alias: set(source.column_names) for alias, source in sources.items()}
    meaning = [
        CANONICALIZER,
        "python",
        normal,
        sorted(str(feature) for feature in features),
        [(key.name, key.dtype) for key in entity.join_keys],
        [[alias, source_meaning(sources[alias], used[alias], entity), lookbacks[alias]] for alias in sorted(sources)],
        sorted(defaults.items()),
        definition.freshness,
    ]
    return hashlib.sha256(msgspec.json.encode(meaning)).hexdigest()[:32]
