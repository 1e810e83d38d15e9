"""Fingerprint: equal for a change of spelling, another for a change of meaning."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import msgspec
from sqlglot import exp

from jupyter_features.analysis.scopes import alias_of, all_selects, own_columns, readers
from jupyter_features.definitions.entity import Entity
from jupyter_features.definitions.feature_view import FeatureView, Value
from jupyter_features.definitions.source import Source

CANONICALIZER = 1


def fingerprint(
    query: exp.Query, definition: FeatureView, entity: Entity, sources: Mapping[str, Source], defaults: Mapping[str, Value]
) -> str:
    """Hash the meaning of a definition.

    Parameters
    ----------
    query
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
    order = list(dict.fromkeys(table.name for table in query.find_all(exp.Table)))
    lookbacks = {reference.alias: reference.lookback for reference in definition.sources}
    used = _used_columns(query)
    meaning = [
        CANONICALIZER,
        _canonical_sql(query, {alias: f"source_{index}" for index, alias in enumerate(order)}),
        [(key.name, key.dtype) for key in entity.join_keys],
        [[source_meaning(sources[alias], used[alias], entity), lookbacks[alias]] for alias in order],
        sorted(defaults.items()),
        definition.freshness,
    ]
    return hashlib.sha256(msgspec.json.encode(meaning)).hexdigest()[:32]


def _canonical_sql(query: exp.Query, names: Mapping[str, str]) -> str:
    query = query.copy()
    for select in all_selects(query):
        _rename_relations(select)
    _spell_cross_joins_alike(query)
    for table in query.find_all(exp.Table):
        table.set("this", exp.to_identifier(names[table.name], quoted=True))
    for where in query.find_all(exp.Where):
        if isinstance(where.this, exp.And):
            where.set("this", exp.and_(*sorted(where.this.flatten(), key=lambda part: str(part.sql()))))
    if isinstance(query, exp.Select):
        query.set("expressions", sorted(query.expressions, key=lambda projection: str(projection.alias)))
    return str(query.sql("duckdb", comments=False, normalize_functions="upper"))


def _spell_cross_joins_alike(query: exp.Query) -> None:
    """A comma, CROSS JOIN, and JOIN ... ON TRUE are spellings of one thing."""
    for join in query.find_all(exp.Join):
        condition = join.args.get("on")
        is_true = condition is None or (isinstance(condition.unnest(), exp.Boolean) and bool(condition.unnest().this))
        if is_true and not join.side:
            join.set("on", None)
            join.set("kind", "CROSS")


def _rename_relations(select: exp.Select) -> None:
    """Name the relations of a scope by their order, so that aliases have no say."""
    numbers = {alias_of(node.this): f"t{index}" for index, node in enumerate(readers(select))}
    for column in own_columns(select):
        column.set("table", exp.to_identifier(numbers[column.table], quoted=True))
    for node in readers(select):
        node.this.args["alias"].set("this", exp.to_identifier(numbers[alias_of(node.this)], quoted=True))


def _used_columns(query: exp.Query) -> dict[str, set[str]]:
    """Collect the columns that are read of each source reference."""
    used: dict[str, set[str]] = {}
    for select in all_selects(query):
        tables = {alias_of(node.this): node.this.name for node in readers(select) if isinstance(node.this, exp.Table)}
        for reference in tables.values():
            used.setdefault(reference, set())
        for column in own_columns(select):
            if column.table in tables:
                used[tables[column.table]].add(column.name)
    return used


def source_meaning(source: Source, used: set[str], entity: Entity) -> list[object]:
    """Say what of a source has a say in the values: its place and clock, whose its rows are, and the used columns."""
    # The newest row of a state source is chosen by all of its columns, so all of them have a say.
    columns = [(column.name, column.dtype) for column in source.columns if source.kind == "state" or column.name in used]
    for_everybody = [] if source.is_keyed_by(entity) else ["for everybody"]
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
        *for_everybody,
    ]
