"""Entity flow: follow the join key from the outputs to every source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlglot import exp

from jupyter_features.analysis.functions import is_aggregate
from jupyter_features.analysis.sql_text import SqlText
from jupyter_features.definitions.entity import Entity
from jupyter_features.definitions.source import Source
from jupyter_features.errors import did_you_mean


@dataclass(frozen=True)
class EntityFlow:
    """How the entity reaches the sources.

    Parameters
    ----------
    base
        Reference alias in FROM.
    joined
        Reference aliases joined to it by the join key, in order.
    """

    base: str
    joined: tuple[str, ...]


def entity_flow(source: SqlText, tree: exp.Select, entity: Entity, references: Mapping[str, Source]) -> EntityFlow:
    """Check that each entity gets at most one row, from its own source rows only.

    Parameters
    ----------
    tree
        A qualified tree.

    Raises
    ------
    DefinitionError
        JF110 join key not selected, JF111 events without GROUP BY, JF112 grouped by something else than the join
        key, JF116 join not by the join key, JF123 source of another entity, JF190 two event sources.
    """
    base = tree.args["from_"].this.name
    for alias, origin in references.items():
        if origin.entity != entity.name:
            raise source.refuse(
                "JF123",
                f"Source {alias!r} describes {origin.entity!r}, not {entity.name!r}: the join key does not reach it.",
                hint=f"Use a source declared with --entity {entity.name}.",
            )
    _check_key_outputs(source, tree, entity, base, references)
    _check_grouping(source, tree, base, references)
    joined = tuple(_check_join(source, join, base, references) for join in tree.args.get("joins") or [])
    return EntityFlow(base, joined)


def _check_key_outputs(source: SqlText, tree: exp.Select, entity: Entity, base: str, references: Mapping[str, Source]) -> None:
    outputs = {projection.alias: projection.unalias() for projection in tree.expressions}
    for key, column in references[base].key:
        found = outputs.get(key)
        if found is None:
            close = did_you_mean(key, list(outputs))
            raise source.refuse(
                "JF110",
                f"The join key {key!r} of entity {entity.name!r} is not selected.",
                tree.expressions[0],
                hint=close or f"Select it: {key}.",
            )
        if not (isinstance(found, exp.Column) and (found.table, found.name) == (base, references[base].column(column).name)):
            raise source.refuse("JF110", f"The output {key!r} must be the column {column!r} of {base!r} itself.", found)
    if len(outputs) == len(entity.join_keys):
        raise source.refuse("JF108", "The SELECT gives no feature, only the join key.", tree.expressions[0], hint="Add a column.")


def _check_grouping(source: SqlText, tree: exp.Select, base: str, references: Mapping[str, Source]) -> None:
    group = tree.args.get("group")
    aggregates = any(is_aggregate(node) for node in tree.walk())
    origin = references[base]
    wanted = {(base, origin.column(column).name) for column in origin.key_columns}
    if group is None:
        if aggregates or origin.kind == "events":
            keys = ", ".join(origin.key_columns)
            raise source.refuse(
                "JF111",
                f"{base!r} has many rows per {origin.entity}; the query must give one.",
                tree.expressions[-1],
                hint=f"Add GROUP BY {keys}.",
            )
        return
    found = {(key.table, key.name) if isinstance(key, exp.Column) else ("", "") for key in group.expressions}
    if found != wanted:
        raise source.refuse("JF112", f"GROUP BY must name exactly the join key: {', '.join(origin.key_columns)}.", group)
    for projection in tree.expressions:
        _check_grouped(source, projection, wanted)


def _check_grouped(source: SqlText, node: exp.Expr, wanted: set[tuple[str, str]]) -> None:
    """Refuse a column that is neither the join key nor inside an aggregate."""
    if is_aggregate(node) or isinstance(node, exp.Filter):
        return
    if isinstance(node, exp.Column) and (node.table, node.name) not in wanted:
        raise source.refuse(
            "JF111", f"Column {node.name!r} has many values per entity here.", node.this, hint=f"Aggregate it, such as MAX({node.name})."
        )
    for child in node.iter_expressions():
        _check_grouped(source, child, wanted)


def _check_join(source: SqlText, join: exp.Join, base: str, references: Mapping[str, Source]) -> str:
    alias: str = join.this.name
    origin = references[alias]
    side, kind = (join.side or "").upper(), (join.kind or "").upper()
    if side not in ("", "LEFT") or kind not in ("", "INNER", "OUTER") or join.method or (kind == "OUTER" and side != "LEFT"):
        raise source.refuse(
            "JF116",
            f"{' '.join(filter(None, (join.method, side, kind)))} JOIN is not covered.",
            join,
            hint="Use JOIN or LEFT JOIN by the join key.",
        )
    if origin.kind == "events":
        raise source.refuse(
            "JF190",
            f"Joining the events of {alias!r} is not covered yet: each row would count several times.",
            join,
            hint="Define two feature views.",
        )
    condition = join.args.get("on")
    pairs = {_key_pair(part, base, alias) for part in (condition.flatten() if isinstance(condition, exp.And) else [condition])}
    wanted = {
        (references[base].column(left).name, origin.column(right).name)
        for left, right in zip(references[base].key_columns, origin.key_columns, strict=True)
    }
    if pairs != wanted:
        keys = " AND ".join(f"{base}.{left} = {alias}.{right}" for left, right in sorted(wanted))
        raise source.refuse("JF116", f"{alias!r} must be joined by exactly the join key.", join, hint=f"Write ON {keys}.")
    return alias


def _key_pair(node: exp.Expr | None, base: str, alias: str) -> tuple[str, str] | None:
    node = node.unnest() if node is not None else None
    if not isinstance(node, exp.EQ) or not isinstance(node.this, exp.Column) or not isinstance(node.expression, exp.Column):
        return None
    columns = {node.this.table: node.this.name, node.expression.table: node.expression.name}
    return (columns[base], columns[alias]) if set(columns) == {base, alias} else None
