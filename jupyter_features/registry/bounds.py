"""How large what crosses the registry's door may be: the same for every database, in Python and over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from msgspec import Meta

LARGEST = 2**31 - 1  # of an integer column
PAGE = 10_000
MOST_USES = 1_000

VersionNumber = Annotated[int, Meta(ge=1, le=LARGEST)]
Position = Annotated[int, Meta(ge=0, le=LARGEST)]
PageSize = Annotated[int, Meta(ge=0, le=PAGE)]
Label = Annotated[str, Meta(max_length=120)]
"""A name, or what stands for one in a question; whether it is a good one is asked by the answer."""
Labels = Annotated[tuple[Label, ...], Meta(max_length=1_000)]
References = Annotated[tuple[Annotated[str, Meta(max_length=1_000)], ...], Meta(max_length=10_000)]
Words = Annotated[str, Meta(max_length=10_000)]
"""What people write to people: a reason, a description, a query."""
Instant = Annotated[datetime, Meta(tz=True)]
