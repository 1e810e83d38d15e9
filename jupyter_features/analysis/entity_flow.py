"""Entity flow: follow the join key inward, through every scope, to every source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlglot import exp

from jupyter_features.analysis.functions import TIE_SENSITIVE, is_aggregate
from jupyter_features.analysis.scopes import alias_of, own_nodes, readers
from jupyter_features.analysis.sql_text import SqlText
from jupyter_features.definitions.entity import Entity
from jupyter_features.definitions.source import Source
from jupyter_features.errors import did_you_mean


@dataclass(frozen=True)
class _Flow:
    """What is known of a relation's rows.

    Parameters
    ----------
    keys
        Its columns that hold the join keys, in the entity's order.
    is_unique
        True if no key has two rows; False if it may, or nobody can tell.
    is_filtered
        True if a window may have left one row per key.
    """

    keys: tuple[str, ...]
    is_unique: bool
    is_filtered: bool = False


def entity_flow(source: SqlText, query: exp.Query, entity: Entity, references: Mapping[str, Source]) -> None:
    """Check that the rows of one entity come from that entity's source rows only.

    Parameters
    ----------
    query
        A qualified query.

    Raises
    ------
    DefinitionError
        JF110 join key not selected, JF111 many rows per entity, JF112 grouping that mixes entities, JF116 join not
        by the join key, JF123 source of another entity, JF127 join that multiplies rows, JF128 window over several
        entities.
    """
    for alias, origin in references.items():
        if origin.entity != entity.name:
            raise source.refuse(
                "JF123",
                f"Source {alias!r} describes {origin.entity!r}, not {entity.name!r}: the join key does not reach it.",
                hint=f"Use a source declared with --entity {entity.name}.",
            )
    flow = _Walker(source, entity, references).query(query)
    for key, column in zip(entity.key_names, flow.keys, strict=True):
        if key != column:
            raise source.refuse(
                "JF110", f"The join key {key!r} is selected as {column!r}.", _output(query, column), hint=f"Write {column} AS {key}."
            )
    if len(query.selects) == len(entity.join_keys):
        raise source.refuse("JF108", "The SELECT gives no feature, only the join key.", query.selects[0], hint="Add a column.")
    if not flow.is_unique and not flow.is_filtered:
        keys = ", ".join(flow.keys)
        group = query.args.get("group")
        if group:
            raise source.refuse("JF112", f"GROUP BY must name exactly the join key here: {keys}.", group, hint="Group by more in a subquery.")
        raise source.refuse(
            "JF111", f"There may be many rows per {entity.name}; the query must give one.", query.selects[-1], hint=f"Add GROUP BY {keys}."
        )


@dataclass(frozen=True)
class _Walker:
    """Follows the key through one query."""

    source: SqlText
    entity: Entity
    references: Mapping[str, Source]

    def query(self, query: exp.Expr) -> _Flow:
        """Follow the key through a SELECT or a UNION."""
        if not isinstance(query, exp.SetOperation):
            assert isinstance(query, exp.Select)
            return self._select(query)
        left, right = self.query(query.this), self.query(query.expression)
        if left.keys != right.keys:
            raise self.source.refuse(
                "JF110",
                "The branches of the UNION have the join key in different columns.",
                query.expression,
                hint="Select it first in each.",
            )
        return _Flow(left.keys, is_unique=False)

    def _select(self, select: exp.Select) -> _Flow:
        flows: dict[str, _Flow] = {}
        for node in readers(select):
            flow = self._relation(node.this)
            if flows:
                self._check_join(node, flow, flows)
            flows[alias_of(node.this)] = flow
        # Any column that a join makes equal to the key is the key.
        keys = {(alias, column): index for alias, flow in flows.items() for index, column in enumerate(flow.keys)}
        inner = _inner_aliases(select)
        keys = {found: index for found, index in keys.items() if found[0] in inner}
        self._check_windows(select, keys)
        is_unique = self._is_unique(select, flows, keys)
        outputs = self._key_outputs(select, keys)
        is_filtered = bool(select.args.get("qualify")) or any(flow.is_filtered for flow in flows.values()) or _filters_on_window(select)
        return _Flow(outputs, is_unique, is_filtered)

    def _relation(self, relation: exp.Expr) -> _Flow:
        if isinstance(relation, exp.Subquery):
            return self.query(relation.this)
        origin = self.references[relation.name]
        return _Flow(origin.key_columns, is_unique=origin.kind != "events")

    def _is_unique(self, select: exp.Select, flows: Mapping[str, _Flow], keys: Mapping[tuple[str, str], int]) -> bool:
        group = select.args.get("group")
        if group is None:
            if any(is_aggregate(node) and not _is_windowed(node) for node in own_nodes(select)):
                raise self.source.refuse(
                    "JF111", "An aggregate without GROUP BY mixes all entities.", select.expressions[-1], hint="Add GROUP BY the join key."
                )
            if select.args.get("distinct") and len(select.expressions) == len(self.entity.join_keys):
                return True
            return all(flow.is_unique for flow in flows.values())
        found = {keys.get((key.table, key.name), -1) if isinstance(key, exp.Column) else -1 for key in group.expressions}
        if not set(range(len(self.entity.join_keys))) <= found:
            raise self.source.refuse("JF112", f"GROUP BY must have the join key: {', '.join(self.entity.key_names)}.", group)
        written = {key.sql() for key in group.expressions}
        for projection in select.expressions:
            self._check_grouped(projection.unalias(), written)
        return -1 not in found

    def _check_grouped(self, node: exp.Expr, written: set[str]) -> None:
        """Refuse a column that is neither grouped by nor inside an aggregate."""
        if is_aggregate(node) or isinstance(node, exp.Filter) or node.sql() in written:
            return
        if isinstance(node, exp.Column):
            raise self.source.refuse(
                "JF111",
                f"Column {node.name!r} has many values per entity here.",
                node.this,
                hint=f"Aggregate it, such as MAX({node.name}).",
            )
        for child in node.iter_expressions():
            self._check_grouped(child, written)

    def _key_outputs(self, select: exp.Select, keys: Mapping[tuple[str, str], int]) -> tuple[str, ...]:
        found: dict[int, str] = {}
        for projection in select.expressions:
            column = projection.unalias()
            if isinstance(column, exp.Column) and (column.table, column.name) in keys:
                # The first output that carries a key is it; a later copy is a feature like others.
                index = keys[column.table, column.name]
                if index not in found or projection.alias == self.entity.key_names[index]:
                    found[index] = projection.alias
        for index, key in enumerate(self.entity.key_names):
            if index not in found:
                names = [projection.alias for projection in select.expressions]
                hint = did_you_mean(key, names) or f"Select it: {key}."
                raise self.source.refuse(
                    "JF110", f"The join key {key!r} of entity {self.entity.name!r} is not selected.", select.expressions[0], hint=hint
                )
        return tuple(found[index] for index in range(len(self.entity.join_keys)))

    def _check_join(self, join: exp.Expr, flow: _Flow, before: Mapping[str, _Flow]) -> None:
        assert isinstance(join, exp.Join)
        alias = alias_of(join.this)
        side, kind = (join.side or "").upper(), (join.kind or "").upper()
        if side not in ("", "LEFT") or kind not in ("", "INNER", "OUTER") or join.method or (kind == "OUTER" and side != "LEFT"):
            written = " ".join(filter(None, (join.method, side, kind)))
            raise self.source.refuse("JF116", f"{written} JOIN is not covered.", join, hint="Use JOIN or LEFT JOIN by the join key.")
        condition = join.args.get("on")
        parts = list(condition.flatten()) if isinstance(condition, exp.And) else [condition]
        pairs = {_equality(part, alias) for part in parts} - {None}
        first = next(iter(before))
        wanted = [{(other, known.keys[index], column) for other, known in before.items()} for index, column in enumerate(flow.keys)]
        if not all(pairs & each for each in wanted):
            keys = " AND ".join(f"{first}.{left} = {alias}.{right}" for left, right in zip(before[first].keys, flow.keys, strict=True))
            raise self.source.refuse("JF116", f"{alias!r} must be joined by the join key.", join, hint=f"Write ON {keys}.")
        by_more = any(pair is not None and not any(pair in each for each in wanted) for pair in pairs)
        if not (flow.is_unique or by_more or all(known.is_unique for known in before.values())):
            raise self.source.refuse(
                "JF127",
                f"Both sides of the join with {alias!r} have many rows per {self.entity.name}: each row would count several times.",
                join,
                hint="Aggregate one side first: JOIN (SELECT key, ... GROUP BY key) AS name; or join by a further column.",
            )

    def _check_windows(self, select: exp.Select, keys: Mapping[tuple[str, str], int]) -> None:
        for window in own_nodes(select):
            if not isinstance(window, exp.Window):
                continue
            by = window.args.get("partition_by") or []
            found = {keys.get((column.table, column.name)) for column in by if isinstance(column, exp.Column)}
            if not set(range(len(self.entity.join_keys))) <= found:
                raise self.source.refuse(
                    "JF128", "This window runs over several entities.", window, hint=f"Add PARTITION BY {', '.join(self.entity.key_names)}."
                )
            if isinstance(window.this, TIE_SENSITIVE) and not window.args.get("order"):
                raise self.source.refuse("JF121", "This window has no order, so any row may come first.", window, hint="Add ORDER BY.")


def _inner_aliases(select: exp.Select) -> set[str]:
    """Name the relations whose key is never NULL through an outer join."""
    return {alias_of(node.this) for node in readers(select) if (node.args.get("side") or "").upper() != "LEFT"}


def _filters_on_window(select: exp.Select) -> bool:
    """Tell whether WHERE names a column that a subquery computed with a window."""
    where = select.args.get("where")
    if where is None:
        return False
    windowed = {
        (alias_of(node.this), projection.alias)
        for node in readers(select)
        if isinstance(node.this, exp.Subquery)
        for projection in node.this.this.selects
        if projection.find(exp.Window)
    }
    return any((column.table, column.name) in windowed for column in where.find_all(exp.Column))


def _is_windowed(node: exp.Expr) -> bool:
    parent = node.parent.parent if isinstance(node.parent, exp.Filter) else node.parent
    return isinstance(parent, exp.Window)


def _equality(node: exp.Expr | None, alias: str) -> tuple[str, str, str] | None:
    """Read `other.left = alias.right` in either order as (other, left, right)."""
    node = node.unnest() if node is not None else None
    if not isinstance(node, exp.EQ) or not isinstance(node.this, exp.Column) or not isinstance(node.expression, exp.Column):
        return None
    left, right = node.this, node.expression
    if left.table == alias:
        left, right = right, left
    return (left.table, left.name, right.name) if right.table == alias and left.table != alias else None


def _output(query: exp.Query, name: str) -> exp.Expr | None:
    return next((projection for projection in query.selects if projection.alias == name), None)
