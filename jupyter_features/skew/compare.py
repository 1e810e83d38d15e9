"""The comparison itself: the definition's rows beside production's, one answer per feature."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from jupyter_features.definitions.feature_view import CompiledView, Feature
from jupyter_features.errors import InvalidArgumentError
from jupyter_features.skew.alignment import Alignment, align
from jupyter_features.skew.comparable import as_comparable
from jupyter_features.skew.drift import measure_drift
from jupyter_features.skew.feature_skew import FeatureSkew, Verdict
from jupyter_features.skew.histogram import shared_histogram
from jupyter_features.skew.interval import wilson
from jupyter_features.skew.parity import Tolerance, classify
from jupyter_features.skew.production import check_production, key_table
from jupyter_features.skew.report import SkewReport
from jupyter_features.skew.worst_rows import worst_rows

AS_OF = "as_of"


def compare(
    *,
    view: CompiledView,
    version: int | None,
    notebook: pa.Table,
    production: pa.Table,
    features: Sequence[str],
    columns: Mapping[str, str],
    timestamp: str,
    tolerance: Tolerance | None = None,
    threshold: float = 1.0,
    against: str,
) -> SkewReport:
    """Compare what the definition says with what production holds.

    Parameters
    ----------
    view, version
        The definition that gave `notebook`; no version for a draft.
    notebook
        The join keys, `as_of` (timestamp[us], UTC) and the features: every row the definition gives at
        every instant that `production` has.
    production
        The join keys under the entity's names, the column `timestamp` (UTC) and the values. Rows whose
        key or instant is NULL stay, and are served NULL by the definition.
    features
        Names to compare, at least one.
    columns
        Production column of a feature; a feature that is not named here stands under its own name.
    tolerance
        None means `Tolerance()`.
    threshold
        Least match rate that passes, 0 to 1.
    against
        What people call the production side; no absolute path.

    Raises
    ------
    ComparisonError
        If production is empty, lacks a column, or has one of a type that cannot be compared.
    NotFoundError
        If the view has no such feature.
    InvalidArgumentError
        If the threshold is not a share, or no feature is named.
    """
    tolerance = tolerance or Tolerance()
    if not 0 <= threshold <= 1:
        raise InvalidArgumentError(f"Threshold {threshold!r} is not a share.", hint="Give a number from 0 to 1, such as 0.999.")
    chosen = [view.feature(name) for name in dict.fromkeys(features)]
    if not chosen:
        raise InvalidArgumentError("No feature to compare.", hint=f"Name some of {', '.join(view.feature_names)}.")
    value_columns = {feature.name: columns.get(feature.name, feature.name) for feature in chosen}
    check_production(production, against=against, keys=view.entity.key_names, timestamp=timestamp, values=value_columns)
    left = key_table(notebook, timestamp=AS_OF, keys=view.entity.join_keys, side="the notebook")
    right = key_table(production, timestamp=timestamp, keys=view.entity.join_keys, side=against)
    alignment = align(left, right)
    keys = _coalesce(alignment, left, right)
    answers = tuple(
        _compare_feature(
            feature,
            _beside(feature, alignment, keys, notebook[feature.name], production[value_columns[feature.name]]),
            keys,
            tolerance,
            threshold,
        )
        for feature in chosen
    )
    joined = int((alignment.in_notebook & alignment.in_production).sum())
    return SkewReport(
        view=view, version=version, against=against, features=answers, threshold=threshold, tolerance=tolerance, joined=joined
    )


def _compare_feature(feature: Feature, table: pa.Table, keys: pa.Table, tolerance: Tolerance, threshold: float) -> FeatureSkew:
    parity = classify(table, feature=feature.name, tolerance=tolerance)
    counts = parity.counts()
    rate = counts.match / counts.n
    verdict: Verdict = "no_overlap" if not parity.joined else "pass" if rate >= threshold else "skew"
    known = verdict != "no_overlap"
    # The notebook's population is what the definition serves to every row, so an entity served its default is in it.
    notebook, production = as_comparable(feature.name, table["notebook"], table["production"])
    served = production.filter(table["in_production"].combine_chunks())
    return FeatureSkew(
        feature=feature.name,
        dtype=feature.dtype,
        counts=counts,
        match_rate=rate if known else None,
        strict_rate=float(parity.strict.mean()) if known else None,
        interval=wilson(counts.match, counts.n) if known else None,
        drift=measure_drift(notebook, served),
        histogram=shared_histogram(notebook, served),
        worst=worst_rows(table, keys, parity, feature=feature.name),
        verdict=verdict,
    )


def _beside(feature: Feature, alignment: Alignment, keys: pa.Table, notebook: pa.ChunkedArray, production: pa.ChunkedArray) -> pa.Table:
    """Lay one feature out as `classify` wants it, with what the definition serves where it gives no row."""
    left, right = alignment.take(notebook, production)
    identified = np.logical_and.reduce([column.is_valid().to_numpy() for column in keys.columns])
    served_default = pa.array(~alignment.in_notebook & identified)
    if feature.default is not None:
        left = pc.if_else(served_default, _default(feature, left.type), left)
    return pa.table(
        {
            "notebook": left,
            "production": right,
            "in_notebook": alignment.in_notebook,
            "in_production": alignment.in_production,
            "duplicate": alignment.duplicate,
        }
    )


def _default(feature: Feature, dtype: pa.DataType) -> pa.Scalar:
    """Read a default, of which dates, timestamps and decimals are kept as text, into the column's type."""
    value = feature.default
    if isinstance(value, str) and pa.types.is_decimal(dtype):
        return pa.scalar(Decimal(value), type=dtype)
    return pa.scalar(value).cast(dtype)


def _coalesce(alignment: Alignment, left: pa.Table, right: pa.Table) -> pa.Table:
    columns = {}
    for name in left.column_names:
        ours, theirs = alignment.take(left[name], right[name])
        columns[name] = pc.if_else(pa.array(alignment.in_notebook), ours, theirs)
    return pa.table(columns)
