"""Put together all that is known of one version."""

from __future__ import annotations

from datetime import datetime

import msgspec
from sqlalchemy import Connection, select

from jupyter_features.definitions.evidence import Evidence
from jupyter_features.definitions.feature_view import CompiledView, FeatureViewVersion
from jupyter_features.definitions.listing import FeatureSummary, SourceUse, VersionLine, ViewDetail
from jupyter_features.definitions.lookback import format_length
from jupyter_features.registry.consumers import consumers
from jupyter_features.registry.differences import definition_difference
from jupyter_features.registry.find import owner_of
from jupyter_features.registry.metadata import edited_metadata, newest_metadata
from jupyter_features.registry.related import related_views
from jupyter_features.registry.schema import versions
from jupyter_features.registry.standings import Standings, standings
from jupyter_features.registry.versions import compatibilities_of, pointers_of, versions_of


def view_detail(connection: Connection, version: FeatureViewVersion, now: datetime) -> ViewDetail:
    """Describe a version in its newest words, as of `now` (aware UTC); the snippet is left empty."""
    view = version.view
    metadata = newest_metadata(edited_metadata(connection, version.name), version)
    serving = pointers_of(connection, version.name)
    lives = standings(connection, now, [version.name])
    same = (versions.c.name == version.name) & (versions.c.version == version.version)
    row = connection.execute(select(versions.c.duplicate_reason, versions.c.evidence).where(same)).one()
    return ViewDetail(
        name=version.name,
        version=version.version,
        fingerprint=view.fingerprint,
        entity=view.entity.label,
        join_keys=view.entity.join_keys,
        owner=owner_of(connection, version.name),
        description=metadata.description,
        tags=metadata.tags,
        features=view.features,
        language=view.definition.language,
        body=view.definition.body,
        sources=_source_uses(view),
        inputs=_inputs(view),
        request=tuple(FeatureSummary(each.name, each.dtype) for each in view.definition.request),
        versions=_history(connection, version.name, lives, serving),
        environments=_serving(version, serving),
        checks=version.checks,
        tests=version.tests,
        author=version.author,
        published_at=version.published_at,
        standing=lives.of(version.name, version.version),
        consumers=consumers(connection, version.name, now),
        related=related_views(connection, view),
        duplicate_reason=row.duplicate_reason,
        test_texts=msgspec.json.decode(row.evidence, type=Evidence).texts if row.evidence else (),
    )


def _history(connection: Connection, name: str, lives: Standings, serving: dict[str, int]) -> tuple[VersionLine, ...]:
    """Describe every version, newest first, and what it changed in the one before."""
    history = versions_of(connection, name)
    changes = compatibilities_of(connection, name)
    lines = []
    for version, before in zip(history, [*history[1:], None], strict=True):
        change = changes.get(version.version)
        lines.append(
            VersionLine(
                version=version.version,
                fingerprint=version.view.fingerprint,
                author=version.author,
                published_at=version.published_at,
                state=lives.of(name, version.version).state,
                level=change.level if change else "",
                changes=change.reasons if change else (),
                difference=definition_difference(before, version.view) if before else "",
                environments=_serving(version, serving),
            )
        )
    return tuple(lines)


def _serving(version: FeatureViewVersion, serving: dict[str, int]) -> tuple[str, ...]:
    return tuple(environment for environment, served in serving.items() if served == version.version)


def _source_uses(view: CompiledView) -> tuple[SourceUse, ...]:
    return tuple(
        SourceUse(
            name=reference.source,
            alias=reference.alias,
            kind=view.source(reference.source).kind,
            lookback=format_length(reference.lookback) if reference.lookback else "",
            location=view.source(reference.source).location,
        )
        for reference in view.definition.sources
    )


def _inputs(view: CompiledView) -> tuple[str, ...]:
    return tuple(
        f"{each.label}:{feature}" + (f" as {name}" if name != feature else "") for each in view.inputs for feature, name in each.outputs
    )
