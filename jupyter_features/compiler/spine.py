"""The spine plan: one instant per row of the entity dataframe, by joining the rows into every source."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlglot import exp

from jupyter_features.analysis.scopes import aggregates_all, alias_of, own_nodes, readers
from jupyter_features.compiler.newest import UNTIL, newest_instant, newest_rows, rows_until
from jupyter_features.compiler.normal_form import Relation, bind_as_of, load
from jupyter_features.compiler.visibility import column, visible
from jupyter_features.definitions.feature_view import CompiledView
from jupyter_features.definitions.source import Source
from jupyter_features.definitions.source_reference import SourceReference

SPINE_TABLE = "__jf_spine"
ROW = "__jf_row"
AS_OF = "__jf_as_of"


def spine_plan(view: CompiledView, relation: Relation, *, newest: Callable[..., exp.Select] = newest_rows) -> exp.Query:
    """Bind Q to the rows of table `__jf_spine`.

    The table has `__jf_row` (unique BIGINT), `__jf_as_of` (TIMESTAMP, UTC) and the entity's join keys. Rows with
    a NULL key or instant match nothing. Every scope of Q that reads the entity's sources carries the spine row of its
    rows: it joins, groups, partitions and selects by it beside whatever the author wrote. A scope that reads only sources
    that no join key reaches is the same for all rows of an instant, and carries the instant alone.

    Parameters
    ----------
    newest
        Looks up the row of a state source that counts for each spine row, as `newest_rows` does.

    Returns
    -------
    exp.Query
        `__jf_row`, `__jf_as_of` and the outputs of the view, one row per spine row for which Q gives one.
    """
    query = bind_as_of(load(view), lambda node: column(_base_of(node), AS_OF))
    carries_row = _Binder(view, relation, newest).bind(query)
    return query if carries_row else _answer_rows(query)


def _base_of(node: exp.Expr) -> str:
    select = node.find_ancestor(exp.Select)
    assert select is not None
    return alias_of(readers(select)[0].this)


def _answer_rows(query: exp.Query) -> exp.Select:
    """Give every spine row what holds at its instant."""
    names = [str(projection.alias) for projection in query.selects if projection.alias != AS_OF]
    asked = [column("p", ROW), column("p", AS_OF), *(column("q", name) for name in names)]
    same = exp.EQ(this=column("q", AS_OF), expression=column("p", AS_OF))
    return exp.select(*asked).from_(exp.to_table(SPINE_TABLE).as_("p")).join(query.subquery("q"), on=same)


@dataclass(frozen=True)
class _Binder:
    """Binds a query in place, from its innermost scopes outwards."""

    view: CompiledView
    relation: Relation
    newest: Callable[..., exp.Select]

    def bind(self, query: exp.Expr) -> bool:
        """Bind a SELECT or a UNION; tell whether its rows carry their spine row, or the instant alone."""
        if isinstance(query, exp.SetOperation):
            self.bind(query.this)
            return self.bind(query.expression)
        assert isinstance(query, exp.Select)
        base, *joins = readers(query)
        alias = alias_of(base.this)
        carried = [ROW, AS_OF] if self._bind_base(base) else [AS_OF]
        for join in joins:
            self._bind_join(join, alias)
        _carry(query, [column(alias, name) for name in carried])
        return ROW in carried

    def _bind_base(self, base: exp.Expr) -> bool:
        if isinstance(base.this, exp.Subquery):
            return self.bind(base.this.this)
        reference, source = self._source(base.this)
        is_keyed = source.is_keyed_by(self.view.entity)
        _replace(base.this, self._rows(reference, source) if is_keyed else rows_of_instants(reference, source, self.relation(source)))
        return is_keyed

    def _bind_join(self, join: exp.Expr, base: str) -> None:
        """Join by the spine row or the instant; a source that no join key reaches is bounded in the join itself."""
        assert isinstance(join, exp.Join)
        alias = alias_of(join.this)
        same: list[exp.Expr]
        if isinstance(join.this, exp.Subquery):
            name = ROW if self.bind(join.this.this) else AS_OF
            same = [exp.EQ(this=column(base, name), expression=column(alias, name))]
        else:
            reference, source = self._source(join.this)
            if source.is_keyed_by(self.view.entity):
                _replace(join.this, self._rows(reference, source))
                same = [exp.EQ(this=column(base, ROW), expression=column(alias, ROW))]
            else:
                same = _bounds(reference, source, alias, column(base, AS_OF))
                _replace(join.this, _rows_of_everybody(source, self.relation(source)))
        written = join.args.get("on")
        join.set("on", exp.and_(*([written] if written else []), *same) if written or same else exp.true())
        if (join.kind or "").upper() == "CROSS":
            join.set("kind", None)

    def _rows(self, reference: SourceReference, source: Source) -> exp.Select:
        return rows_of_spine(reference, source, self.relation(source), newest=self.newest)

    def _source(self, table: exp.Expr) -> tuple[SourceReference, Source]:
        reference = next(reference for reference in self.view.definition.sources if reference.alias == table.name)
        return reference, self.view.source(reference.source)


def _replace(table: exp.Expr, rows: exp.Select) -> None:
    table.replace(rows.subquery(exp.to_identifier(table.alias_or_name, quoted=True), copy=False))


def _carry(select: exp.Select, carried: list[exp.Column]) -> None:
    for window in [node for node in own_nodes(select) if isinstance(node, exp.Window)]:
        window.set("partition_by", [*(window.args.get("partition_by") or []), carried[0].copy()])
    group = select.args.get("group")
    if group:
        group.set("expressions", [*group.expressions, *(name.copy() for name in carried)])
    elif aggregates_all(select):
        select.set("group", exp.Group(expressions=[name.copy() for name in carried]))
    outputs = [exp.alias_(name.copy(), name.name, quoted=True) for name in carried]
    select.set("expressions", [*outputs, *select.expressions])


def rows_of_spine(reference: SourceReference, source: Source, table: str, *, newest: Callable[..., exp.Select] = newest_rows) -> exp.Select:
    """Give each spine row its visible source rows; of a state source only the newest."""
    same_key = [exp.EQ(this=column("s", own), expression=column("p", key)) for key, own in source.key]
    conditions = visible(source, "s", column("p", AS_OF), reference.lookback)
    if source.event_timestamp is None:
        # No comparison with the instant leaves out the rows that have none.
        conditions.append(_is_known(column("p", AS_OF)))
    pairs = exp.select().from_(exp.table_(SPINE_TABLE, alias="p"), copy=False)
    pairs = pairs.join(exp.table_(table, alias="s"), on=exp.and_(*same_key, *conditions, copy=False), copy=False)
    if source.kind != "state":
        return pairs.select(column("p", ROW), column("p", AS_OF), *(column("s", name) for name in source.column_names), copy=False)
    # A spine row has one instant and one key, so its number alone is grouped by.
    same = [exp.alias_(exp.AnyValue(this=column("p", name)), name, quoted=True) for name in (AS_OF, *(key for key, _ in source.key))]
    latest = pairs.select(column("p", ROW), *same, newest_instant(source), copy=False).group_by(column("p", ROW), copy=False)
    return newest(source, table, latest, carried=(ROW, AS_OF), conditions=visible(source, "s", column("l", AS_OF), reference.lookback))


def spine_rows(view: CompiledView, reference: SourceReference, relation: Relation) -> exp.Select:
    """Give each spine row the source rows that it may see, whether its join key picks them or everybody sees the same.

    Returns
    -------
    exp.Select
        `__jf_row`, `__jf_as_of` and the columns of the source.
    """
    source = view.source(reference.source)
    if source.is_keyed_by(view.entity):
        return rows_of_spine(reference, source, relation(source))
    seen = rows_of_instants(reference, source, relation(source))
    names = [column("q", name) for name in (AS_OF, *source.column_names)]
    same = exp.EQ(this=column("q", AS_OF), expression=column("p", AS_OF))
    return exp.select(column("p", ROW), *names).from_(exp.to_table(SPINE_TABLE).as_("p")).join(seen.subquery("q"), on=same)


def rows_of_instants(reference: SourceReference, source: Source, table: str) -> exp.Select:
    """Give each instant of the spine the rows that are visible then, whoever asks; of a state source the newest of each key."""
    as_of = column("p", AS_OF)
    instants = exp.select(as_of).distinct().from_(exp.to_table(SPINE_TABLE).as_("p"))
    known = instants.where(_is_known(as_of))
    bounds = _bounds(reference, source, "s", as_of)
    names = [column("p", AS_OF), *(column("s", name) for name in source.column_names)]
    rows = _rows_of_everybody(source, table).subquery("s")
    return exp.select(*names).from_(known.subquery("p")).join(rows, on=exp.and_(*bounds) if bounds else exp.true())


def _rows_of_everybody(source: Source, table: str) -> exp.Select:
    """Give the rows of a source that no join key reaches, not yet bounded."""
    if source.kind == "state":
        return rows_until(source, table)
    return exp.select(*(column("s", name) for name in source.column_names)).from_(exp.to_table(table).as_("s"))


def _bounds(reference: SourceReference, source: Source, alias: str, as_of: exp.Expr) -> list[exp.Expr]:
    """Bound such rows to those that count at an instant; none for a static source."""
    bounds = visible(source, alias, as_of, reference.lookback, is_keyed=False)
    if source.kind == "state":
        bounds.append(exp.GT(this=column(alias, UNTIL), expression=as_of.copy()))
    return bounds


def _is_known(value: exp.Expr) -> exp.Expr:
    return exp.Not(this=exp.Is(this=value.copy(), expression=exp.Null()))
