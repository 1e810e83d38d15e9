"""Rows of both sides put beside each other: a full outer join that no duplicate can multiply."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Alignment:
    """Which row of the notebook stands beside which row of production.

    Parameters
    ----------
    notebook, production
        Row numbers, int64, shape (n_pairs,); -1 where this side has no row.
    duplicate
        Whether the key stands more than once on either side, bool, shape (n_pairs,).
    """

    notebook: Rows
    production: Rows
    duplicate: NDArray[np.bool_]

    @property
    def in_notebook(self) -> NDArray[np.bool_]:
        """Whether the notebook has the row."""
        return self.notebook >= 0

    @property
    def in_production(self) -> NDArray[np.bool_]:
        """Whether production has the row."""
        return self.production >= 0

    def take(self, notebook: pa.ChunkedArray, production: pa.ChunkedArray) -> tuple[pa.ChunkedArray, pa.ChunkedArray]:
        """Lay two columns out in the order of the pairs; NULL where a side has no row."""
        return notebook.take(_indices(self.notebook)), production.take(_indices(self.production))


def align(notebook: pa.Table, production: pa.Table) -> Alignment:
    """Join two tables of keys, both sides outer.

    Parameters
    ----------
    notebook, production
        `pa.Table`s with the same columns in the same order and of the same types: the instant, then the join keys.
        NULL is a key like any other.

    Returns
    -------
    Alignment
        Every row of both tables exactly once, sorted by the columns, NULL last. Rows of a duplicated key are paired
        in the order in which they stand, so that 3 and 2 rows give 3 pairs rather than 6.
    """
    codes = _key_codes(pa.concat_tables([notebook, production]))
    left, right = codes[: notebook.num_rows], codes[notebook.num_rows :]
    n_keys = int(codes.max()) + 1 if len(codes) else 0
    repeated = (np.bincount(left, minlength=n_keys) > 1) | (np.bincount(right, minlength=n_keys) > 1)
    pair_codes = np.concatenate([left, right]) * (len(codes) + 1) + np.concatenate([_occurrence(left), _occurrence(right)])
    pairs, places = np.unique(pair_codes, return_inverse=True)
    rows = np.full((2, len(pairs)), -1, dtype=np.int64)
    rows[0, places[: len(left)]] = np.arange(len(left))
    rows[1, places[len(left) :]] = np.arange(len(right))
    return Alignment(rows[0], rows[1], repeated[pairs // (len(codes) + 1)])


def _key_codes(keys: pa.Table) -> Rows:
    """Number the distinct rows of a table from 0 in sort order."""
    codes: Rows = np.zeros(keys.num_rows, dtype=np.int64)
    for column in keys.columns:
        ranks = pc.rank(column, sort_keys="ascending", tiebreaker="dense").to_numpy().astype(np.int64)
        # Both factors are at most the number of rows, so the product stays far from 2**63.
        codes = np.unique(codes * (keys.num_rows + 1) + ranks, return_inverse=True)[1].astype(np.int64)
    return codes


def _occurrence(codes: Rows) -> Rows:
    """Count, for each row, the earlier rows with the same code."""
    order = np.argsort(codes, kind="stable")
    ordered = codes[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]]) if len(codes) else np.zeros(0, dtype=np.int64)
    lengths = np.diff(np.r_[starts, len(codes)])
    result = np.empty(len(codes), dtype=np.int64)
    result[order] = np.arange(len(codes)) - np.repeat(starts, lengths)
    return result


def _indices(rows: Rows) -> pa.Array:
    return pa.array(rows, mask=rows < 0)
