"""Feature rows: one view's features for rows of an entity dataframe, defaults filled."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from jupyter_features.compiler.knowledge import RESPECT, Knowledge
from jupyter_features.definitions.feature_view import CompiledView
from jupyter_features.engines.duckdb.engine import DuckDBEngine
from jupyter_features.operations.defaults import fill_defaults
from jupyter_features.operations.entity_dataframe import is_incomplete, key_columns, read_keys
from jupyter_features.operations.evaluate import at_rows
from jupyter_features.operations.on_demand import on_demand
from jupyter_features.operations.request import read_request
from jupyter_features.operations.resolve import ResolvedView, input_of


@dataclass(frozen=True)
class FeatureRows:
    """Answers for N rows, in their order.

    Parameters
    ----------
    features
        Every feature of the view under its own name, shape (N, number of features).
    is_nobodys
        Rows without a join key or an instant, shape (N,): their features are NULL, not the defaults of somebody
        without history.
    """

    features: pa.Table
    is_nobodys: pa.BooleanArray


def feature_rows(
    item: ResolvedView, rows: pa.Table, instants: pa.Array, engine: DuckDBEngine, *, knowledge: Knowledge = RESPECT
) -> FeatureRows:
    """Compute a view for rows at their own instants.

    Parameters
    ----------
    rows
        The caller's join keys and request columns under his names, shape (N, any).
    instants
        timestamp[us] in UTC without zone, shape (N,).

    Raises
    ------
    EntityDataframeError
        If a join key or request column is missing or has a type that does not do.
    """
    if item.view.definition.is_on_demand:
        return _on_demand_rows(item, rows, instants, engine, knowledge)
    keys = read_keys(rows, item.view.entity, item.keys)
    values = at_rows(item.view, engine, keys, instants, knowledge=knowledge)
    is_nobodys = is_incomplete(keys, instants)
    absent = pc.and_(pc.invert(is_nobodys), pc.invert(values.found))
    return FeatureRows(fill_defaults(item.view, values.features, absent), is_nobodys)


def needed_columns(item: ResolvedView) -> list[tuple[str, str, str]]:
    """List the caller's columns that a view is asked with: (column, type, what it is).

    Raises
    ------
    EntityDataframeError
        If something is renamed that is no join key.
    """
    entity = item.view.entity
    keys = [(column, key.dtype, "join key") for key, column in zip(entity.join_keys, key_columns(entity, item.keys), strict=True)]
    return [*keys, *((each.name, each.dtype, "request") for each in item.view.definition.request)]


def _on_demand_rows(item: ResolvedView, rows: pa.Table, instants: pa.Array, engine: DuckDBEngine, knowledge: Knowledge) -> FeatureRows:
    is_nobodys = pc.is_null(instants)
    columns: dict[str, pa.ChunkedArray | pa.Array] = {}
    for each in item.view.inputs:
        found = feature_rows(input_of(item, each), rows, instants, engine, knowledge=knowledge)
        is_nobodys = pc.or_(is_nobodys, found.is_nobodys)
        columns |= {name: found.features.column(feature) for feature, name in each.outputs}
    columns |= {each.name: read_request(rows, each) for each in item.view.definition.request}
    computed = on_demand(item.view, pa.table(columns), engine)
    return FeatureRows(hide(item.view, computed, is_nobodys), is_nobodys)


def hide(view: CompiledView, features: pa.Table, is_nobodys: pa.BooleanArray) -> pa.Table:
    """Make the features of nobody's rows NULL, whatever a function made of them."""
    columns = [pc.if_else(is_nobodys, pa.scalar(None, column.type), column) for column in features.columns]
    return pa.table(columns, schema=features.schema) if view.features else features
