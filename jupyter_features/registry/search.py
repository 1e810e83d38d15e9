"""Find published views by words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection, select

from jupyter_features.definitions.feature_view import FeatureViewVersion
from jupyter_features.definitions.listing import Facets, FeatureSummary, ViewPage, ViewSummary
from jupyter_features.definitions.standing import State
from jupyter_features.registry.consumers import reads_by_view
from jupyter_features.registry.metadata import Metadata, edited_metadata, newest_metadata
from jupyter_features.registry.questions import SearchViews
from jupyter_features.registry.schema import feature_views
from jupyter_features.registry.standings import standings
from jupyter_features.registry.versions import served_versions, versions_of

# What a word is worth where it occurs; a whole name beats a part of it, names beat prose, prose beats the logic.
_EXACT_NAME, _NAME_PART = 100, 40
_EXACT_FEATURE, _FEATURE_PART, _LABEL, _DESCRIPTION, _COLUMN, _LOGIC = 50, 30, 25, 15, 10, 5

Found = tuple[FeatureViewVersion, Metadata]


def search_views(connection: Connection, request: SearchViews, now: datetime, revision: int) -> ViewPage:
    """See `SearchViews`."""
    edited = edited_metadata(connection)
    lives = standings(connection, now)
    readers = reads_by_view(connection, now)
    found = [(version, newest_metadata(edited, version)) for version in _listed(connection, request)]

    def line(version: FeatureViewVersion, metadata: Metadata) -> ViewSummary:
        reads = None if readers is None else readers.get(version.name, 0)
        return summarize(version, metadata, state=lives.of(version.name, version.version).state, reads=reads)

    every = [line(*each) for each in found]
    matching = [line(*each) for each in search(found, request.query)]
    kept = [each for each in matching if _passes(each, request)]
    return ViewPage(
        environment=request.environment,
        revision=revision,
        total=len(every),
        matches=len(kept),
        facets=_facets(every),
        views=tuple(kept[request.offset : request.offset + request.limit]),
    )


def _passes(line: ViewSummary, request: SearchViews) -> bool:
    wanted = {"entity": request.entity, "owner": request.owner, "state": request.state}
    return all(value in (None, getattr(line, name)) for name, value in wanted.items()) and (request.tag is None or request.tag in line.tags)


def _facets(views: Sequence[ViewSummary]) -> Facets:
    return Facets(
        entities=tuple(sorted({view.entity for view in views})),
        owners=tuple(sorted({view.owner for view in views})),
        tags=tuple(sorted({tag for view in views for tag in view.tags})),
        states=tuple(sorted({view.state for view in views})),
    )


def _listed(connection: Connection, request: SearchViews) -> tuple[FeatureViewVersion, ...]:
    """Read the version that the environment serves of each view, by name; or the newest one of each retired view."""
    if request.state == "retired":
        retired = select(feature_views.c.name).where(feature_views.c.state == "retired").order_by(feature_views.c.name)
        return tuple(versions_of(connection, name)[0] for name in connection.execute(retired).scalars())
    return served_versions(connection, request.environment)


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


def summarize(version: FeatureViewVersion, metadata: Metadata, *, state: State, reads: int | None) -> ViewSummary:
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
        state=state,
        reads=reads,
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
