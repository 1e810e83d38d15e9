"""A feature view's use of a source: under which name, how far back."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta

from msgspec import Struct

from jupyter_features.definitions.lookback import format_length, parse_length
from jupyter_features.definitions.names import check_name
from jupyter_features.errors import InvalidArgumentError

_REFERENCE = re.compile(r"\s*(?P<source>[^\s:]+)(?::(?P<lookback>[^\s]+))?(?:\s+as\s+(?P<alias>\S+))?\s*\Z", re.IGNORECASE)


class SourceReference(Struct, frozen=True):
    """One name in FROM or JOIN.

    Parameters
    ----------
    source
        Name of the declared source.
    alias
        The table name that the SQL uses; equals `source` unless `as` was given.
    lookback
        Rows older than as_of - lookback are invisible; None means all history.
    """

    source: str
    alias: str
    lookback: timedelta | None = None

    def __post_init__(self) -> None:
        check_name("a source", self.source)
        check_name("a source reference", self.alias)

    def __str__(self) -> str:
        length = f":{format_length(self.lookback)}" if self.lookback else ""
        return f"{self.source}{length}" + (f" as {self.alias}" if self.alias != self.source else "")


def parse_source_reference(text: str) -> SourceReference:
    """Read `invoices`, `invoices:90d` or `invoices:7d as week`.

    Raises
    ------
    InvalidArgumentError
        If the text has another form.
    """
    match = _REFERENCE.match(text)
    if not match:
        raise InvalidArgumentError(
            f"{text!r} is not a source reference.", hint="Write it like invoices, invoices:90d or invoices:7d as week."
        )
    source, lookback = match["source"], match["lookback"]
    return SourceReference(source, match["alias"] or source, parse_length(lookback) if lookback else None)


def as_source_references(sources: Mapping[str, str | timedelta | None] | Sequence[str]) -> tuple[SourceReference, ...]:
    """Accept what Python callers give: a dict of lookbacks or a list of reference texts.

    Raises
    ------
    InvalidArgumentError
        If two references have the same name, or one cannot be read.
    """
    if isinstance(sources, str):
        sources = [sources]
    if isinstance(sources, Mapping):
        references = tuple(
            SourceReference(name, name, parse_length(length) if isinstance(length, str) else length) for name, length in sources.items()
        )
    else:
        references = tuple(parse_source_reference(text) for text in sources)
    aliases = [reference.alias.lower() for reference in references]
    for alias in aliases:
        if aliases.count(alias) > 1:
            raise InvalidArgumentError(
                f"Two source references are named {alias!r}.", hint="Give one another name: --source 'invoices:7d as week'."
            )
    return references
