"""The one rule for names of entities, sources, feature views and features."""

from __future__ import annotations

import re

from jupyter_features.errors import InvalidNameError

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}\Z")


def check_name(noun: str, name: str) -> str:
    """Return `name` if it can be a column, a file name and a URL segment alike.

    Raises
    ------
    InvalidNameError
        If it has quotes, spaces, markup or anything but ASCII letters, digits and underscores.
    """
    if not _NAME.match(name):
        raise InvalidNameError(noun, name)
    return name
