"""Bind parameters: `:minimum` becomes its typed value, which so becomes part of the meaning."""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import exp

from jupyter_features.analysis.sql_text import SqlText
from jupyter_features.errors import did_you_mean


def bind_parameters(source: SqlText, query: exp.Query, values: Mapping[str, tuple[str, str]]) -> exp.Query:
    """Replace every parameter.

    Parameters
    ----------
    query
        It is left as it is, and comes back itself if nothing is declared and it has no parameter.
    values
        Type and canonical text of each declared parameter.

    Raises
    ------
    DefinitionError
        JF131 if a parameter is not declared, JF132 if a declared one is not used.
    """
    if not values and query.find(exp.Placeholder) is None:
        return query
    query = query.copy()
    used = set()
    for node in list(query.find_all(exp.Placeholder)):
        name = str(node.this or "")
        if name not in values:
            hint = did_you_mean(name, list(values)) or f"Declare it: -- param: {name or 'name'} DOUBLE = 10."
            raise source.refuse("JF131", f"There is no parameter {name!r}.", node.parent, hint=hint)
        used.add(name)
        dtype, text = values[name]
        node.replace(exp.cast(exp.Literal.string(text), dtype, dialect="duckdb"))
    for name in values:
        if name not in used:
            raise source.refuse("JF132", f"Parameter {name!r} is declared but not used.", hint=f"Use it as :{name}, or remove it.")
    return query
