"""Put together all that is known of one version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from jupyter_features.definitions.feature_view import CompiledView, FeatureViewVersion
from jupyter_features.definitions.listing import FeatureSummary, SourceUse, VersionLine, ViewDetail
from jupyter_features.definitions.lookback import format_length
from jupyter_features.registry.metadata import Metadata


def view_detail(
    version: FeatureViewVersion, *, metadata: Metadata, history: Sequence[FeatureViewVersion], serving: Mapping[str, int], snippet: str
) -> ViewDetail:
    """Describe a version.

    Parameters
    ----------
    metadata
        The newest words about the version.
    history
        Every version of the view, newest first.
    serving
        Which version each environment serves.
    snippet
        A cell that reads these features.
    """
    view = version.view
    return ViewDetail(
        name=version.name,
        version=version.version,
        fingerprint=view.fingerprint,
        entity=view.entity.label,
        join_keys=view.entity.join_keys,
        owner=metadata.owner,
        description=metadata.description,
        tags=metadata.tags,
        features=view.features,
        language=view.definition.language,
        body=view.definition.body,
        sources=_source_uses(view),
        inputs=_inputs(view),
        request=tuple(FeatureSummary(each.name, each.dtype) for each in view.definition.request),
        versions=tuple(_version_line(line) for line in history),
        environments=tuple(environment for environment, served in serving.items() if served == version.version),
        checks=version.checks,
        tests=version.tests,
        author=version.author,
        published_at=version.published_at,
        snippet=snippet,
    )


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


def _version_line(version: FeatureViewVersion) -> VersionLine:
    return VersionLine(
        version=version.version, fingerprint=version.view.fingerprint, author=version.author, published_at=version.published_at
    )
