"""How the sidebar's requests fail: the body that all services of the package share, in the words of a Jupyter server."""

from __future__ import annotations

from http import HTTPStatus

from jupyter_features.error_body import ErrorBody, ErrorDetail, body_of
from jupyter_features.error_body import status_of as shared_status_of
from jupyter_features.errors import JupyterFeaturesError, NotAuthenticatedError

__all__ = ["ErrorBody", "ErrorDetail", "body_of", "body_of_status", "status_of"]


def status_of(error: JupyterFeaturesError) -> HTTPStatus:
    """Find the status of an error.

    Where the registry does not take the credential of this server, whoever asks has none of their own to mend.
    """
    return HTTPStatus.SERVICE_UNAVAILABLE if isinstance(error, NotAuthenticatedError) else shared_status_of(error)


def body_of_status(status: int) -> ErrorBody:
    """Word a failure that is not an error of this package, and give nothing away about its cause."""
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        sentence, hint = "You may not read this server's features.", "Log in to the Jupyter server again."
    elif status < HTTPStatus.INTERNAL_SERVER_ERROR:
        sentence, hint = "This request cannot be answered.", ""
    else:
        sentence, hint = "The features could not be read.", "The log of the Jupyter server says why."
    return ErrorBody(ErrorDetail(f"HTTP{status}", sentence, hint))
