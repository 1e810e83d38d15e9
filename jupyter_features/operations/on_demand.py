"""Compute an on-demand feature view: the one code for training rows and for requests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from jupyter_features.compiler.row_wise import INPUTS_TABLE, ROW, row_wise_plan
from jupyter_features.definitions.feature_view import CompiledView, InputView
from jupyter_features.definitions.typed_name import TypedName
from jupyter_features.dtypes import is_feature_dtype
from jupyter_features.engines.duckdb.engine import DuckDBEngine
from jupyter_features.errors import FeatureFunctionError, RowContractError
from jupyter_features.operations.arrow_types import arrow_type, dtype_of
from jupyter_features.operations.pandas_types import pandas_dtype
from jupyter_features.operations.python_function import load_function


def input_types(inputs: tuple[InputView, ...], request: tuple[TypedName, ...]) -> tuple[TypedName, ...]:
    """List what an on-demand view reads: the features of its inputs under their names, then the request columns."""
    features = [TypedName(name, each.view.feature(feature).dtype) for each in inputs for feature, name in each.outputs]
    return (*features, *request)


def on_demand(view: CompiledView, inputs: pa.Table, engine: DuckDBEngine) -> pa.Table:
    """Compute the features of some rows.

    Parameters
    ----------
    inputs
        A column for each of `input_types`, in its type, shape (N, number of inputs).

    Returns
    -------
    pa.Table
        Features, shape (N, number of features), in the order of the rows.

    Raises
    ------
    FeatureFunctionError
        If a function raises, or does not give one value of the feature's type for each row.
    SourceDataError
        If the engine cannot compute an expression.
    RowContractError
        If there is not one answer per row.
    """
    schema = pa.schema([pa.field(feature.name, arrow_type(feature.dtype)) for feature in view.features])
    if inputs.num_rows == 0:
        return schema.empty_table()
    if view.definition.python:
        columns = call_on_rows(view, inputs)
        fitted = [_fit(name, columns, schema.field(name).type) for name in schema.names]
        return pa.Table.from_arrays(fitted, schema=schema)
    rows = inputs.append_column(ROW, pa.array(np.arange(inputs.num_rows), pa.int64()))
    result = engine.run(row_wise_plan(view), tables={INPUTS_TABLE: rows})
    if result.num_rows != inputs.num_rows:
        raise RowContractError(f"{inputs.num_rows} rows went into {view.name!r} and {result.num_rows} came out.")
    return result.select(schema.names).cast(schema)


def call_on_rows(view: CompiledView, inputs: pa.Table) -> dict[str, pa.Array]:
    """Call an on-demand view's function on some rows, at least one.

    Returns
    -------
    dict of str to pa.Array
        What it gave, by feature, in the order of the rows; NaN is NULL.
    """
    function = load_function(view.name, view.definition.python)
    frame = inputs.to_pandas(types_mapper=pandas_dtype)
    answer = function({"inputs": frame}, lambda: f"{len(frame)} rows")
    return {name: _aligned(name, values, len(frame)) for name, values in _named(view.name, answer).items()}


def types_of(columns: Mapping[str, pa.Array], declared: tuple[TypedName, ...]) -> tuple[TypedName, ...]:
    """Choose the type of each feature: the declared one, or that of the column.

    Raises
    ------
    FeatureFunctionError
        If a column has a type that no feature can have, or none because all of it is NULL.
    """
    known = {each.name: each.dtype for each in declared}
    types = []
    for name, column in columns.items():
        dtype = known.get(name) or dtype_of(column.type)
        if not is_feature_dtype(dtype):
            message = f"The type of feature {name!r} is not known: the function gives {column.type} for it."
            raise FeatureFunctionError(message, hint=f"Declare it: # returns: {name}:TYPE.")
        types.append(TypedName(name, dtype))
    return tuple(types)


def _named(view: str, answer: object) -> dict[str, object]:
    if isinstance(answer, pd.DataFrame):
        return {str(name): answer[name] for name in answer.columns}
    if isinstance(answer, pd.Series):
        return {str(answer.name) if answer.name is not None else view: answer}
    if isinstance(answer, dict) and answer:
        return {str(name): values for name, values in answer.items()}
    given = "nothing" if answer is None or answer == {} else f"a {type(answer).__name__}"
    hint = 'Return a DataFrame, or a dict such as {"ratio": inputs["amount"] / inputs["spend_90d"]}.'
    raise FeatureFunctionError(f"The function of {view!r} gives {given}.", hint=hint)


def _aligned(name: str, values: object, count: int) -> pa.Array:
    """Bring one column to the order of the rows: by its index if it has one, as pandas would."""
    values = _series(name, values, count)
    if len(values) != count or not values.index.is_unique or set(values.index) != set(range(count)):
        raise FeatureFunctionError(
            f"Feature {name!r} has {len(values)} values for {count} rows, or an index that is not the rows' own.",
            hint="Give one value for each row of inputs, under its index.",
        )
    try:
        array = pa.Array.from_pandas(values.sort_index())
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        raise FeatureFunctionError(f"Feature {name!r} mixes types: {error}.", hint="Give values of one type.") from error
    return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array


def _series(name: str, values: Any, count: int) -> pd.Series:
    if isinstance(values, pd.Series):
        return values
    try:
        # A single value is that of every row.
        return pd.Series([values] * count if np.ndim(values) == 0 else values)
    except ValueError as error:
        raise FeatureFunctionError(f"Feature {name!r} is no column: {error}.", hint="Give one value for each row of inputs.") from error


def _fit(name: str, columns: Mapping[str, pa.Array], target: pa.DataType) -> pa.Array:
    if name not in columns:
        raise FeatureFunctionError(f"The function does not give {name!r} this time.", hint="Return the same features every time.")
    try:
        return columns[name].cast(target)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        message = f"Feature {name!r} is {target}, and the function gives something else: {error}."
        raise FeatureFunctionError(message, hint=f"Declare another type: # returns: {name}:TYPE.") from error
