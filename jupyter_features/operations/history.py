"""History: who changed what, newest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from jupyter_features.card import Card, Displayed, Table
from jupyter_features.clock import format_instant
from jupyter_features.registry.event import Event


@dataclass(frozen=True)
class History(Displayed):
    """Events of one object, or of all; oldest first."""

    title: str
    events: Sequence[Event]

    def card(self) -> Card:
        """Show one line per event, newest first."""
        rows = [
            (
                format_instant(event.at.replace(microsecond=0)),
                event.author,
                event.action.replace("_", " "),
                event.name if event.version is None else f"{event.name}@{event.version}",
                event.detail,
            )
            for event in reversed(self.events)
        ]
        return Card(self.title, label=f"{len(rows)} events", tables=(Table(("when", "who", "what", "of", "detail"), rows),))
