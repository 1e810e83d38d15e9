"""Rewrite: say each thing the one way that means the same on every path and engine."""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import exp

from jupyter_features.analysis.averages import averages_to_quotients
from jupyter_features.analysis.exact_sums import exact_sums
from jupyter_features.analysis.safe_division import safe_division
from jupyter_features.analysis.tie_order import order_ties
from jupyter_features.definitions.source import Source


def rewrite(query: exp.Query, references: Mapping[str, Source]) -> exp.Query:
    """Rewrite traps away, one pass after the other.

    Averages become quotients first, so that their sums are made exact and their divisions safe.

    Parameters
    ----------
    query
        A qualified query; it is left as it is.
    """
    return order_ties(exact_sums(safe_division(averages_to_quotients(query)), references), references)
