"""Rehearse a publication: everything that publishing does, taken back."""

from __future__ import annotations

from jupyter_features.registry.changes import Publication, RehearsePublish
from jupyter_features.registry.context import Change
from jupyter_features.registry.publish import publish


def rehearse_publish(change: Change, request: RehearsePublish) -> Publication:
    """See `RehearsePublish`; `check_ready` comes first, and it raises what `publish` raises."""
    savepoint = change.connection.begin_nested()
    try:
        return publish(change, request.publish)
    finally:
        savepoint.rollback()
        change.logged.clear()
