"""The manifest of a training set: what was computed from what, enough to compute it again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from jupyter_features.clock import parse_instant
from jupyter_features.compiler.knowledge import Knowledge
from jupyter_features.definitions.reference import parse_reference
from jupyter_features.operations.resolve import Lookup, ResolvedView
from jupyter_features.operations.training_rows import TrainingRows, snapshots

FORMAT = 1
"""Grows when a reader of an older manifest would read it wrongly."""

Manifest = Mapping[str, object]


def manifest_of(computed: TrainingRows, options: Mapping[str, object], at: datetime) -> dict[str, object]:
    """Describe rows that have all passed; only JSON's own types.

    Returns
    -------
    dict
        `views` with pinned reference, fingerprint, owner, key columns and (feature, column) pairs; `sources` with location
        and snapshot; `engine`; `options`; `rows`; `columns` with type, NULLs and hash of each feature column;
        `content_sha256` over all of them; `created_at`; `format`.
    """
    return {
        "format": FORMAT,
        "views": [_view(item) for item in computed.views],
        "sources": snapshots(computed.views, computed.engine),
        "engine": computed.engine.name,
        "options": {**options, **_knowledge(computed.knowledge)},
        "rows": computed.count,
        "columns": computed.content.columns(),
        "content_sha256": computed.content.hexdigest(),
        "created_at": at.isoformat(),
    }


def feature_columns(manifest: Manifest) -> tuple[str, ...]:
    """Name the feature columns in their order."""
    return tuple(manifest["columns"])  # type: ignore[arg-type]  # JSON has no types


def knowledge_of(manifest: Manifest) -> Knowledge:
    """Read back which rows of the sources counted as known."""
    options: Mapping[str, str | None] = manifest["options"]  # type: ignore[assignment]  # JSON has no types
    known_at = options["as_known_at"]
    return Knowledge(options["knowledge"], parse_instant(known_at) if known_at else None)  # type: ignore[arg-type]  # JSON has no types


def views_of(manifest: Manifest, lookup: Lookup) -> tuple[ResolvedView, ...]:
    """Find the pinned versions again.

    Raises
    ------
    NotFoundError
        If a version is not in the registry, or a draft is gone.
    """
    found = []
    for entry in manifest["views"]:  # type: ignore[attr-defined]  # JSON has no types
        view, version = lookup(parse_reference(entry["reference"]))
        outputs = tuple((each["feature"], each["column"]) for each in entry["features"])
        for feature, _ in outputs:
            view.feature(feature)
        found.append(ResolvedView(view, version, entry["keys"], outputs))
    return tuple(found)


def changed_definitions(manifest: Manifest, views: tuple[ResolvedView, ...]) -> tuple[str, ...]:
    """Name the references whose definition is no longer the one that was computed; only drafts can be among them."""
    entries: list[Mapping[str, str]] = manifest["views"]  # type: ignore[assignment]  # JSON has no types
    pairs = zip(entries, views, strict=True)
    return tuple(entry["reference"] for entry, item in pairs if entry["fingerprint"] != item.view.fingerprint)


def _view(item: ResolvedView) -> dict[str, object]:
    return {
        "reference": item.label,
        "fingerprint": item.view.fingerprint,
        "owner": item.view.definition.owner,
        "keys": dict(item.keys),
        "features": [{"feature": name, "column": output} for name, output in item.outputs],
    }


def _knowledge(knowledge: Knowledge) -> dict[str, object]:
    known_at = knowledge.as_known_at
    return {"knowledge": knowledge.mode, "as_known_at": known_at.isoformat() if known_at else None}
