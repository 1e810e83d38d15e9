"""A source: where rows come from, whose they are, and which clock they run on."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from jupyter_features.definitions.entity import Entity
from jupyter_features.definitions.names import check_name
from jupyter_features.dtypes import TIMES
from jupyter_features.errors import InvalidArgumentError, NotFoundError

Kind = Literal["events", "state", "static"]
Format = Literal["parquet", "csv", "dataframe"]


class Column(Struct, frozen=True):
    """One column as it was when the source was declared."""

    name: str
    dtype: str


class Source(Struct, frozen=True, kw_only=True):
    """Rows with a declared clock.

    Parameters
    ----------
    entity
        Name of the entity that the rows describe; empty for a global source, whose rows no entity's join key picks.
    location
        File path or glob, POSIX style, relative to the project folder when it lies below it;
        empty for a pandas DataFrame, which lives in one session only.
    kind
        `events` are visible iff event_timestamp < as_of; `state` iff event_timestamp <= as_of, the newest
        row per key counting; `static` always.
    event_timestamp
        Column of the instant at which a row became true; None for static sources only.
    arrival
        Column of the instant at which we learned it; None if the source does not know.
    tie_break
        Columns that order rows of one instant, greatest wins.
    key
        Source column of each join key, in the entity's order: (join key, column). Of a global state source, the columns
        that its newest row is per, each under its own name, or none; of a global static source, those that tell its rows apart.
    inclusive
        For events: turn `<` into `<=`.
    """

    name: str
    location: str
    format: Format
    entity: str
    kind: Kind
    columns: tuple[Column, ...]
    key: tuple[tuple[str, str], ...]
    event_timestamp: str | None = None
    arrival: str | None = None
    tie_break: tuple[str, ...] = ()
    inclusive: bool = False
    description: str = ""

    def __post_init__(self) -> None:
        check_name("a source", self.name)
        if (self.kind == "static") != (self.event_timestamp is None):
            raise InvalidArgumentError(
                f"Source {self.name!r} is {self.kind} and has {'an' if self.event_timestamp else 'no'} event timestamp.",
                hint="Events and state sources need --event-time COLUMN; a static source has none.",
            )
        if self.kind == "static" and self.arrival:
            raise InvalidArgumentError(f"Static source {self.name!r} cannot have an arrival column.", hint="Declare it as state.")
        if self.inclusive and self.kind != "events":
            raise InvalidArgumentError(
                f"Source {self.name!r}: inclusive is for events only.", hint="State is visible at its own instant already."
            )
        if self.kind == "events" and self.key and not self.entity:
            raise InvalidArgumentError(
                f"Source {self.name!r}: a key of a global source says what its newest row is per, and events all count.",
                hint="Leave --key out, or declare the source as state.",
            )
        for name in (*(column for _, column in self.key), *self.tie_break):
            self.column(name)
        clocks = [clock for clock in (self.event_timestamp, self.arrival) if clock is not None]
        for name in clocks:
            if self.column(name).dtype not in TIMES:
                raise InvalidArgumentError(
                    f"Column {name!r} of source {self.name!r} has the type {self.column(name).dtype}, which is not a time.",
                    hint="Convert it to a timestamp when the data is written.",
                )

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names of all columns in the order of the data."""
        return tuple(column.name for column in self.columns)

    @property
    def key_columns(self) -> tuple[str, ...]:
        """The source's own names of the join keys, in the entity's order."""
        return tuple(column for _, column in self.key)

    def is_keyed_by(self, entity: Entity) -> bool:
        """Tell whether the entity's join key picks this source's rows; otherwise all of them are the same for everybody."""
        return bool(entity.join_keys) and self.entity == entity.name

    def column(self, name: str) -> Column:
        """Find a column, ignoring case as SQL does.

        Raises
        ------
        NotFoundError
            If the source has no such column.
        """
        for column in self.columns:
            if column.name.lower() == name.lower():
                return column
        raise NotFoundError(f"column of source {self.name!r}", name, self.column_names)
