"""A last look at a probe signature that comes from somebody else: can it be that of this view, and be compared with others?"""

from __future__ import annotations

import math

from jupyter_features.definitions.feature_view import CompiledView
from jupyter_features.definitions.probe_signature import FeatureSignature, ProbeSignature

_MOST_ROWS, _MOST_NAMES, _MOST_TEXTS = 10_000, 100_000, 100
_LONGEST_IDENTITY, _LONGEST_NAME, _LONGEST_TEXT = 1_000, 10_000, 100_000


def signature_fault(view: CompiledView, signature: ProbeSignature) -> str:
    """Say what is wrong with a signature, as the end of a sentence; empty if nothing is."""
    names = [feature.name for feature in signature.features]
    if names and names != list(view.feature_names):
        return "its signature is of other features"
    if not 0 <= signature.rows <= _MOST_ROWS:
        return f"its signature has not 0 to {_MOST_ROWS:,} rows"
    told = (signature.sources, signature.columns, signature.words)
    if any(len(each) > _MOST_NAMES or any(len(name) > _LONGEST_NAME for name in each) for each in told):
        return f"its signature has more than {_MOST_NAMES:,} names, or one longer than {_LONGEST_NAME:,} characters"
    if len(signature.probe) > _LONGEST_IDENTITY or len(signature.failure) > _LONGEST_TEXT:
        return "its signature is of no probe"
    wrong = [each.name for each in signature.features if not fits(each, signature.rows) or each.dtype != view.feature(each.name).dtype]
    return f"its signature of {wrong[0]!r} cannot be compared" if wrong else ""


def fits(feature: FeatureSignature, rows: int) -> bool:
    """Tell whether what is said of one feature has the size of a probe of so many rows."""
    is_short = len(feature.digest) <= _LONGEST_IDENTITY and len(feature.texts) <= _MOST_TEXTS
    return len(feature.sketch) == 2 * rows and math.isfinite(feature.size) and is_short
