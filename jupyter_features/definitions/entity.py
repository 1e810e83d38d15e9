"""An entity: what a feature describes, and the columns that identify it."""

from __future__ import annotations

from msgspec import Struct

from jupyter_features.definitions.names import check_name
from jupyter_features.dtypes import KEY_DTYPES, canonical_dtype
from jupyter_features.errors import InvalidArgumentError

GLOBAL_LABEL = "global"


class JoinKey(Struct, frozen=True):
    """One identifying column; `dtype` is BIGINT, VARCHAR, DATE or BOOLEAN."""

    name: str
    dtype: str

    def __post_init__(self) -> None:
        check_name("a join key", self.name)
        if self.dtype not in KEY_DTYPES:
            raise InvalidArgumentError(
                f"Join key {self.name!r} cannot have the type {self.dtype!r}.",
                hint=f"Use one of {', '.join(KEY_DTYPES)}.",
            )


class Entity(Struct, frozen=True, kw_only=True):
    """What features describe: a name and at least one join key; `GLOBAL` alone has neither."""

    name: str
    join_keys: tuple[JoinKey, ...]
    description: str = ""

    def __post_init__(self) -> None:
        if not self.name and not self.join_keys:
            return
        check_name("an entity", self.name)
        if self.name == GLOBAL_LABEL:
            raise InvalidArgumentError(
                f"An entity cannot be named {GLOBAL_LABEL!r}: that is what views without an entity are called.",
                hint="For a value that is the same for everybody, define the view without an entity.",
            )
        if not self.join_keys:
            raise InvalidArgumentError(f"Entity {self.name!r} has no join key.", hint="Give one, such as --key customer_id:BIGINT.")
        if len(set(self.key_names)) != len(self.join_keys):
            raise InvalidArgumentError(f"Entity {self.name!r} names a join key twice.")

    @property
    def key_names(self) -> tuple[str, ...]:
        """Names of the join keys in declared order."""
        return tuple(key.name for key in self.join_keys)

    @property
    def label(self) -> str:
        """What people read: the name, or `global`."""
        return self.name or GLOBAL_LABEL


GLOBAL = Entity(name="", join_keys=())
"""What views without an entity describe: nothing in particular, one value per instant."""


def parse_join_key(text: str) -> JoinKey:
    """Read `customer_id:BIGINT`.

    Raises
    ------
    InvalidArgumentError
        If the type is missing or unknown.
    """
    name, colon, dtype = text.partition(":")
    if not colon:
        raise InvalidArgumentError(f"Join key {text!r} has no type.", hint=f"Write it like {text}:BIGINT.")
    return JoinKey(name.strip(), canonical_dtype(dtype))
