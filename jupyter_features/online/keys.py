"""An entity as one text: the same for the writer and every reader."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from operator import index

import msgspec

from jupyter_features.errors import InvalidArgumentError
from jupyter_features.online.packing import exact_date


def entity_text(values: Sequence[object]) -> str | None:
    """Write join key values as a JSON list, such as `[12347,"GB"]`.

    Parameters
    ----------
    values
        In the entity's order: int, str, date or bool, of the declared types; 1, "1" and true
        differ. A date is written like `"1998-07-01"`.

    Returns
    -------
    str or None
        None if a value is NULL: no entity has such a key.

    Raises
    ------
    InvalidArgumentError
        If a value is of another type, such as a float.
    """
    try:
        parts = [_part(value) for value in values]
        return None if None in parts else msgspec.json.encode(parts).decode()
    except (TypeError, ValueError) as error:
        raise InvalidArgumentError(
            f"{tuple(values)!r} cannot be join key values: {error}.",
            hint="Give integers, texts, dates or booleans, as the entity declares.",
        ) from error


def _part(value: object) -> int | str | bool | None:
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, date):
        return exact_date(value).isoformat()
    return index(value)  # type: ignore[arg-type]  # index checks what it is given
