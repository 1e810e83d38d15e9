"""Given rows: a view over tables in memory in place of its sources' data."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import msgspec
import pyarrow as pa

from jupyter_features.definitions.feature_view import CompiledView
from jupyter_features.definitions.source_reference import SourceReference
from jupyter_features.engines.duckdb.engine import DuckDBEngine


def over_given_rows(view: CompiledView, rows: Mapping[str, pa.Table], engine: DuckDBEngine) -> CompiledView:
    """Put tables in place of a view's sources, for as long as the engine lives or until it is given others.

    Parameters
    ----------
    rows
        For each reference, by its alias, a table with the columns of its source. Two references to one source may see
        different rows.
    """
    references = view.definition.sources
    sources = tuple(
        engine.give(msgspec.structs.replace(view.source(reference.source), name=reference.alias), rows[reference.alias])
        for reference in references
    )
    given = tuple(SourceReference(reference.alias, reference.alias, reference.lookback) for reference in references)
    return msgspec.structs.replace(
        view,
        definition=msgspec.structs.replace(view.definition, sources=given),
        sources=sources,
        # Nothing kept for the view itself is to be taken for this one.
        fingerprint=hashlib.sha256(f"{view.fingerprint} over given rows".encode()).hexdigest(),
    )
