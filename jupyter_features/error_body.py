"""How an error crosses HTTP: one table from class to status, one JSON body; the same for every service of the package."""

from __future__ import annotations

from http import HTTPStatus

from msgspec import Struct

from jupyter_features.errors import (
    ConfigurationError,
    ConflictError,
    DefinitionError,
    DuplicateError,
    FeatureFunctionError,
    FeatureTestError,
    ForbiddenError,
    InvalidArgumentError,
    JupyterFeaturesError,
    LifecycleError,
    NotAuthenticatedError,
    NotFoundError,
    PublishError,
    ReadOnlyError,
    RegistryError,
    SourceDataError,
    TooLargeError,
    TooManyRequestsError,
)

STATUS: dict[type[JupyterFeaturesError], HTTPStatus] = {
    InvalidArgumentError: HTTPStatus.BAD_REQUEST,
    TooLargeError: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    NotAuthenticatedError: HTTPStatus.UNAUTHORIZED,
    ForbiddenError: HTTPStatus.FORBIDDEN,
    NotFoundError: HTTPStatus.NOT_FOUND,
    ConflictError: HTTPStatus.CONFLICT,
    DuplicateError: HTTPStatus.CONFLICT,
    LifecycleError: HTTPStatus.CONFLICT,
    PublishError: HTTPStatus.UNPROCESSABLE_ENTITY,
    # What stands in a definition, or in the data that it reads.
    DefinitionError: HTTPStatus.UNPROCESSABLE_ENTITY,
    FeatureTestError: HTTPStatus.UNPROCESSABLE_ENTITY,
    FeatureFunctionError: HTTPStatus.UNPROCESSABLE_ENTITY,
    SourceDataError: HTTPStatus.UNPROCESSABLE_ENTITY,
    TooManyRequestsError: HTTPStatus.TOO_MANY_REQUESTS,
    # What the person cannot mend by asking differently: somebody repairs a file or a registry first.
    ConfigurationError: HTTPStatus.SERVICE_UNAVAILABLE,
    ReadOnlyError: HTTPStatus.SERVICE_UNAVAILABLE,
    RegistryError: HTTPStatus.SERVICE_UNAVAILABLE,
    JupyterFeaturesError: HTTPStatus.INTERNAL_SERVER_ERROR,
}
"""The status of each class, and of those below it that are not named."""


class ErrorDetail(Struct, frozen=True):
    """What failed; `hint` says what to do next and may be empty."""

    code: str
    message: str
    hint: str


class ErrorBody(Struct, frozen=True):
    """The body of every answer that is not a success."""

    error: ErrorDetail


def status_of(error: JupyterFeaturesError) -> HTTPStatus:
    """Find the status of the nearest class in the table."""
    return next(STATUS[base] for base in type(error).__mro__ if base in STATUS)


def body_of(error: JupyterFeaturesError) -> ErrorBody:
    """Hand on the error's own sentence and hint unchanged."""
    return ErrorBody(ErrorDetail(error.code, error.message, error.hint))
