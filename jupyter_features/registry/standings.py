"""Where versions are in their lives, put together from certifications, yanks and the state of their view."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select
from sqlalchemy import Table as SqlTable

from jupyter_features.definitions.standing import Certification, Standing
from jupyter_features.registry.schema import certifications, feature_views, yanks


@dataclass(frozen=True)
class Standings:
    """The standing of every version of some views at one instant."""

    views: dict[str, Standing]
    yanked: dict[tuple[str, int], str]
    certified: dict[tuple[str, int], Certification]

    def of(self, name: str, version: int) -> Standing:
        """Tell the state that matters most: retired, yanked, deprecated, certified, published."""
        view = self.views.get(name, Standing())
        certification = self.certified.get((name, version))
        if view.state == "retired":
            return view
        if (name, version) in self.yanked:
            return Standing(state="yanked", reason=self.yanked[name, version])
        if view.state == "deprecated":
            return Standing(state="deprecated", reason=view.reason, replacement=view.replacement, certification=certification)
        return Standing(state="certified" if certification else "published", certification=certification)


def standings(connection: Connection, now: datetime, names: Collection[str] | None = None) -> Standings:
    """Read the standings of some views, or of all; a certification that has expired by `now` (aware UTC) does not count."""
    views = {
        row.name: Standing(state=row.state, reason=row.reason, replacement=row.replacement)
        for row in _rows(connection, feature_views, names)
        if row.state != "published"
    }
    yanked = {(row.name, row.version): row.reason for row in _rows(connection, yanks, names)}
    # The newest of a version counts, and none before it, so that one can be ended or cut short.
    newest = {(row.name, row.version): row for row in sorted(_rows(connection, certifications, names), key=lambda row: row.event_id)}
    certified = {
        key: Certification(by=row.by, at=row.at, evidence=row.evidence, expires_at=row.expires_at)
        for key, row in newest.items()
        if row.expires_at is None or now < row.expires_at
    }
    return Standings(views, yanked, certified)


def _rows(connection: Connection, table: SqlTable, names: Collection[str] | None) -> Iterator[Row[Any]]:
    query = select(table)
    if names is not None:
        query = query.where(table.c.name.in_(names))
    return iter(connection.execute(query))
