"""Compatibility: what a new version means for those who read the old one; computed, never declared."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from jupyter_features.analysis.feature_meaning import feature_meanings
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


def compatibility(before: CompiledView, after: CompiledView) -> Compatibility:
    """Compare two versions of one view."""
    breaking = [*_keys(before, after), *_inputs(before, after)]
    old, new = feature_meanings(before), feature_meanings(after)
    for name in before.feature_names:
        breaking += _feature(name, before, after) or ([] if old[name] == new.get(name) else [f"{name} is computed in another way"])
    added = [f"{name} is new" for name in after.feature_names if name not in before.feature_names]
    level: Level = "MAJOR" if breaking else "MINOR" if added else "PATCH"
    return Compatibility(level=level, reasons=(*breaking, *added))


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


def _feature(name: str, before: CompiledView, after: CompiledView) -> list[str]:
    if name not in after.feature_names:
        return [f"{name} is gone"]
    old, new = before.feature(name), after.feature(name)
    if old.dtype != new.dtype:
        return [f"{name} was {old.dtype} and is {new.dtype}"]
    if old.default != new.default:
        return [f"{name} has the default {new.default!r}, it had {old.default!r}"]
    return []
