"""Edits: the words for people that would change, which are no part of a definition's meaning."""

from __future__ import annotations

from dataclasses import dataclass

from jupyter_features.definitions.feature_view import FeatureView
from jupyter_features.definitions.listing import ViewDetail


@dataclass(frozen=True)
class Edit:
    """One of owner, description and tags, before and after."""

    what: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"the {self.what} would change from {self.before or 'nothing'!r} to {self.after or 'nothing'!r}"


def edits(published: ViewDetail, own: FeatureView) -> tuple[Edit, ...]:
    """Compare the newest words about a published version with those of a draft."""
    pairs = (
        ("owner", published.owner, own.owner),
        ("description", published.description, own.description),
        ("tags", ", ".join(published.tags), ", ".join(own.tags)),
    )
    return tuple(Edit(*pair) for pair in pairs if pair[1] != pair[2])
