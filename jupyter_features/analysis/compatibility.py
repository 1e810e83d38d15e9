"""Compatibility: what a new version means for those who read the old one; computed, never declared."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

import msgspec
from msgspec import Struct
from sqlglot import exp, parse_one
from sqlglot.optimizer.pushdown_projections import pushdown_projections

from jupyter_features.analysis.fingerprint import fingerprint
from jupyter_features.definitions.feature_view import CompiledView

Level = Literal["PATCH", "MINOR", "MAJOR"]


class Compatibility(Struct, frozen=True, kw_only=True):
    """How much a change breaks.

    Parameters
    ----------
    level
        `MAJOR`: who reads the old version gets other values, types or keys. `MINOR`: features were added, the others are as
        they were. `PATCH`: no value changes.
    reasons
        One sentence per feature or key that changed; empty for a PATCH.
    """

    level: Level
    reasons: tuple[str, ...] = ()


def compatibility(before: CompiledView, after: CompiledView, *, same_values: Collection[str] = ()) -> Compatibility:
    """Compare two versions of one view.

    Parameters
    ----------
    same_values
        Features that were shown to have the same values although they are written otherwise.
    """
    breaking = [*_keys(before, after), *_inputs(before, after)]
    for feature in before.features:
        breaking += _feature(feature.name, before, after, is_same=feature.name in same_values)
    added = [f"{name} is new" for name in after.feature_names if name not in before.feature_names]
    level: Level = "MAJOR" if breaking else "MINOR" if added else "PATCH"
    return Compatibility(level=level, reasons=(*breaking, *added))


def feature_meaning(view: CompiledView, name: str) -> str:
    """Hash what one feature means by itself; equal only if its values are. Coarser for functions: their whole text counts."""
    definition = msgspec.structs.replace(view.definition, freshness=None)
    default = view.feature(name).default
    if not view.normal_sql or definition.is_on_demand:
        # The parts of a function, or of a row-wise expression over inputs, are not told apart.
        return f"{view.fingerprint}:{name}"
    query = _alone(view, name)
    sources = {reference.alias: view.source(reference.source) for reference in definition.sources}
    used = {table.name for table in query.find_all(exp.Table)}
    read = msgspec.structs.replace(definition, sources=tuple(each for each in definition.sources if each.alias in used))
    return fingerprint(query, read, view.entity, sources, {} if default is None else {name: default})


def _alone(view: CompiledView, name: str) -> exp.Query:
    """Keep the keys and one feature, and below them only what these read."""
    query = parse_one(view.normal_sql, read="duckdb")
    assert isinstance(query, exp.Query)
    kept = {*view.entity.key_names, name}
    for select in _branches(query):
        select.set("expressions", [each for each in select.expressions if each.alias_or_name in kept])
    pruned = pushdown_projections(query)
    assert isinstance(pruned, exp.Query)
    return pruned


def _branches(query: exp.Query) -> list[exp.Select]:
    if isinstance(query, exp.SetOperation):
        return [*_branches(query.this), *_branches(query.expression)]
    return [query] if isinstance(query, exp.Select) else []


def _keys(before: CompiledView, after: CompiledView) -> list[str]:
    old, new = ([f"{key.name}:{key.dtype}" for key in view.entity.join_keys] for view in (before, after))
    return [] if old == new else [f"the join keys were {', '.join(old) or 'none'} and are {', '.join(new) or 'none'}"]


def _inputs(before: CompiledView, after: CompiledView) -> list[str]:
    known = {column.name: column.dtype for column in before.definition.request}
    return [
        f"the request must have {column.name} {column.dtype}"
        for column in after.definition.request
        if known.get(column.name) != column.dtype
    ]


def _feature(name: str, before: CompiledView, after: CompiledView, *, is_same: bool) -> list[str]:
    if name not in after.feature_names:
        return [f"{name} is gone"]
    old, new = before.feature(name), after.feature(name)
    if old.dtype != new.dtype:
        return [f"{name} was {old.dtype} and is {new.dtype}"]
    if old.default != new.default:
        return [f"{name} has the default {new.default!r}, it had {old.default!r}"]
    if is_same or feature_meaning(before, name) == feature_meaning(after, name):
        return []
    return [f"{name} is computed in another way"]
