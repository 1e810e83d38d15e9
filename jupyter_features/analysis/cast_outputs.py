"""Cast outputs: types that few stores know become ones that all know."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from jupyter_features.analysis.scopes import branches

_WIDE_INTEGERS = {"HUGEINT", "UHUGEINT", "UBIGINT"}
_OTHER_TIMES = {"TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS"}


def cast_outputs(query: exp.Query, dtypes: Sequence[str]) -> exp.Query:
    """Bring output types that few stores know to ones that all know: BIGINT for wide integers, TIMESTAMP for other times.

    Parameters
    ----------
    query
        It is left as it is, and comes back itself if all types are such.
    dtypes
        Type of each output, in order.
    """
    if all(output_dtype(dtype) == dtype for dtype in dtypes):
        return query
    query = query.copy()
    for select in branches(query):
        for projection, dtype in zip(select.expressions, dtypes, strict=True):
            if output_dtype(dtype) != dtype:
                projection.set("this", exp.cast(projection.this.copy(), output_dtype(dtype), dialect="duckdb"))
    return query


def output_dtype(dtype: str) -> str:
    """Give the type to which `cast_outputs` brings an output."""
    return "BIGINT" if dtype in _WIDE_INTEGERS else "TIMESTAMP" if dtype in _OTHER_TIMES else dtype
