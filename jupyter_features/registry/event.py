"""An event: who changed what in the registry, and when."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import Struct

Action = Literal[
    "entity_registered",
    "source_registered",
    "version_published",
    "pointer_moved",
    "metadata_edited",
    "consumers_told",
    "version_tested",
    "version_yanked",
    "version_certified",
    "certification_ended",
    "yank_undone",
    "view_deprecated",
    "view_retired",
    "view_restored",
    "service_saved",
    "model_saved",
    "team_changed",
    "token_created",
    "token_revoked",
]


class Event(Struct, frozen=True, kw_only=True):
    """One line of the registry's log; it is never edited or removed.

    Parameters
    ----------
    id
        Grows with every event; gaps mean nothing.
    at
        Aware UTC.
    author
        The authenticated subject, never what a request says.
    name
        Of the object that changed.
    version
        The version it is about; None for objects without one.
    detail
        What changed, for people; may be empty.
    """

    id: int
    at: datetime
    author: str
    action: Action
    name: str
    version: int | None
    detail: str
