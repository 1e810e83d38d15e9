"""The tiles plan: whole stretches of an entity's history are added up once, and shared by all instants that see them whole.

An entity with many rows, asked at many instants, makes the spine plan pair every row with every instant. Here the rows of
each key are cut into stretches of time, the tiles. A tile all of whose rows count the same at an instant, all in or all
out, stands for them; only the few tiles that a bound cuts through are read row by row. Every aggregate that it covers can
be put together from parts without a trace: counts, integers, decimals, exact sums, extremes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta

from sqlglot import exp

from jupyter_features.analysis.functions import EXACT_MERGE, EXACT_PART, EXACT_TOTAL, is_aggregate, is_as_of, is_exact_sum
from jupyter_features.analysis.scopes import conjuncts, own_nodes, readers
from jupyter_features.compiler.normal_form import Relation, load
from jupyter_features.compiler.spine import AS_OF, ROW, SPINE_TABLE
from jupyter_features.compiler.time_bounds import ROWS, as_written, edge_of, split_conditions, time_of
from jupyter_features.compiler.visibility import column, visible
from jupyter_features.definitions.feature_view import CompiledView
from jupyter_features.definitions.source import Source
from jupyter_features.definitions.source_reference import SourceReference
from jupyter_features.errors import PlanNotCoveredError

TILE = "__jf_tile"
# p is the spine, s the source, t its tiles, u their parts together.
_EVENTS, _TILES, _ASKED, _CUT = "__jf_events", "__jf_tiles", "__jf_asked", "__jf_cut"
_MERGED_BY: dict[type[exp.Expr], type[exp.Expr]] = {
    exp.Count: exp.Sum,
    exp.CountIf: exp.Sum,
    exp.Sum: exp.Sum,
    exp.Min: exp.Min,
    exp.Max: exp.Max,
    exp.LogicalAnd: exp.LogicalAnd,
    exp.LogicalOr: exp.LogicalOr,
}


def tiles_plan(view: CompiledView, relation: Relation, width: timedelta) -> exp.Query:
    """Bind Q to the rows of table `__jf_spine`, reading each row of a source about once.

    Parameters
    ----------
    width
        Length of a tile. It changes the work, never the answer.

    Returns
    -------
    exp.Query
        As of `spine_plan`.

    Raises
    ------
    PlanNotCoveredError
        If the view is not one GROUP BY of the join keys over one events source, with aggregates that can be put
        together from parts, whose use of `as_of()` inside aggregates and WHERE is to bound the event timestamp.
    """
    return _Tiles.of(view, relation, width).plan()


def cut_edges(view: CompiledView) -> int:
    """Count the instants at which rows of a view start or cease to count, each of which cuts a tile.

    Raises
    ------
    PlanNotCoveredError
        If the tiles plan does not cover the view.
    """
    tiles = _Tiles.of(view, lambda source: source.name, timedelta(days=1))
    tiles.plan()
    return len(tiles.edges)


@dataclass(frozen=True)
class _Part:
    """One aggregate of the author's, in parts.

    Parameters
    ----------
    aggregate
        What adds up rows, its FILTER left out.
    filters
        Conditions of its FILTER that only depend on the row.
    bounds
        Conditions of its FILTER that bound the event timestamp by the instant.
    """

    aggregate: exp.Expr
    filters: tuple[exp.Expr, ...]
    bounds: tuple[exp.Expr, ...]

    def of_rows(self) -> exp.Expr:
        """Add up rows."""
        made = self.aggregate.copy()
        return exp.Anonymous(this=EXACT_PART, expressions=made.expressions) if is_exact_sum(made) else made

    def merged(self, part: exp.Expr) -> exp.Expr:
        """Put parts together to a larger part."""
        if is_exact_sum(self.aggregate):
            return exp.Anonymous(this=EXACT_MERGE, expressions=[part])
        return _MERGED_BY[type(self.aggregate)](this=part)

    def finished(self, part: exp.Expr) -> exp.Expr:
        """Make the author's value of the last part."""
        if is_exact_sum(self.aggregate):
            return exp.Anonymous(this=EXACT_TOTAL, expressions=[part])
        if isinstance(self.aggregate, (exp.Count, exp.CountIf)):
            return exp.cast(exp.Coalesce(this=part, expressions=[exp.Literal.number(0)]), "BIGINT", dialect="duckdb")
        return part


@dataclass
class _Tiles:
    """A query taken apart.

    Parameters
    ----------
    query
        The normal form; its aggregates are replaced while they are collected.
    filters
        Conditions that only depend on the row.
    bounds
        Conditions that bound a time column by the instant, for a row to be seen at all.
    parts
        The aggregates, each once, by position.
    """

    source: Source
    table: str
    width: timedelta
    query: exp.Select
    filters: list[exp.Expr]
    bounds: list[exp.Expr]
    parts: list[_Part] = field(default_factory=list)

    @classmethod
    def of(cls, view: CompiledView, relation: Relation, width: timedelta) -> _Tiles:
        query = load(view)
        reference, source = _only_source(view, query)
        assert isinstance(query, exp.Select)
        _check_grouping(query, source)
        for node in query.find_all(exp.Column):
            node.set("table", exp.to_identifier(ROWS, quoted=True))
        conditions = [*visible(source, ROWS, column("p", AS_OF), reference.lookback), *conjuncts(_condition(query.args.get("where")))]
        filters, bounds = split_conditions(conditions, (source.event_timestamp, source.arrival))
        return cls(source, relation(source), width, query, filters, bounds)

    def plan(self) -> exp.Query:
        self._take_aggregates()
        for node in own_nodes(self.query):
            if isinstance(node, exp.Column) and node.table == ROWS:
                node.set("table", exp.to_identifier("u", quoted=True))
        merged = exp.union(self._of_tiles(), self._of_rows(), distinct=False)
        final = self.query.from_(merged.subquery("u"), copy=False)
        final.set("where", None)
        names = [ROW, AS_OF, *self.source.key_columns]
        final.set("group", exp.Group(expressions=[column("u", name) for name in names]))
        carried = [exp.alias_(column("u", name), name, quoted=True) for name in (ROW, AS_OF)]
        final.set("expressions", [*carried, *final.expressions])
        # Materialized, so that no optimizer joins rows with instants before the tiles have picked them.
        for name, query in ((_EVENTS, self._events()), (_TILES, self._tiles()), (_ASKED, self._asked()), (_CUT, self._cut())):
            final = final.with_(name, as_=query, materialized=True, copy=False)
        return final

    def _take_aggregates(self) -> None:
        """Replace each aggregate of the query by what makes it of its parts."""
        for node in [node for node in own_nodes(self.query) if is_aggregate(node)]:
            whole = node.parent if isinstance(node.parent, exp.Filter) else node
            part = self._part(node, conjuncts(_condition(whole.args.get("expression"))) if isinstance(whole, exp.Filter) else [])
            if part not in self.parts:
                self.parts.append(part)
            whole.replace(part.finished(part.merged(column("u", _name(self.parts.index(part))))))
        for node in list(self.query.find_all(exp.Anonymous)):
            if is_as_of(node):
                node.replace(column("u", AS_OF))

    def _part(self, node: exp.Expr, conditions: list[exp.Expr]) -> _Part:
        if not is_exact_sum(node) and type(node) not in _MERGED_BY:
            raise PlanNotCoveredError("tiles", f"{as_written(node)} cannot be put together from parts")
        if isinstance(node.this, (exp.Distinct, exp.Order)) or (isinstance(node, exp.Count) and node.expressions):
            raise PlanNotCoveredError("tiles", f"{as_written(node)} cannot be put together from parts")
        if any(is_as_of(inner) for inner in node.walk()):
            raise PlanNotCoveredError("tiles", f"{as_written(node)} depends on as_of() row by row")
        filters, bounds = split_conditions(conditions, (self.source.event_timestamp,))
        return _Part(node.copy(), tuple(filters), tuple(bounds))

    def _events(self) -> exp.Select:
        """Give the rows that can count at all, each with its tile."""
        times = self._times
        used = {
            node.name for part in self.parts for node in _nodes(part.aggregate, *part.filters, *part.bounds) if isinstance(node, exp.Column)
        }
        names = list(dict.fromkeys([*self.source.key_columns, *times, *sorted(used - {AS_OF})]))
        known = [exp.Not(this=exp.Is(this=column(ROWS, name), expression=exp.Null())) for name in times]
        tile = exp.alias_(_tile_of(column(ROWS, times[0]), self.width), TILE, quoted=True)
        rows = exp.to_table(self.table).as_(ROWS)
        return exp.select(*(column(ROWS, name) for name in names), tile).from_(rows).where(*self.filters, *known)

    @property
    def _times(self) -> list[str]:
        """Name the columns that bounds compare, the event timestamp first."""
        assert self.source.event_timestamp is not None
        bounds = [*self.bounds, *(bound for part in self.parts for bound in part.bounds)]
        return list(dict.fromkeys([self.source.event_timestamp, *(time_of(bound).name for bound in bounds)]))

    def _tiles(self) -> exp.Select:
        """Add up the rows of each tile, and keep the extremes of its times."""
        own = [column(ROWS, name) for name in (*self.source.key_columns, TILE)]
        extremes = [
            exp.alias_(function(this=column(ROWS, name)), label(name), quoted=True)
            for name in self._times
            for function, label in ((exp.Min, _least), (exp.Max, _greatest))
        ]
        sums = [
            exp.alias_(_filtered(part.of_rows(), part.filters), _name(index), quoted=True)
            for index, part in enumerate(self.parts)
            if self._kept(index) == index
        ]
        rows = exp.to_table(_EVENTS).as_(ROWS)
        return exp.select(*own, *extremes, *sums).from_(rows).group_by(*own)

    def _kept(self, index: int) -> int:
        """Find the first part that adds up the same rows of a tile; bounds are asked of tiles later."""
        wanted = self.parts[index]
        return next(place for place, part in enumerate(self.parts) if (part.aggregate, part.filters) == (wanted.aggregate, wanted.filters))

    def _asked(self) -> exp.Select:
        """Give the spine rows, each with the tiles that its bounds fall in."""
        names = [column("p", name) for name in (ROW, AS_OF, *(key for key, _ in self.source.key))]
        edges = [
            exp.alias_(_tile_of(exp.cast(edge.copy(), "TIMESTAMP", dialect="duckdb"), self.width), _edge(index), quoted=True)
            for index, edge in enumerate(self.edges)
        ]
        return exp.select(*names, *edges).from_(exp.to_table(SPINE_TABLE).as_("p"))

    @property
    def edges(self) -> list[exp.Expr]:
        """List the instants, as expressions of the spine row's, at which rows start or cease to count."""
        bounds = [*self.bounds, *(bound for part in self.parts for bound in part.bounds)]
        own = [bound for bound in bounds if time_of(bound).name == self.source.event_timestamp]
        return list(dict.fromkeys(edge_of(bound) for bound in own))

    def _cut(self) -> exp.Query:
        """For each spine row, name the tiles that a bound may cut through, each once."""
        names = [column("p", name) for name in (ROW, AS_OF, *(key for key, _ in self.source.key))]
        asked = exp.to_table(_ASKED).as_("p")
        cuts = [
            exp.select(*names, exp.alias_(column("p", _edge(index)), TILE, quoted=True)).from_(asked) for index in range(len(self.edges))
        ]
        if self._late:
            # Arrivals follow no order in time, so any tile may have both rows that had arrived and rows that had not.
            partly = exp.Not(this=exp.paren(exp.and_(*(self._at(bound, _greatest) for bound in self._late))))
            some = [self._at(bound, _least) for bound in self.bounds]
            pairs = exp.select(*names, column("t", TILE)).from_(asked)
            cuts.append(pairs.join(exp.to_table(_TILES).as_("t"), on=exp.and_(*self._same_key("t"), *some, partly)))
        query: exp.Query = cuts[0].distinct() if len(cuts) == 1 else cuts[0]
        for cut in cuts[1:]:
            query = exp.union(query, cut, distinct=True)
        return query

    @property
    def _late(self) -> list[exp.Expr]:
        """List the bounds on other times than the event timestamp."""
        return [bound for bound in self.bounds if time_of(bound).name != self.source.event_timestamp]

    def _of_tiles(self) -> exp.Select:
        """For each spine row, put the tiles together that it sees whole."""
        sums = []
        for index, part in enumerate(self.parts):
            seen = [self._at(bound, _least) for bound in part.bounds]
            sums.append(exp.alias_(_filtered(part.merged(column("t", _name(self._kept(index)))), seen), _name(index), quoted=True))
        # No bound falls in the tile, so what holds for its least event timestamp holds for all.
        whole = [exp.NullSafeNEQ(this=column("t", TILE), expression=column("p", _edge(index))) for index in range(len(self.edges))]
        seen = [self._at(bound, _least) for bound in self.bounds] + [self._at(bound, _greatest) for bound in self._late]
        pairs = exp.select(*self._question("t"), *sums).from_(exp.to_table(_ASKED).as_("p"))
        pairs = pairs.join(exp.to_table(_TILES).as_("t"), on=exp.and_(*self._same_key("t"), *seen, *whole))
        return pairs.group_by(*self._question("t"))

    def _of_rows(self) -> exp.Select:
        """For each spine row, add up the rows that it sees of the tiles that a bound cuts through."""
        sums = [
            exp.alias_(_filtered(part.of_rows(), (*part.filters, *part.bounds)), _name(index), quoted=True)
            for index, part in enumerate(self.parts)
        ]
        same = [*self._same_key(ROWS), exp.EQ(this=column(ROWS, TILE), expression=column("p", TILE))]
        pairs = exp.select(*self._question(ROWS), *sums).from_(exp.to_table(_CUT).as_("p"))
        rows = exp.to_table(_EVENTS).as_(ROWS)
        return pairs.join(rows, on=exp.and_(*same, *self.bounds)).group_by(*self._question(ROWS))

    def _question(self, keys: str) -> list[exp.Expr]:
        return [column("p", ROW), column("p", AS_OF), *(column(keys, name) for name in self.source.key_columns)]

    def _same_key(self, table: str) -> list[exp.Expr]:
        return [exp.EQ(this=column(table, own), expression=column("p", key)) for key, own in self.source.key]

    def _at(self, bound: exp.Expr, label: Callable[[str], str]) -> exp.Expr:
        """Ask a bound of a tile's least or greatest time in place of a row's."""

        def swap(node: exp.Expr) -> exp.Expr:
            return column("t", label(node.name)) if isinstance(node, exp.Column) and node.table == ROWS else node

        return exp.paren(bound.transform(swap))


def _only_source(view: CompiledView, query: exp.Query) -> tuple[SourceReference, Source]:
    if not isinstance(query, exp.Select) or len(readers(query)) > 1 or not isinstance(readers(query)[0].this, exp.Table):
        raise PlanNotCoveredError("tiles", "the view is more than one SELECT over one source")
    name = readers(query)[0].this.name
    reference = next(reference for reference in view.definition.sources if reference.alias == name)
    source = view.source(reference.source)
    if source.kind != "events" or not source.is_keyed_by(view.entity):
        reason = f"source {source.name!r} has no events of {view.entity.name!r}" if view.entity.join_keys else "the view has no entity"
        raise PlanNotCoveredError("tiles", reason)
    return reference, source


def _check_grouping(query: exp.Select, source: Source) -> None:
    group = query.args.get("group")
    grouped = {key.name for key in group.expressions if isinstance(key, exp.Column)} if group else set()
    if not group or len(grouped) != len(group.expressions) or grouped != set(source.key_columns):
        raise PlanNotCoveredError("tiles", "the view does not group by the join keys alone")
    if query.args.get("distinct") or query.args.get("qualify") or any(isinstance(node, exp.Window) for node in own_nodes(query)):
        raise PlanNotCoveredError("tiles", "the view has windows or DISTINCT")
    if any(isinstance(node, exp.Subquery) for node in query.walk()):
        raise PlanNotCoveredError("tiles", "the view has subqueries")


def _tile_of(instant: exp.Expr, width: timedelta) -> exp.Expr:
    """Number the stretch of time that an instant falls in; each infinity is one of its own."""
    length = exp.Literal.number(width // timedelta(microseconds=1))
    number = exp.IntDiv(this=exp.Anonymous(this="EPOCH_US", expressions=[instant.copy()]), expression=length)
    epoch = exp.cast(exp.Literal.string("1970-01-01"), "TIMESTAMP", dialect="duckdb")
    late = exp.If(this=exp.GT(this=exp.paren(instant.copy()), expression=epoch), true=exp.Literal.number(2**62))
    return exp.Case(
        ifs=[exp.If(this=exp.Anonymous(this="ISFINITE", expressions=[instant.copy()]), true=number), late],
        default=exp.Neg(this=exp.Literal.number(2**62)),
    )


def _filtered(aggregate: exp.Expr, conditions: Iterable[exp.Expr]) -> exp.Expr:
    conditions = [condition.copy() for condition in conditions]
    return exp.Filter(this=aggregate, expression=exp.Where(this=exp.and_(*conditions))) if conditions else aggregate


def _condition(clause: exp.Expr | None) -> exp.Expr | None:
    return clause.this if clause is not None else None


def _nodes(*trees: exp.Expr) -> Iterable[exp.Expr]:
    return (node for tree in trees for node in tree.walk())


def _name(index: int) -> str:
    return f"__jf_part_{index}"


def _edge(index: int) -> str:
    return f"__jf_edge_{index}"


def _least(name: str) -> str:
    return f"__jf_least_{name}"


def _greatest(name: str) -> str:
    return f"__jf_greatest_{name}"
