"""Lineage of a Python feature view: the columns that its function names."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from jupyter_features.analysis.lineage import Lineage
from jupyter_features.definitions.source import Source


def python_lineage(words: Collection[str], sources: Iterable[Source]) -> Lineage:
    """Tell which source columns may flow into the features; a function does not say which into which.

    Parameters
    ----------
    words
        Texts and attribute names in the function.

    Returns
    -------
    Lineage
        Values: the columns that are among the words, or all columns of a source of which none is. Rows: clocks and keys.
    """
    values, rows = set(), set()
    for source in sources:
        named = [name for name in source.column_names if name in words] or source.column_names
        clocks = [clock for clock in (source.event_timestamp, source.arrival) if clock]
        values |= {f"{source.name}.{name}" for name in named}
        rows |= {f"{source.name}.{name}" for name in (*clocks, *source.key_columns)}
    return Lineage(tuple(sorted(values)), tuple(sorted(rows - values)))
