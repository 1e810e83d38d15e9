"""What every change works with: the open transaction, who asks, and the time; and how it is logged."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, select

from jupyter_features.clock import to_utc
from jupyter_features.definitions.subject import Subject
from jupyter_features.errors import InvalidArgumentError
from jupyter_features.registry.event import Action
from jupyter_features.registry.schema import events, revisions

_LAST_YEAR = 9998


@dataclass
class Change:
    """One write transaction.

    Parameters
    ----------
    at
        Aware UTC; all of its events happen then.
    logged
        Ids of the events so far.
    """

    connection: Connection
    subject: Subject
    at: datetime
    logged: list[int] = field(default_factory=list)

    def log(self, action: Action, name: str, version: int | None = None, detail: str = "") -> int:
        """Append an event; its id."""
        row = {"at": self.at, "author": self.subject.name, "action": action, "name": name, "version": version, "detail": detail}
        event_id = int(self.connection.execute(events.insert().values(row).returning(events.c.id)).scalar_one())
        self.logged.append(event_id)
        return event_id


def check_later(instant: datetime | None, now: datetime, what: str) -> datetime | None:
    """Give the instant at which something will expire in UTC; None means never.

    Raises
    ------
    InvalidArgumentError
        If that is past, or after the year 9998.
    """
    if instant is None:
        return None
    # Within a day of the calendar's end another zone cannot show the instant.
    if instant.year > _LAST_YEAR or instant <= now:
        raise InvalidArgumentError(
            f"{what} would expire at {instant.isoformat()}.", hint="Give a later instant, or leave it out for never."
        )
    return to_utc(instant)


def lock(connection: Connection) -> int:
    """Wait until no other change is under way, and give the revision before this one."""
    return int(connection.execute(select(revisions.c.revision).with_for_update()).scalar_one())


def count_up(change: Change, revision: int) -> None:
    """Give watchers a new revision, if anything was logged."""
    if change.logged:
        change.connection.execute(revisions.update().values(revision=revision + 1))
