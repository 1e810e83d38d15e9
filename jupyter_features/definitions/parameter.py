"""A typed parameter of a definition: `minimum DOUBLE = 10`, used in the SQL as `:minimum`."""

from __future__ import annotations

import re

from msgspec import Struct

from jupyter_features.definitions.names import check_name
from jupyter_features.dtypes import canonical_dtype, is_feature_dtype
from jupyter_features.errors import InvalidArgumentError

_FORM = re.compile(r"\s*(?P<name>\S+)\s+(?P<dtype>[^=]+?)\s*=\s*(?P<value>.*\S)\s*\Z")


class Parameter(Struct, frozen=True):
    """A constant of a definition with a name of its own; it is part of the version.

    Parameters
    ----------
    value
        As text: numbers plain, dates and instants in ISO 8601.
    """

    name: str
    dtype: str
    value: str

    def __post_init__(self) -> None:
        check_name("a parameter", self.name)
        if not is_feature_dtype(self.dtype):
            raise InvalidArgumentError(
                f"Parameter {self.name!r} cannot have the type {self.dtype!r}.", hint="Use a scalar type such as DOUBLE."
            )


def parse_parameter(text: str) -> Parameter:
    """Read `minimum DOUBLE = 10`; a value in quotes is read as SQL reads it, `'O''Brien'`.

    Raises
    ------
    InvalidArgumentError
        If the text has another form.
    """
    match = _FORM.match(text)
    if not match:
        raise InvalidArgumentError(f"{text!r} is not a parameter.", hint="Write it like minimum DOUBLE = 10.")
    value = match["value"]
    if len(value) > 1 and value[0] == value[-1] == "'":
        value = value[1:-1].replace("''", "'")
    return Parameter(match["name"], canonical_dtype(match["dtype"]), value)
