"""Entity flow: follow the join key inward, through every scope, to every source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlglot import exp
from sqlglot.optimizer.annotate_types import annotate_types

from jupyter_features.analysis.functions import is_aggregate
from jupyter_features.analysis.global_flow import GlobalRows, GlobalWalker, global_flow
from jupyter_features.analysis.row_checks import check_grouped, check_join_form, check_window_order, sides_equal_to_number
from jupyter_features.analysis.scopes import alias_of, conjuncts, is_windowed, own_nodes, readers
from jupyter_features.analysis.sql_text import SqlText
from jupyter_features.definitions.entity import Entity
from jupyter_features.definitions.source import Source
from jupyter_features.errors import DefinitionError, did_you_mean


@dataclass(frozen=True)
class _Flow:
    """What is known of a relation's rows.

    Parameters
    ----------
    keys
        Its columns that hold the join keys, in the entity's order.
    is_unique
        True if no key has two rows; False if it may, or nobody can tell.
    numbers
        Its columns that number the rows of each key, none twice.
    rows
        What is known of rows that are the same for every entity; None for rows of one entity.
    """

    keys: tuple[str, ...]
    is_unique: bool
    numbers: frozenset[str] = frozenset()
    rows: GlobalRows | None = None


def entity_flow(source: SqlText, query: exp.Query, entity: Entity, references: Mapping[str, Source]) -> None:
    """Check that the rows of one entity come from that entity's source rows, and from rows that are the same for everybody.

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
    if any(not origin.is_keyed_by(entity) for origin in references.values()):
        # Whether equality is one to one is a matter of types.
        schema: dict[str, object] = {
            alias: {column.name: column.dtype for column in origin.columns} for alias, origin in references.items()
        }
        query = annotate_types(query.copy(), schema=schema, dialect="duckdb")
    if entity.join_keys:
        _check_one_row_per_entity(source, query, entity, references)
    else:
        _check_one_row(source, query, entity, references)


def _check_one_row(source: SqlText, query: exp.Query, entity: Entity, references: Mapping[str, Source]) -> None:
    if not global_flow(source, query, entity, references).is_one:
        group = query.args.get("group")
        raise source.refuse(
            "JF111",
            "There may be many rows at one instant; a view without an entity gives one.",
            group or query.selects[-1],
            hint="Aggregate without GROUP BY; or, if the features describe something, add --entity NAME.",
        )


def _check_one_row_per_entity(source: SqlText, query: exp.Query, entity: Entity, references: Mapping[str, Source]) -> None:
    if not any(origin.is_keyed_by(entity) for origin in references.values()):
        raise source.refuse(
            "JF123",
            f"No source of this view describes {entity.name!r}: the join key reaches none.",
            next(query.find_all(exp.Table)),
            hint=f"Read a source declared with --entity {entity.name}; or leave --entity out for one value per instant.",
        )
    flow = _Walker(source, entity, references).query(query)
    for key, column in zip(entity.key_names, flow.keys, strict=True):
        if key != column:
            raise source.refuse(
                "JF110", f"The join key {key!r} is selected as {column!r}.", _output(query, column), hint=f"Write {column} AS {key}."
            )
    if len(query.selects) == len(entity.join_keys):
        raise source.refuse("JF108", "The SELECT gives no feature, only the join key.", query.selects[0], hint="Add a column.")
    if not flow.is_unique:
        keys = ", ".join(flow.keys)
        if query.find(exp.Window):
            raise source.refuse(
                "JF111",
                f"There may be many rows per {entity.name}; the query must give one.",
                query.selects[-1],
                hint=f"Add QUALIFY ROW_NUMBER() OVER (PARTITION BY {keys} ORDER BY ...) = 1, or GROUP BY {keys}.",
            )
        group = query.args.get("group")
        if group:
            raise source.refuse(
                "JF112", f"GROUP BY must name exactly the join key here: {keys}.", group, hint="Group by more in a subquery."
            )
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
        filters = conjuncts(select.args["where"].this) if select.args.get("where") else []
        for node in readers(select):
            flow = self._relation(node.this)
            if flow.rows is not None:
                flows[alias_of(node.this)] = self._join_global(node, flow.rows, flows, filters)
                continue
            # A condition in ON filters the joined side only, when the join is a LEFT JOIN.
            if any(_picks_number(part, alias_of(node.this), flow) for part in (*filters, *conjuncts(node.args.get("on")))):
                flow = replace(flow, is_unique=True)
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
        return _Flow(outputs, is_unique or self._qualifies_one(select, keys), self._number_outputs(select, flows, keys))

    def _relation(self, relation: exp.Expr) -> _Flow:
        if not any(self.references[table.name].is_keyed_by(self.entity) for table in relation.find_all(exp.Table)):
            rows = GlobalWalker(self.source, self.entity, self.references).relation(relation)
            return _Flow((), is_unique=rows.is_one, rows=rows)
        if isinstance(relation, exp.Subquery):
            return self.query(relation.this)
        origin = self.references[relation.name]
        return _Flow(origin.key_columns, is_unique=origin.kind != "events")

    def _join_global(self, node: exp.Expr, rows: GlobalRows, flows: Mapping[str, _Flow], filters: list[exp.Expr]) -> _Flow:
        """Follow the join of rows that are the same for every entity; each gets at most one partner if the flow is unique."""
        if not flows:
            raise self.source.refuse(
                "JF116",
                f"FROM begins with {alias_of(node.this)!r}, whose rows are the same for every {self.entity.name}.",
                node.this,
                hint=f"Begin with a source of {self.entity.name}, and join {alias_of(node.this)!r} to it.",
            )
        assert isinstance(node, exp.Join)
        walker = GlobalWalker(self.source, self.entity, self.references)
        rows = walker.picked(rows, node, filters)
        covers = walker.check_join(node, rows, list(flows), filters)
        error = walker.multiplies(node, rows)
        if error and not covers and not all(flow.is_unique for flow in flows.values()):
            raise error
        return _Flow((), is_unique=covers, rows=rows)

    def _is_unique(self, select: exp.Select, flows: Mapping[str, _Flow], keys: Mapping[tuple[str, str], int]) -> bool:
        group = select.args.get("group")
        if group is None:
            if any(is_aggregate(node) and not is_windowed(node) for node in own_nodes(select)):
                raise self.source.refuse(
                    "JF111", "An aggregate without GROUP BY mixes all entities.", select.expressions[-1], hint="Add GROUP BY the join key."
                )
            if select.args.get("distinct") and len(select.expressions) == len(self.entity.join_keys):
                return True
            return all(flow.is_unique for flow in flows.values())
        by = [key.unnest() for key in group.expressions]
        found = {keys.get((key.table, key.name), -1) if isinstance(key, exp.Column) else -1 for key in by}
        if not set(range(len(self.entity.join_keys))) <= found:
            raise self._lost_key(group, by, flows)
        written = {key.sql() for key in by}
        for projection in select.expressions:
            check_grouped(self.source, projection.unalias(), written)
        return -1 not in found

    def _lost_key(self, group: exp.Expr, by: list[exp.Expr], flows: Mapping[str, _Flow]) -> DefinitionError:
        keys = ", ".join(self.entity.key_names)
        nullable = [key for key in by if isinstance(key, exp.Column) and key.name in flows[key.table].keys]
        first = next(iter(flows.items()))
        hint = f"Add GROUP BY {keys}: without it rows of several {self.entity.name}s are mixed."
        if nullable:
            base = ", ".join(f"{first[0]}.{key}" for key in first[1].keys)
            hint = f"{nullable[0].table}.{nullable[0].name} may be NULL, because of LEFT JOIN; use {base}."
        return self.source.refuse("JF112", f"GROUP BY must have the join key: {keys}.", group, hint=hint)

    def _qualifies_one(self, select: exp.Select, keys: Mapping[tuple[str, str], int]) -> bool:
        """Tell whether QUALIFY keeps one row of each key, because it picks one of their numbers."""
        qualify = select.args.get("qualify")
        parts = conjuncts(qualify.this) if qualify else []
        return any(self._is_numbering(side, keys) for part in parts for side in sides_equal_to_number(part))

    def _is_numbering(self, node: exp.Expr, keys: Mapping[tuple[str, str], int]) -> bool:
        """Tell whether this is ROW_NUMBER() over exactly the join key; RANK() gives tied rows the same number."""
        node = node.unnest()
        if not isinstance(node, exp.Window) or not isinstance(node.this, exp.RowNumber):
            return False
        by = [part.unnest() for part in node.args.get("partition_by") or []]
        found = {keys.get((part.table, part.name)) if isinstance(part, exp.Column) else None for part in by}
        return found == set(range(len(self.entity.join_keys)))

    def _number_outputs(self, select: exp.Select, flows: Mapping[str, _Flow], keys: Mapping[tuple[str, str], int]) -> frozenset[str]:
        def is_number(node: exp.Expr) -> bool:
            if not isinstance(node, exp.Column) or select.args.get("group"):
                return self._is_numbering(node, keys)
            others = [flow for alias, flow in flows.items() if alias != node.table]
            return node.name in flows[node.table].numbers and all(flow.is_unique for flow in others)

        return frozenset(projection.alias for projection in select.expressions if is_number(projection.unalias()))

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
                hint = "Its value must be the column of a source." if key in names else did_you_mean(key, names) or f"Select it: {key}."
                raise self.source.refuse(
                    "JF110", f"The join key {key!r} of entity {self.entity.name!r} is not selected.", select.expressions[0], hint=hint
                )
        return tuple(found[index] for index in range(len(self.entity.join_keys)))

    def _check_join(self, join: exp.Expr, flow: _Flow, before: Mapping[str, _Flow]) -> None:
        assert isinstance(join, exp.Join)
        alias = alias_of(join.this)
        check_join_form(self.source, join, allow_cross=False)
        pairs = {_equality(part, alias) for part in conjuncts(join.args.get("on"))} - {None}
        first = next(iter(before))
        wanted = [
            {(other, known.keys[index], column) for other, known in before.items() if known.rows is None}
            for index, column in enumerate(flow.keys)
        ]
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
            by = [part.unnest() for part in window.args.get("partition_by") or []]
            found = {keys.get((part.table, part.name)) for part in by if isinstance(part, exp.Column)}
            if not set(range(len(self.entity.join_keys))) <= found:
                raise self.source.refuse(
                    "JF128", "This window runs over several entities.", window, hint=f"Add PARTITION BY {', '.join(self.entity.key_names)}."
                )
            check_window_order(self.source, window)


def _inner_aliases(select: exp.Select) -> set[str]:
    """Name the relations whose key is never NULL through an outer join."""
    return {alias_of(node.this) for node in readers(select) if (node.args.get("side") or "").upper() != "LEFT"}


def _picks_number(part: exp.Expr, alias: str, flow: _Flow) -> bool:
    """Tell whether a condition keeps one row of each key of a relation."""
    sides = sides_equal_to_number(part)
    return any(isinstance(side, exp.Column) and side.table == alias and side.name in flow.numbers for side in sides)


def _equality(node: exp.Expr, alias: str) -> tuple[str, str, str] | None:
    """Read `other.left = alias.right` in either order as (other, left, right)."""
    if not isinstance(node, exp.EQ) or not isinstance(node.this, exp.Column) or not isinstance(node.expression, exp.Column):
        return None
    left, right = node.this, node.expression
    if left.table == alias:
        left, right = right, left
    return (left.table, left.name, right.name) if right.table == alias and left.table != alias else None


def _output(query: exp.Query, name: str) -> exp.Expr | None:
    return next((projection for projection in query.selects if projection.alias == name), None)
