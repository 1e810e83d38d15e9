"""Knowledge: which rows count as learned, when a training set asks otherwise than the law."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

import msgspec

from jupyter_features.clock import to_utc
from jupyter_features.definitions.feature_view import CompiledView
from jupyter_features.definitions.source import Source
from jupyter_features.errors import InvalidArgumentError


@dataclass(frozen=True)
class Knowledge:
    """What must have been known of a row for it to count.

    Parameters
    ----------
    mode
        `respect`: a row must have arrived. `ignore`: it counts even if it arrived later, or never did.
    as_known_at
        The instant by which it must have arrived, instead of each question's own; aware UTC once made, naive is
        taken as UTC. None means each question's own instant.

    Raises
    ------
    InvalidArgumentError
        If the mode is unknown, the instant is none, or an instant is given for arrivals that are ignored.
    """

    mode: Literal["respect", "ignore"] = "respect"
    as_known_at: datetime | None = None

    def __post_init__(self) -> None:
        if self.mode not in ("respect", "ignore"):
            raise InvalidArgumentError(f"knowledge={self.mode!r} is neither 'respect' nor 'ignore'.")
        if self.as_known_at is None:
            return
        if self.mode == "ignore":
            raise InvalidArgumentError(
                "as_known_at asks when rows arrived, and knowledge='ignore' does not look at it.", hint="Give one of the two."
            )
        object.__setattr__(self, "as_known_at", _plain_instant(self.as_known_at))


RESPECT = Knowledge()
"""A row must have arrived by the instant of the question: the law, and the default everywhere."""


class KnownSource(Source, frozen=True, kw_only=True):
    """A source of which other rows count as known than the law says."""

    knowledge: Knowledge


def bind_knowledge(view: CompiledView, knowledge: Knowledge) -> CompiledView:
    """Ask a view with other knowledge; every plan of the result keeps to it.

    The fingerprint changes with it, so that nothing kept for the view itself is taken for the answer.
    """
    if knowledge == RESPECT:
        return view
    sources = tuple(
        KnownSource(**{name: getattr(source, name) for name in Source.__struct_fields__}, knowledge=knowledge) for source in view.sources
    )
    asked = hashlib.sha256(f"{view.fingerprint} {knowledge}".encode()).hexdigest()
    return msgspec.structs.replace(view, sources=sources, fingerprint=asked)


def _plain_instant(instant: datetime) -> datetime:
    """Drop what is finer than a microsecond, which pandas' instants may have."""
    if not isinstance(instant, datetime):
        raise InvalidArgumentError(f"as_known_at={instant!r} is not an instant.", hint="Give a datetime.")
    utc = to_utc(instant)
    try:
        return datetime(utc.year, utc.month, utc.day, utc.hour, utc.minute, utc.second, utc.microsecond, tzinfo=UTC)
    except (TypeError, ValueError) as error:
        raise InvalidArgumentError(f"as_known_at={instant!r} is not an instant.", hint="Give a datetime.") from error
