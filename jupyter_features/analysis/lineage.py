"""Lineage: which source columns flow into a feature, and which only decide the rows behind it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlglot import exp

from jupyter_features.definitions.source import Source


@dataclass(frozen=True)
class Lineage:
    """Source columns as `source.column`, sorted; no column is in both."""

    values: tuple[str, ...]
    rows: tuple[str, ...]


def lineage(tree: exp.Select, references: Mapping[str, Source]) -> dict[str, Lineage]:
    """Trace every output.

    Parameters
    ----------
    tree
        A qualified tree, before the plans add visibility; the clocks of the sources count as row lineage.

    Returns
    -------
    dict
        Lineage of each output by name.
    """
    shared = _row_columns(tree) | _clock_columns(references)
    result = {}
    for projection in tree.expressions:
        expression = projection.unalias()
        filters = {column for node in expression.find_all(exp.Filter) for column in _columns(node.expression)}
        values = {column for column in expression.find_all(exp.Column) if not _inside_filter(column)}
        names = _names(values, references)
        result[projection.alias] = Lineage(
            tuple(sorted(names)), tuple(sorted((_names(filters, references) | _keyed(shared, references)) - names))
        )
    return result


def _row_columns(tree: exp.Select) -> set[tuple[str, str]]:
    clauses = [tree.args.get(clause) for clause in ("where", "group", "having")]
    clauses += [join.args.get("on") for join in tree.args.get("joins") or []]
    return {(column.table, column.name) for clause in clauses if clause is not None for column in _columns(clause)}


def _clock_columns(references: Mapping[str, Source]) -> set[tuple[str, str]]:
    return {(alias, column) for alias, origin in references.items() for column in (origin.event_timestamp, origin.arrival) if column}


def _columns(node: exp.Expr) -> list[exp.Column]:
    return list(node.find_all(exp.Column))


def _inside_filter(column: exp.Column) -> bool:
    # Inside a projection the only WHERE is that of a FILTER.
    return column.find_ancestor(exp.Where) is not None


def _names(columns: Iterable[exp.Column], references: Mapping[str, Source]) -> set[str]:
    return _keyed({(column.table, column.name) for column in columns}, references)


def _keyed(columns: set[tuple[str, str]], references: Mapping[str, Source]) -> set[str]:
    return {f"{references[alias].name}.{column}" for alias, column in columns}
