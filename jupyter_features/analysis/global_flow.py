"""Global flow: how many rows there are where no join key picks them, and whether a join counts one several times."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from sqlglot import exp

from jupyter_features.analysis.row_checks import (
    check_grouped,
    check_join_form,
    check_window_order,
    mixes_text,
    pinned_columns,
    sides_equal_to_number,
)
from jupyter_features.analysis.scopes import aggregates_all, alias_of, conjuncts, own_nodes, readers
from jupyter_features.analysis.sql_text import SqlText
from jupyter_features.definitions.entity import Entity
from jupyter_features.definitions.source import Source
from jupyter_features.errors import DefinitionError

Identity = frozenset[tuple[str, str]] | None
"""Columns, as (alias, name), that tell the rows of a scope apart; empty if there is at most one, None if nobody can tell."""


@dataclass(frozen=True)
class GlobalRows:
    """What is known of rows that are the same for every entity.

    Parameters
    ----------
    identity
        Columns that tell them apart; empty if there is at most one row, None if nobody can tell.
    numbers
        Columns that number the rows of each value of other columns, none twice.
    source
        The source, if these are its rows as they are.
    """

    identity: frozenset[str] | None
    numbers: Mapping[str, frozenset[str]] = field(default_factory=dict)
    source: Source | None = None

    @property
    def is_one(self) -> bool:
        """Tell whether there is at most one row."""
        return self.identity == frozenset()


def global_flow(source: SqlText, query: exp.Query, entity: Entity, references: Mapping[str, Source]) -> GlobalRows:
    """Follow the rows of a query over sources that no join key reaches.

    Parameters
    ----------
    query
        A qualified query with types; all its sources are of no entity, of another one, or the view is global.

    Raises
    ------
    DefinitionError
        JF111 a column with many values, JF116 a join by nothing, JF121 a window without order, JF123 source of another
        entity, JF127 a join that multiplies rows.
    """
    return GlobalWalker(source, entity, references).query(query)


@dataclass(frozen=True)
class GlobalWalker:
    """Follows rows through one query."""

    text: SqlText
    entity: Entity
    references: Mapping[str, Source]

    def query(self, query: exp.Expr) -> GlobalRows:
        """Follow the rows of a SELECT or a UNION."""
        if not isinstance(query, exp.SetOperation):
            assert isinstance(query, exp.Select)
            return self._select(query)
        self.query(query.this)
        self.query(query.expression)
        return GlobalRows(None)

    def relation(self, relation: exp.Expr) -> GlobalRows:
        """Follow the rows of a table or a subquery."""
        if isinstance(relation, exp.Subquery):
            return self.query(relation.this)
        origin = self.references[relation.name]
        if origin.kind == "events" or (origin.kind == "static" and not origin.key):
            return GlobalRows(None, source=origin)
        return GlobalRows(frozenset(origin.key_columns), source=origin)

    def picked(self, rows: GlobalRows, join: exp.Join, filters: list[exp.Expr]) -> GlobalRows:
        """Take one row of each value, if a condition picks one of the relation's numbers."""
        return _picked(rows, alias_of(join.this), [*filters, *conjuncts(join.args.get("on"))])

    def check_join(self, join: exp.Join, rows: GlobalRows, known: list[str], filters: list[exp.Expr]) -> bool:
        """Check the join of a relation; tell whether it gives each row before it at most one partner.

        Parameters
        ----------
        known
            The relations that stand before it.
        filters
            What else must hold of the joined rows.

        Raises
        ------
        DefinitionError
            JF116 if it is joined by nothing, JF123 if it is of another entity and not joined by its whole key.
        """
        check_join_form(self.text, join, allow_cross=True)
        alias, on = alias_of(join.this), conjuncts(join.args.get("on"))
        covers = rows.identity is not None and rows.identity <= pinned_columns([*on, *filters], alias, known)
        if self._is_foreign(rows) and not covers:
            raise self._not_reached(join.this, rows.source)
        if rows.is_one or pinned_columns(on, alias, known):
            return covers
        mixed = next((part for part in on if mixes_text(part)), None)
        if mixed is not None:
            raise self.text.refuse(
                "JF116",
                f"The join with {alias!r} compares a text with another type, for which the texts '1' and '01' may be one value.",
                mixed,
                hint=f"Cast the other side to the type of {_example(join.this, rows)}.",
            )
        raise self.text.refuse(
            "JF116",
            f"{alias!r} may have many rows and is joined by nothing.",
            join,
            hint=f"Write ON ... = {_example(join.this, rows)}; only what has at most one row is joined without a condition.",
        )

    def multiplies(self, join: exp.Join, rows: GlobalRows) -> DefinitionError | None:
        """Give the error of a join by which neither side keeps its rows single; None if nobody can tell that it does."""
        if rows.identity is None and (rows.source is None or rows.source.kind != "static"):
            return None
        name = alias_of(join.this)
        if rows.identity is None:
            hint = f"Declare what tells the rows of {name!r} apart: --key COLUMN; and join by it."
        else:
            hint = f"Join by all of {', '.join(f'{name}.{column}' for column in sorted(rows.identity))}, or aggregate it first."
        return self.text.refuse(
            "JF127", f"The join with {name!r} may give one row many partners: each would count several times.", join, hint=hint
        )

    def _select(self, select: exp.Select) -> GlobalRows:
        identity, numbers = self._joined(select)
        for window in own_nodes(select):
            if isinstance(window, exp.Window):
                check_window_order(self.text, window)
        outputs = _outputs(select)
        numbered = {
            projection.alias: by for projection in select.expressions if (by := _numbered(projection.unalias(), outputs)) is not None
        }
        if not (select.args.get("group") or aggregates_all(select)):
            numbered |= {
                outputs[column]: by
                for column, names in numbers.items()
                if (by := _renamed(names, outputs)) is not None and column in outputs
            }
        return GlobalRows(self._identity(select, identity, outputs), numbered)

    def _joined(self, select: exp.Select) -> tuple[Identity, Mapping[tuple[str, str], Identity]]:
        """Follow the joins of a SELECT; give what tells its rows apart, and the columns that number them."""
        base, *joins = readers(select)
        filters = conjuncts(select.args["where"].this) if select.args.get("where") else []
        rows = _picked(self.relation(base.this), alias_of(base.this), filters)
        if self._is_foreign(rows):
            raise self._not_reached(base.this, rows.source)
        identity = _qualified(alias_of(base.this), rows)
        numbers = {} if joins else {(alias_of(base.this), name): _of(alias_of(base.this), by) for name, by in rows.numbers.items()}
        known = [alias_of(base.this)]
        for join in joins:
            assert isinstance(join, exp.Join)
            identity = self._join(join, identity, known, filters)
            known.append(alias_of(join.this))
        constants = {(alias, column) for alias in known for column in pinned_columns(filters, alias, ())}
        return (identity - constants if identity is not None else None), numbers

    def _join(self, join: exp.Join, identity: Identity, known: list[str], filters: list[exp.Expr]) -> Identity:
        alias = alias_of(join.this)
        on = conjuncts(join.args.get("on"))
        rows = self.picked(self.relation(join.this), join, filters)
        # What stands before has one row for each row of the relation, if equality with the relation fixes all its columns.
        fixed = {(before, column) for before in known for column in pinned_columns(on, before, [alias])}
        is_single = identity is not None and identity <= fixed
        if is_single and not identity and not self._is_foreign(rows):
            check_join_form(self.text, join, allow_cross=True)
            return _qualified(alias, rows)
        if self.check_join(join, rows, known, filters):
            return identity
        if is_single:
            return _qualified(alias, rows) if join.side != "LEFT" else None
        error = self.multiplies(join, rows)
        if error:
            raise error
        return None

    def _identity(self, select: exp.Select, identity: Identity, outputs: Mapping[tuple[str, str], str]) -> frozenset[str] | None:
        is_grouped = select.args.get("group") or aggregates_all(select)
        found = self._grouped_by(select) if is_grouped else _renamed(identity, outputs)
        picked = [
            by
            for part in conjuncts(_qualify_condition(select))
            for side in sides_equal_to_number(part)
            if (by := _numbered(side, outputs)) is not None
        ]
        if picked:
            return picked[0]
        if found is None and select.args.get("distinct"):
            return frozenset(str(projection.alias) for projection in select.expressions)
        return found

    def _grouped_by(self, select: exp.Select) -> frozenset[str] | None:
        """Name the outputs that are grouped by; none if all is one group, None if not all of them are selected."""
        group = select.args.get("group")
        written = {key.unnest().sql() for key in group.expressions} if group else set()
        for projection in select.expressions:
            check_grouped(self.text, projection.unalias(), written)
        named = {projection.unalias().sql(): str(projection.alias) for projection in select.expressions}
        return frozenset(named[key] for key in written) if written <= named.keys() else None

    def _is_foreign(self, rows: GlobalRows) -> bool:
        return bool(self.entity.join_keys and rows.source and rows.source.entity)

    def _not_reached(self, table: exp.Expr, origin: Source | None) -> DefinitionError:
        assert origin is not None
        alias = alias_of(table)
        whole = " AND ".join(f"{alias}.{column} = ..." for column in origin.key_columns)
        join = f"Join it by its whole key: {whole}; or declare" if origin.kind != "events" else "Declare"
        return self.text.refuse(
            "JF123",
            f"Source {table.name!r} describes {origin.entity!r}, not {self.entity.name!r}: the join key does not reach it.",
            table,
            hint=f"{join} the data with --global, if all its rows concern every {self.entity.name}.",
        )


def _picked(rows: GlobalRows, alias: str, conditions: list[exp.Expr]) -> GlobalRows:
    """Take one row of each value, if a condition picks one of their numbers."""
    for part in conditions:
        for side in sides_equal_to_number(part):
            if isinstance(side, exp.Column) and side.table == alias and side.name in rows.numbers:
                return replace(rows, identity=rows.numbers[side.name])
    return rows


def _numbered(node: exp.Expr, outputs: Mapping[tuple[str, str], str]) -> frozenset[str] | None:
    """Name the outputs that ROW_NUMBER() starts anew for; None if this is none, or they are not selected."""
    if not isinstance(node, exp.Window) or not isinstance(node.this, exp.RowNumber):
        return None
    by = [part.unnest() for part in node.args.get("partition_by") or []]
    columns = [(part.table, part.name) for part in by if isinstance(part, exp.Column)]
    return _renamed(frozenset(columns), outputs) if len(columns) == len(by) else None


def _renamed(columns: Identity, outputs: Mapping[tuple[str, str], str]) -> frozenset[str] | None:
    if columns is None or not columns <= outputs.keys():
        return None
    return frozenset(outputs[column] for column in columns)


def _outputs(select: exp.Select) -> dict[tuple[str, str], str]:
    """Name the output of each column that is selected as it is."""
    plain = [(projection.unalias(), str(projection.alias)) for projection in select.expressions]
    return {(column.table, column.name): name for column, name in plain if isinstance(column, exp.Column)}


def _qualified(alias: str, rows: GlobalRows) -> Identity:
    return None if rows.identity is None else _of(alias, rows.identity)


def _of(alias: str, names: frozenset[str]) -> frozenset[tuple[str, str]]:
    return frozenset((alias, name) for name in names)


def _qualify_condition(select: exp.Select) -> exp.Expr | None:
    qualify = select.args.get("qualify")
    return qualify.this if qualify else None


def _example(relation: exp.Expr, rows: GlobalRows) -> str:
    return f"{alias_of(relation)}.{min(rows.identity)}" if rows.identity else f"{alias_of(relation)}.column"
