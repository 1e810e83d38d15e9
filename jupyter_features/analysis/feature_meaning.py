"""What each feature of a view means by itself: the part of the query that gives it, without the other features."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property, lru_cache

import msgspec
from sqlglot import exp, parse_one
from sqlglot.optimizer.pushdown_projections import pushdown_projections

from jupyter_features.analysis.body_meaning import function_meanings, row_wise_meanings
from jupyter_features.analysis.fingerprint import fingerprint
from jupyter_features.analysis.scopes import aggregates_all
from jupyter_features.definitions.feature_view import CompiledView, Feature


def feature_meanings(view: CompiledView) -> Mapping[str, str]:
    """Hash what each feature of a view means by itself; equal only if its values are.

    Coarser for functions: their whole text counts. The query is read once, and each feature costs what it reads, however many
    there are; a view that was asked about a moment ago costs nothing.
    """
    # By its text: Python holds 1, 1.0 and True for equal, which mean different defaults.
    return _meanings(msgspec.json.encode(view))


@lru_cache(maxsize=32)
def _meanings(text: bytes) -> dict[str, str]:
    view = msgspec.json.decode(text, type=CompiledView)
    if view.definition.is_on_demand:
        return row_wise_meanings(view, feature_meanings)
    if view.definition.python:
        return function_meanings(view)
    parts = _Parts(view)
    return {feature.name: _meaning(view, feature, parts.alone(feature.name)) for feature in view.features}


def _meaning(view: CompiledView, feature: Feature, query: exp.Query) -> str:
    sources = {reference.alias: view.source(reference.source) for reference in view.definition.sources}
    used = {table.name for table in query.find_all(exp.Table)}
    references = tuple(each for each in view.definition.sources if each.alias in used)
    definition = msgspec.structs.replace(view.definition, freshness=None, sources=references)
    return fingerprint(query, definition, view.entity, sources, {} if feature.default is None else {feature.name: feature.default})


class _Parts:
    """A normal form, out of which the part of one feature is copied."""

    def __init__(self, view: CompiledView) -> None:
        query = parse_one(view.normal_sql, read="duckdb")
        assert isinstance(query, exp.Query)
        self._query = query
        self._keys = view.entity.key_names
        self._known: dict[int, _Outputs] = {}

    def alone(self, name: str) -> exp.Query:
        """Copy the keys and one feature, and below them only what these read."""
        kept = frozenset((*self._keys, name))
        narrowed: list[_Outputs] = []
        for select in _branches(self._query):
            self._keep(select, self._of(select).find(kept), narrowed)
        copy = self._query.copy()
        for outputs in narrowed:
            outputs.show_all()
        pruned = pushdown_projections(copy)
        assert isinstance(pruned, exp.Query)
        return pruned

    def _keep(self, select: exp.Select, positions: set[int], narrowed: list[_Outputs]) -> None:
        """Show some outputs of a SELECT, and below it those whose names it mentions; the exact pruning is done on the copy."""
        outputs = self._of(select)
        read = outputs.show(sorted(positions))
        narrowed.append(outputs)
        for relation in outputs.relations:
            inner = _branches(relation.this)
            if not relation.alias_column_names and all(self._of(each).is_prunable for each in inner) and _keeps_rows(relation.this):
                found = set[int]().union(*(self._of(each).find(self._of(each).names_around) for each in inner))
                if found := found | self._of(inner[0]).find(read):
                    for each in inner:
                        self._keep(each, found, narrowed)

    def _of(self, select: exp.Select) -> _Outputs:
        if id(select) not in self._known:
            self._known[id(select)] = _Outputs(select)
        return self._known[id(select)]


class _Outputs:
    """The outputs of one SELECT, of which a part can be shown for a moment; what costs a walk is kept."""

    def __init__(self, select: exp.Select) -> None:
        self._select = select
        self._all: list[exp.Expr] = select.expressions
        self._names: dict[int, frozenset[str]] = {}
        self._positions: dict[str, set[int]] = {}
        for position, output in enumerate(self._all):
            self._positions.setdefault(output.alias_or_name, set()).add(position)
        nodes = [node for node in (select.args.get("from_"), *(select.args.get("joins") or [])) if node is not None]
        self.relations = [node.this for node in nodes if isinstance(node.this, exp.Subquery)]
        below = {id(each) for each in (*self.relations, *self._all)}
        around = list(select.walk(prune=lambda node: id(node) in below))
        self.names_around = frozenset(node.name for node in around if isinstance(node, exp.Column) and id(node) not in below)

    @cached_property
    def is_prunable(self) -> bool:
        """Whether the other outputs and the rows are the same without some of the outputs."""
        ordered = [part for name in ("group", "order") if (part := self._select.args.get(name))]
        counted = any(each.find(exp.Literal) for part in ordered for each in part.expressions)
        makes_rows = any(each.find(*exp.SET_RETURNING_FUNCTIONS) for each in self._all)
        return not self._select.args.get("distinct") and not counted and not makes_rows and not aggregates_all(self._select)

    def find(self, names: frozenset[str]) -> set[int]:
        """Find the positions of outputs by their names."""
        return {position for name in names for position in self._positions.get(name, ())}

    def show(self, positions: list[int]) -> frozenset[str]:
        """Show some outputs; the names of all columns that are mentioned now, a relation's own left out."""
        # Past `set`, which would tell the outputs that stay behind another place.
        self._select.args["expressions"] = [self._all[position] for position in positions]
        return self.names_around.union(*(self._names_in(position) for position in positions))

    def show_all(self) -> None:
        """Undo `show`."""
        self._select.args["expressions"] = self._all

    def _names_in(self, position: int) -> frozenset[str]:
        if position not in self._names:
            self._names[position] = frozenset(column.name for column in self._all[position].find_all(exp.Column))
        return self._names[position]


def _branches(query: exp.Expr) -> list[exp.Select]:
    if isinstance(query, exp.SetOperation):
        return [*_branches(query.this), *_branches(query.expression)]
    return [query] if isinstance(query, exp.Select) else []


def _keeps_rows(query: exp.Expr) -> bool:
    """Tell whether a query is a SELECT, or several put below each other by UNION ALL; else its outputs decide which rows there are."""
    if isinstance(query, exp.SetOperation):
        is_plain = isinstance(query, exp.Union) and not query.args.get("distinct")
        return is_plain and _keeps_rows(query.this) and _keeps_rows(query.expression)
    return isinstance(query, exp.Select)
