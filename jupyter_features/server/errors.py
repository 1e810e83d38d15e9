"""How an error is answered: one table from class to status, one JSON body."""

from __future__ import annotations

from http import HTTPStatus

from msgspec import Struct

from jupyter_features.errors import (
    ConfigurationError,
    ConflictError,
    DefinitionError,
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
    TooManyRequestsError,
)

_STATUS: dict[type[JupyterFeaturesError], HTTPStatus] = {
    InvalidArgumentError: HTTPStatus.BAD_REQUEST,
    NotFoundError: HTTPStatus.NOT_FOUND,
    ConflictError: HTTPStatus.CONFLICT,
    LifecycleError: HTTPStatus.CONFLICT,
    ForbiddenError: HTTPStatus.FORBIDDEN,
    # What stands in the notebook, or in the data that it reads.
    PublishError: HTTPStatus.UNPROCESSABLE_ENTITY,
    DefinitionError: HTTPStatus.UNPROCESSABLE_ENTITY,
    FeatureTestError: HTTPStatus.UNPROCESSABLE_ENTITY,
    FeatureFunctionError: HTTPStatus.UNPROCESSABLE_ENTITY,
    SourceDataError: HTTPStatus.UNPROCESSABLE_ENTITY,
    TooManyRequestsError: HTTPStatus.TOO_MANY_REQUESTS,
    # What the person cannot mend by asking differently: somebody repairs a file or a registry first.
    ConfigurationError: HTTPStatus.SERVICE_UNAVAILABLE,
    ReadOnlyError: HTTPStatus.SERVICE_UNAVAILABLE,
    # The registry does not take the credential of this server; whoever asks here has none of their own.
    NotAuthenticatedError: HTTPStatus.SERVICE_UNAVAILABLE,
    RegistryError: HTTPStatus.SERVICE_UNAVAILABLE,
    JupyterFeaturesError: HTTPStatus.INTERNAL_SERVER_ERROR,
}


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
    return next(_STATUS[base] for base in type(error).__mro__ if base in _STATUS)


def body_of(error: JupyterFeaturesError) -> ErrorBody:
    """Hand on the error's own sentence and hint unchanged."""
    return ErrorBody(ErrorDetail(error.code, error.message, error.hint))


def body_of_status(status: int) -> ErrorBody:
    """Word a failure that is not an error of this package, and give nothing away about its cause."""
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        sentence, hint = "You may not read this server's features.", "Log in to the Jupyter server again."
    elif status < HTTPStatus.INTERNAL_SERVER_ERROR:
        sentence, hint = "This request cannot be answered.", ""
    else:
        sentence, hint = "The features could not be read.", "The log of the Jupyter server says why."
    return ErrorBody(ErrorDetail(f"HTTP{status}", sentence, hint))
