"""A typed name: a request column of an on-demand feature view, or a feature that a function returns."""

from __future__ import annotations

from msgspec import Struct

from jupyter_features.definitions.names import check_name
from jupyter_features.dtypes import canonical_dtype, is_feature_dtype
from jupyter_features.errors import InvalidArgumentError


class TypedName(Struct, frozen=True):
    """A column of a scalar type."""

    name: str
    dtype: str

    def __post_init__(self) -> None:
        check_name("a column", self.name)
        if not is_feature_dtype(self.dtype):
            raise InvalidArgumentError(f"{self.name!r} cannot have the type {self.dtype!r}.", hint="Use a scalar type such as DOUBLE.")

    def __str__(self) -> str:
        return f"{self.name}:{self.dtype}"


def parse_typed_name(text: str) -> TypedName:
    """Read `amount:DOUBLE`.

    Raises
    ------
    InvalidArgumentError
        If the type is missing or unknown.
    """
    name, colon, dtype = text.partition(":")
    if not colon:
        raise InvalidArgumentError(f"{text.strip()!r} has no type.", hint=f"Write it like {text.strip()}:DOUBLE.")
    return TypedName(name.strip(), canonical_dtype(dtype))
