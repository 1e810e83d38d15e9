"""Consumers: who reads a feature view, declared or learned from reads."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Literal

from msgspec import Struct

ConsumerKind = Literal["service", "model", "view", "training set", "online"]


class Consumer(Struct, frozen=True, kw_only=True):
    """One reader of a version.

    Parameters
    ----------
    kind
        `service`, `model` and `view` (an on-demand view that takes it as input) are declared; the others were seen reading.
    name
        Such as `churn_model@2`; of a read, who read.
    owner
        Accountable team; of a read, who read.
    version
        The version of the view that is read.
    is_pinned
        Whether it goes on with that version whatever is published.
    last_at
        Aware UTC of the last read; None if it is declared.
    """

    kind: ConsumerKind
    name: str
    owner: str
    version: int
    is_pinned: bool
    last_at: datetime | None = None


def to_acknowledge(consumers: Iterable[Consumer], own: Collection[str]) -> tuple[str, ...]:
    """Name the consumers that must be told before a change breaks them: all but the owner's own people seen reading.

    Parameters
    ----------
    own
        Names of the owner and of its members.
    """
    return tuple(dict.fromkeys(each.name for each in consumers if each.last_at is None or each.name not in own))


class Use(Struct, frozen=True, kw_only=True):
    """Reads of one version by one reader, added up before they are reported.

    Parameters
    ----------
    reads
        How often, at least 1; rows of a training set and entities of a request do not count.
    """

    name: str
    version: int
    kind: Literal["training set", "online"]
    reads: int = 1
