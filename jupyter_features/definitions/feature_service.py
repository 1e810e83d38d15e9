"""A feature service is the pinned list of features of one model; a model consumes one."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from jupyter_features.definitions.names import check_name
from jupyter_features.definitions.reference import parse_reference
from jupyter_features.errors import InvalidArgumentError


class FeatureService(Struct, frozen=True, kw_only=True):
    """One immutable version of a named list of features.

    Parameters
    ----------
    features
        Pinned references such as `customer_value@1:spend`, in the order of the model's inputs.
    version
        Counted from 1 within the name; another list of features is another version.
    created_at
        Aware UTC.
    """

    name: str
    version: int
    features: tuple[str, ...]
    owner: str
    description: str
    author: str
    created_at: datetime

    def __post_init__(self) -> None:
        check_name("a feature service", self.name)
        if not self.features:
            raise InvalidArgumentError(
                f"Feature service {self.name!r} has no feature.", hint="Name some, such as --feature customer_value:spend."
            )
        for text in self.features:
            if not isinstance(parse_reference(text).version, int):
                raise InvalidArgumentError(
                    f"{text!r} is not pinned to a version.", hint="A feature service names versions: customer_value@1:spend."
                )

    @property
    def reference(self) -> str:
        """Pinned name, such as `churn@2`."""
        return f"{self.name}@{self.version}"


class Model(Struct, frozen=True, kw_only=True):
    """One immutable version of a model's registration.

    Parameters
    ----------
    service
        Pinned name of the feature service that it consumes, such as `churn@2`.
    created_at
        Aware UTC.
    """

    name: str
    version: int
    service: str
    owner: str
    description: str
    author: str
    created_at: datetime

    def __post_init__(self) -> None:
        check_name("a model", self.name)

    @property
    def reference(self) -> str:
        """Pinned name, such as `churn_model@1`."""
        return f"{self.name}@{self.version}"
