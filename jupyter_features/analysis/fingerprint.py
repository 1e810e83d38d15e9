"""Fingerprint: equal for a change of spelling, another for a change of meaning."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import msgspec
from sqlglot import exp

from jupyter_features.definitions.entity import Entity
from jupyter_features.definitions.feature_view import FeatureView, Value
from jupyter_features.definitions.source import Source

CANONICALIZER = 1


def fingerprint(
    tree: exp.Select, definition: FeatureView, entity: Entity, sources: Mapping[str, Source], defaults: Mapping[str, Value]
) -> str:
    """Hash the meaning of a definition.

    Parameters
    ----------
    tree
        The normal form.
    sources
        Source of each reference alias.
    defaults
        Canonical default of each feature that has one.

    Returns
    -------
    str
        32 hexadecimal digits of SHA-256 over the normal form with tables renamed by their order, outputs and
        conjuncts sorted; the entity's keys; each source's clock, key and place; lookbacks; defaults; freshness; and
        the canonicalizer's version. Description, owner and tags do not count.
    """
    order = [node.this.name for node in [tree.args["from_"], *(tree.args.get("joins") or [])]]
    lookbacks = {reference.alias: reference.lookback for reference in definition.sources}
    meaning = [
        CANONICALIZER,
        _canonical_sql(tree, {alias: f"t{index}" for index, alias in enumerate(order)}),
        [(key.name, key.dtype) for key in entity.join_keys],
        [[_source_meaning(sources[alias], tree, alias), lookbacks[alias]] for alias in order],
        sorted(defaults.items()),
        definition.freshness,
    ]
    return hashlib.sha256(msgspec.json.encode(meaning)).hexdigest()[:32]


def _canonical_sql(tree: exp.Select, names: Mapping[str, str]) -> str:
    tree = tree.copy()
    for column in tree.find_all(exp.Column):
        column.set("table", exp.to_identifier(names[column.table], quoted=True))
    for table in tree.find_all(exp.Table):
        table.set("this", exp.to_identifier(names[table.name], quoted=True))
    for where in tree.find_all(exp.Where):
        if isinstance(where.this, exp.And):
            where.set("this", exp.and_(*sorted(where.this.flatten(), key=lambda part: str(part.sql()))))
    tree.set("expressions", sorted(tree.expressions, key=lambda projection: str(projection.alias)))
    return str(tree.sql("duckdb", comments=False, normalize_functions="upper"))


def _source_meaning(source: Source, tree: exp.Select, alias: str) -> list[object]:
    # The newest row of a state source is chosen by all of its columns, so all of them have a say.
    used = {column.name for column in tree.find_all(exp.Column) if column.table == alias}
    columns = [(column.name, column.dtype) for column in source.columns if source.kind == "state" or column.name in used]
    return [
        source.location,
        source.format,
        source.kind,
        source.event_timestamp,
        source.arrival,
        source.tie_break,
        source.key,
        source.inclusive,
        sorted(columns),
    ]
