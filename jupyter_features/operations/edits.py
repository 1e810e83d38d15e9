"""Edits: what publishing the same definition again would change: words for people, and the record of feature tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from jupyter_features.definitions.feature_view import CompiledView
from jupyter_features.definitions.listing import ViewDetail


@dataclass(frozen=True)
class Edit:
    """One of owner, description and tags, before and after; or the feature tests, which are too long to tell."""

    what: str
    before: str = ""
    after: str = ""

    def __str__(self) -> str:
        told = f" from {self.before or 'nothing'!r} to {self.after or 'nothing'!r}" if self.before or self.after else ""
        return f"the {self.what} would change{told}"


def edits(published: ViewDetail, view: CompiledView, tests: Sequence[str]) -> tuple[Edit, ...]:
    """Compare what is on record of a published version with what a draft brings.

    Parameters
    ----------
    tests
        The draft's feature tests as written; none leaves those on record.
    """
    own = view.definition
    pairs = (
        ("owner", published.owner, own.owner),
        ("description", published.description, own.description),
        ("tags", ", ".join(published.tags), ", ".join(own.tags)),
    )
    found = [Edit(*pair) for pair in pairs if pair[1] != pair[2]]
    # Another definition brings its own record anyway.
    is_same = [each.strip() for each in tests] == [each.strip() for each in published.test_texts]
    if tests and not is_same and published.fingerprint == view.fingerprint:
        found.append(Edit("feature tests"))
    return tuple(found)
