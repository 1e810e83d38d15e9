"""The difference between two definitions, as people read it."""

from __future__ import annotations

import difflib

from jupyter_features.definitions.feature_view import CompiledView, FeatureViewVersion


def definition_difference(before: FeatureViewVersion | None, after: CompiledView | None) -> str:
    """Write the changed lines of the body as a unified diff with one line around them; a missing side has no lines."""
    old = before.view.definition.body.splitlines() if before else []
    new = after.definition.body.splitlines() if after else []
    # The first two lines are the heads of files, and there are none.
    return "\n".join(list(difflib.unified_diff(old, new, lineterm="", n=1))[2:])
