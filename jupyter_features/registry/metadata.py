"""What may be reworded without a new version: owner, description and tags."""

from __future__ import annotations

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, select

from jupyter_features.definitions.feature_view import FeatureView, FeatureViewVersion
from jupyter_features.registry.schema import metadata_edits


class Metadata(Struct, frozen=True, kw_only=True):
    """Words about a version; they never change what is computed or served."""

    owner: str
    description: str
    tags: tuple[str, ...]


def metadata_of(definition: FeatureView) -> Metadata:
    """Take the words out of a definition."""
    return Metadata(owner=definition.owner, description=definition.description, tags=definition.tags)


def edited_metadata(connection: Connection, name: str | None = None) -> dict[tuple[str, int], Metadata]:
    """Read the newest edit of each (name, version) that was ever edited, of one view or of all."""
    query = select(metadata_edits.c.name, metadata_edits.c.version, metadata_edits.c.content).order_by(metadata_edits.c.event_id)
    if name is not None:
        query = query.where(metadata_edits.c.name == name)
    return {(row.name, row.version): msgspec.json.decode(row.content, type=Metadata) for row in connection.execute(query)}


def newest_metadata(edited: dict[tuple[str, int], Metadata], version: FeatureViewVersion) -> Metadata:
    """Choose the newest words about a version: its last edit, else those it was published with."""
    return edited.get((version.name, version.version)) or metadata_of(version.view.definition)


def differences(old: Metadata, new: Metadata) -> str:
    """Name the fields that differ, such as `description, tags`; empty when none does."""
    return ", ".join(field for field in Metadata.__struct_fields__ if getattr(old, field) != getattr(new, field))


def keep_metadata(connection: Connection, event_id: int, version: FeatureViewVersion, new: Metadata) -> None:
    """Store an edit under the event that tells of it."""
    content = msgspec.json.encode(new).decode()
    connection.execute(metadata_edits.insert().values(event_id=event_id, name=version.name, version=version.version, content=content))
