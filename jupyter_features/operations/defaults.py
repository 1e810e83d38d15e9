"""Declared defaults: for entities without any row, in one function, offline and online."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from jupyter_features.definitions.feature_view import CompiledView
from jupyter_features.operations.arrow_types import arrow_type, typed_value


def fill_defaults(view: CompiledView, features: pa.Table, absent: pa.BooleanArray) -> pa.Table:
    """Fill defaults where Q gave no row.

    Parameters
    ----------
    features
        Features of the view, any subset of its columns, shape (N, n).
    absent
        True for rows that are to get the default, shape (N,); a NULL that Q computed is not one of them.

    Returns
    -------
    pa.Table
        Same shape, names and types.
    """
    columns = []
    for name in features.column_names:
        feature = view.feature(name)
        column = features.column(name)
        if feature.default is not None:
            default = pa.scalar(typed_value(feature.default, feature.dtype), arrow_type(feature.dtype))
            column = pc.if_else(absent, default, column)
        columns.append(column)
    return pa.table(columns, schema=features.schema)
