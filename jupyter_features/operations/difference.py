"""Difference: what changed between two versions of a view, in its text, its schema and its values."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from jupyter_features.analysis.compatibility import Compatibility, compatibility
from jupyter_features.card import Card, Detail, Displayed, Table, format_value
from jupyter_features.clock import format_instant
from jupyter_features.definitions.feature_view import CompiledView
from jupyter_features.engines.duckdb.engine import DuckDBEngine
from jupyter_features.operations.evaluate import at_instant
from jupyter_features.operations.sampled_keys import sample_keys


@dataclass(frozen=True)
class ValueChange:
    """How one feature's values would move: of `entities` sampled, `changed` differ; `example` is one of them, in words."""

    feature: str
    entities: int
    changed: int
    example: str = ""


@dataclass(frozen=True)
class Difference(Displayed):
    """What changed from `before` to `after`.

    Parameters
    ----------
    schema_changes
        (feature, type before, type after); `-` where it does not exist.
    value_changes
        For each feature of both, on entities sampled from both, at `as_of`; empty if the two have no keys in common, or are
        computed at request time.
    """

    before: CompiledView
    after: CompiledView
    labels: tuple[str, str]
    compatibility: Compatibility
    schema_changes: tuple[tuple[str, str, str], ...]
    value_changes: tuple[ValueChange, ...]
    as_of: datetime | None

    def facts(self) -> list[tuple[str, str]]:
        """Say what matters in one line each."""
        facts = [("Compatibility", ": ".join(filter(None, (self.compatibility.level, "; ".join(self.compatibility.reasons)))))]
        if self.value_changes and self.as_of:
            moved = [change for change in self.value_changes if change.changed]
            told = ", ".join(f"{change.feature} {change.changed:,} of {change.entities:,}" for change in moved)
            facts.append((f"Values as of {format_instant(self.as_of)}", f"changed: {told}" if moved else "none changed"))
            facts += [("Such as", moved[0].example)] if moved and moved[0].example else []
        return facts

    def tables(self) -> tuple[Table, ...]:
        """Show the types that changed."""
        return (Table(("feature", *self.labels), self.schema_changes),) if self.schema_changes else ()

    def details(self) -> tuple[Detail, ...]:
        """Show the lines that changed."""
        lines = self.definition_lines()
        return (Detail("Definition, changed lines", lines),) if lines else ()

    def definition_lines(self) -> str:
        """Write the changed lines as a unified diff."""
        old, new = (view.definition.body.splitlines() for view in (self.before, self.after))
        return "\n".join(difflib.unified_diff(old, new, *self.labels, lineterm="", n=1))

    def card(self) -> Card:
        """Show everything."""
        before, after = self.labels
        is_same = self.before.fingerprint == self.after.fingerprint
        return Card(
            title=f"{self.after.name}: {before} to {after}",
            label="same meaning" if is_same else self.compatibility.level,
            state="ok" if is_same else "info",
            facts=self.facts(),
            tables=self.tables(),
            details=self.details(),
        )


def difference(
    before: CompiledView, after: CompiledView, *, labels: tuple[str, str], engine: DuckDBEngine, as_of: datetime | None
) -> Difference:
    """Compare two versions of a view.

    Parameters
    ----------
    labels
        What the two are called.
    as_of
        Instant at which values are compared; None compares none.
    """
    values = _value_changes(before, after, engine, as_of) if as_of is not None and before.fingerprint != after.fingerprint else ()
    return Difference(
        before=before,
        after=after,
        labels=labels,
        compatibility=compatibility(before, after),
        schema_changes=_schema_changes(before, after),
        value_changes=values,
        as_of=as_of,
    )


def _schema_changes(before: CompiledView, after: CompiledView) -> tuple[tuple[str, str, str], ...]:
    old = {feature.name: feature.dtype for feature in before.features}
    new = {feature.name: feature.dtype for feature in after.features}
    names = list(dict.fromkeys([*old, *new]))
    return tuple((name, old.get(name, "-"), new.get(name, "-")) for name in names if old.get(name) != new.get(name))


def _value_changes(before: CompiledView, after: CompiledView, engine: DuckDBEngine, as_of: datetime) -> tuple[ValueChange, ...]:
    if before.entity.key_names != after.entity.key_names or before.definition.is_on_demand or after.definition.is_on_demand:
        return ()
    keys = None
    if after.entity.join_keys:
        # Entities of both, so that one that is new or gone is seen.
        keys = sorted({*(sample_keys(before, engine, as_of) or ()), *(sample_keys(after, engine, as_of) or ())}, key=_by_value)
    old, new = _by_key(before, engine, as_of, keys), _by_key(after, engine, as_of, keys)
    shared = [name for name in after.feature_names if name in before.feature_names]
    return tuple(_value_change(name, after.entity.key_names, old, new) for name in shared)


Rows = dict[tuple[object, ...], dict[str, object]]


def _value_change(name: str, key_names: tuple[str, ...], old: Rows, new: Rows) -> ValueChange:
    # Sorted, since the engine gives its rows in any order and the same example is to be shown each time.
    keys = sorted({*old, *new}, key=_by_value)
    changed = [key for key in keys if old.get(key, {}).get(name) != new.get(key, {}).get(name)]
    example = ""
    if changed:
        first = changed[0]
        who = ", ".join(f"{key} {format_value(value)}" for key, value in zip(key_names, first, strict=True)) or "everybody"
        values = (format_value(rows.get(first, {}).get(name)) for rows in (old, new))
        example = f"{name} of {who}: {' -> '.join(values)}"
    return ValueChange(name, len(keys), len(changed), example)


def _by_value(key: tuple[object, ...]) -> list[tuple[bool, Any]]:
    """Order keys by their values, NULL last."""
    return [(value is None, value) for value in key]


def _by_key(view: CompiledView, engine: DuckDBEngine, as_of: datetime, keys: list[tuple[object, ...]] | None) -> Rows:
    rows = at_instant(view, engine, as_of, keys=keys).to_pylist()
    return {tuple(row[key] for key in view.entity.key_names): row for row in rows}
