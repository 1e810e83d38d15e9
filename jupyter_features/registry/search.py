"""Find published views by words."""

from __future__ import annotations

from collections.abc import Iterable

from jupyter_features.definitions.feature_view import FeatureViewVersion
from jupyter_features.definitions.listing import FeatureSummary, ViewSummary
from jupyter_features.registry.metadata import Metadata

# What a word is worth where it occurs; a whole name beats a part of it, names beat prose, prose beats the logic.
_EXACT_NAME, _NAME_PART = 100, 40
_EXACT_FEATURE, _FEATURE_PART, _LABEL, _DESCRIPTION, _COLUMN, _LOGIC = 50, 30, 25, 15, 10, 5

Found = tuple[FeatureViewVersion, Metadata]


def search(found: Iterable[Found], query: str) -> list[Found]:
    """Keep the views in which every word of the query occurs, best match first, then by name.

    Words are separated by spaces and compared without regard to case; each may be a part of a longer word.
    It may occur in the name, owner, tags, description, feature names, source columns, or SQL. No words keep everything.
    """
    words = query.casefold().split()
    scored = ((_score(words, version, metadata), version, metadata) for version, metadata in found)
    kept = [entry for entry in scored if entry[0] is not None]
    kept.sort(key=lambda entry: (-(entry[0] or 0), entry[1].name))
    return [(version, metadata) for _, version, metadata in kept]


def summarize(version: FeatureViewVersion, metadata: Metadata) -> ViewSummary:
    """Make the line of a list, in the newest words."""
    return ViewSummary(
        name=version.name,
        version=version.version,
        entity=version.view.entity.label,
        owner=metadata.owner,
        description=metadata.description,
        tags=metadata.tags,
        features=tuple(FeatureSummary(feature.name, feature.dtype) for feature in version.view.features),
        published_at=version.published_at,
    )


def _score(words: list[str], version: FeatureViewVersion, metadata: Metadata) -> int | None:
    fields = _fields(version, metadata)
    scores = [max((_worth(word, text, whole, part) for text, whole, part in fields), default=0) for word in words]
    return None if 0 in scores else sum(scores)


def _worth(word: str, text: str, whole: int, part: int) -> int:
    if word == text:
        return whole
    return part if word in text else 0


def _fields(version: FeatureViewVersion, metadata: Metadata) -> list[tuple[str, int, int]]:
    view = version.view
    lineage = {column for feature in view.features for column in (*feature.value_lineage, *feature.row_lineage)}
    fields = [(view.name, _EXACT_NAME, _NAME_PART)]
    fields += [(feature.name, _EXACT_FEATURE, _FEATURE_PART) for feature in view.features]
    fields += [(label, _LABEL, _LABEL) for label in (metadata.owner, *metadata.tags, view.entity.label)]
    fields += [(metadata.description, _DESCRIPTION, _DESCRIPTION)]
    fields += [(column, _COLUMN, _COLUMN) for column in lineage]
    fields += [(sql, _LOGIC, _LOGIC) for sql in (view.definition.body, view.normal_sql)]
    return [(text.casefold(), whole, part) for text, whole, part in fields]
