"""Lineage: which source columns flow into a feature, and which only decide the rows behind it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlglot import exp

from jupyter_features.analysis.scopes import alias_of, own_nodes, readers
from jupyter_features.definitions.source import Source

_Columns = frozenset[str]
_NONE: _Columns = frozenset()


@dataclass(frozen=True)
class Lineage:
    """Source columns as `source.column`, sorted; no column is in both."""

    values: tuple[str, ...]
    rows: tuple[str, ...]


@dataclass(frozen=True)
class _Relation:
    """What flows into the columns of a table or subquery, and what decides its rows."""

    values: Mapping[str, _Columns]
    rows: Mapping[str, _Columns]
    shared_rows: _Columns


def lineage(query: exp.Query, references: Mapping[str, Source]) -> dict[str, Lineage]:
    """Trace every output to the columns of the sources.

    Parameters
    ----------
    query
        A qualified query, before the plans add visibility; the clocks of the sources count as row lineage.

    Returns
    -------
    dict
        Lineage of each output by name.
    """
    traced = _query(query, references)
    return {
        name: Lineage(tuple(sorted(values)), tuple(sorted((traced.rows[name] | traced.shared_rows) - values)))
        for name, values in traced.values.items()
    }


def _query(query: exp.Expr, references: Mapping[str, Source]) -> _Relation:
    if not isinstance(query, exp.SetOperation):
        assert isinstance(query, exp.Select)
        return _select(query, references)
    left, right = _query(query.this, references), _query(query.expression, references)
    return _Relation(
        {name: left.values[name] | right.values[name] for name in left.values},
        {name: left.rows[name] | right.rows[name] for name in left.rows},
        left.shared_rows | right.shared_rows,
    )


def _select(select: exp.Select, references: Mapping[str, Source]) -> _Relation:
    relations = {alias_of(node.this): _relation(node.this, references) for node in readers(select)}
    shared = _NONE.union(*(relation.shared_rows for relation in relations.values()), _deciding(select, relations))
    values, rows = {}, {}
    for projection in select.expressions:
        columns = [node for node in projection.unalias().walk() if isinstance(node, exp.Column)]
        flowing = [column for column in columns if not _only_decides(column)]
        deciding = [column for column in columns if _only_decides(column)]
        values[projection.alias] = _union(relations, flowing)
        rows[projection.alias] = _union(relations, deciding) | _rows_of(relations, columns)
    return _Relation(values, rows, shared)


def _relation(relation: exp.Expr, references: Mapping[str, Source]) -> _Relation:
    if isinstance(relation, exp.Subquery):
        return _query(relation.this, references)
    origin = references[relation.name]
    clocks = frozenset(f"{origin.name}.{column}" for column in (origin.event_timestamp, origin.arrival) if column)
    values = {name: frozenset((f"{origin.name}.{name}",)) for name in origin.column_names}
    return _Relation(values, dict.fromkeys(values, _NONE), clocks)


def _deciding(select: exp.Select, relations: Mapping[str, _Relation]) -> _Columns:
    """Union what filters, joins and groups the rows of a SELECT."""
    clauses = [select.args.get(clause) for clause in ("where", "group", "having", "qualify")]
    clauses += [join.args.get("on") for join in select.args.get("joins") or []]
    columns = [column for clause in clauses if clause is not None for column in clause.find_all(exp.Column)]
    if select.args.get("distinct"):
        columns += [node for node in own_nodes(select) if isinstance(node, exp.Column)]
    return _union(relations, columns) | _rows_of(relations, columns)


def _only_decides(column: exp.Column) -> bool:
    """Tell whether a column stands in a FILTER, or in the PARTITION BY or ORDER BY of a window."""
    node: exp.Expr = column
    while node.parent is not None and not isinstance(node, exp.Select):
        if isinstance(node, exp.Where) or (isinstance(node.parent, exp.Window) and node.arg_key != "this"):
            return True
        node = node.parent
    return False


def _union(relations: Mapping[str, _Relation], columns: Iterable[exp.Column]) -> _Columns:
    return _NONE.union(*(relations[column.table].values[column.name] for column in columns))


def _rows_of(relations: Mapping[str, _Relation], columns: Iterable[exp.Column]) -> _Columns:
    return _NONE.union(*(relations[column.table].rows[column.name] for column in columns))
