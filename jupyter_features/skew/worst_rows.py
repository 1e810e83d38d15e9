"""The rows worth looking at first."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from jupyter_features.clock import format_instant
from jupyter_features.skew.comparable import as_comparable, is_number_line
from jupyter_features.skew.feature_skew import WorstRow
from jupyter_features.skew.parity import CLASSES, Parity, as_floats

LIMIT = 10
MAX_TEXT = 200
NO_ROW = "(no row)"


def worst_rows(table: pa.Table, keys: pa.Table, parity: Parity, *, feature: str) -> tuple[WorstRow, ...]:
    """Choose at most 10 rows that do not match.

    Parameters
    ----------
    table
        What `classify` was given.
    keys
        As many rows: the instant (timestamp[us]), then the join keys.
    parity
        What `classify` gave.
    feature
        Name for errors.

    Returns
    -------
    tuple[WorstRow, ...]
        Ordered by class, then by size of the difference, then as `keys` stands. Every class that has rows is
        represented before a class gets its second.
    """
    notebook, production = as_comparable(feature, table["notebook"], table["production"])
    chosen = _choose(parity.codes, _distances(notebook, production))
    rows = []
    for row in chosen:
        here, there = table["in_notebook"][row].as_py(), table["in_production"][row].as_py()
        rows.append(
            WorstRow(
                keys=tuple(_exact_text(column[row].as_py()) for column in keys.columns[1:]),
                as_of=_exact_text(keys.column(0)[row].as_py()),
                parity_class=CLASSES[parity.codes[row]],
                notebook=_exact_text(table["notebook"][row].as_py()) if here else NO_ROW,
                production=_exact_text(table["production"][row].as_py()) if there else NO_ROW,
                difference=_difference(notebook[row].as_py(), production[row].as_py()) if here and there else "",
            )
        )
    return tuple(rows)


def _choose(codes: NDArray[np.int8], distances: NDArray[np.float64]) -> list[int]:
    faults = np.flatnonzero(codes != CLASSES.index("match"))
    ordered = faults[np.lexsort((faults, -distances[faults], codes[faults]))]
    classes = codes[ordered]
    rank_in_class = np.arange(len(ordered)) - np.searchsorted(classes, classes, side="left")
    chosen = np.sort(np.lexsort((classes, rank_in_class))[:LIMIT])
    rows: list[int] = ordered[chosen].tolist()
    return rows


def _distances(notebook: pa.Array, production: pa.Array) -> NDArray[np.float64]:
    """Measure each row's |production - notebook|: infinite where only one is a number, 0 where distance has no meaning."""
    if not is_number_line(notebook.type):
        return np.zeros(len(notebook))
    with np.errstate(over="ignore", invalid="ignore"):
        distances = np.abs(as_floats(production) - as_floats(notebook))
    return np.where(np.isnan(distances), np.inf, distances)


def _difference(notebook: Any, production: Any) -> str:
    if notebook is None or production is None or isinstance(notebook, (bool, str)):
        return ""
    difference = production - notebook
    if isinstance(difference, timedelta):
        return f"+{difference}" if difference > timedelta() else f"-{-difference}"
    return f"{difference:+.6g}" if isinstance(difference, float) else f"{difference:+}"


def _exact_text(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return format_instant(value)
    # Fixed point, because 0E-10 is a spelling of zero that few expect.
    text = f"{value:f}" if isinstance(value, Decimal) else str(value)
    return text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 1] + "…"
