"""How the service answers when it fails: one body, the table of `error_body`, and nothing about causes that are not the caller's."""

from __future__ import annotations

import logging
import secrets
from http import HTTPStatus

import msgspec
from starlette.exceptions import HTTPException
from starlette.responses import Response

from jupyter_features.error_body import ErrorBody, ErrorDetail, body_of, status_of
from jupyter_features.errors import JupyterFeaturesError
from jupyter_features.serving.limits import RateError

logger = logging.getLogger("jupyter_features.serving")

HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
_SENTENCES = {
    HTTPStatus.NOT_FOUND: "There is nothing at this address.",
    HTTPStatus.METHOD_NOT_ALLOWED: "This address does not take this method.",
    HTTPStatus.REQUEST_TIMEOUT: "The request did not arrive in time.",
}


def answer_error(error: JupyterFeaturesError) -> Response:
    """Answer an error of this package: the caller's own in full, others by a reference to the log."""
    status = status_of(error)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return _hidden(status, error.code, error)
    headers = {"WWW-Authenticate": "Bearer"} if status == HTTPStatus.UNAUTHORIZED else {}
    if isinstance(error, RateError):
        headers = {"Retry-After": str(error.retry_after)}
    return error_response(status, body_of(error), headers)


def answer_unknown(error: Exception) -> Response:
    """Answer an error that nobody foresaw; the traceback goes to the log alone."""
    return _hidden(HTTPStatus.INTERNAL_SERVER_ERROR, "HTTP500", error)


def answer_stopping() -> Response:
    """Answer a request that is not waited for, because the service is being stopped."""
    detail = ErrorDetail(
        "HTTP503", "The registry service is being stopped.", "Ask again in a moment. A change may have been made: look first."
    )
    return error_response(HTTPStatus.SERVICE_UNAVAILABLE, ErrorBody(detail), {})


def answer_status(error: HTTPException) -> Response:
    """Answer what the framework refuses."""
    sentence = _SENTENCES.get(HTTPStatus(error.status_code), "This request cannot be answered.")
    headers = dict(error.headers or {})
    return error_response(error.status_code, ErrorBody(ErrorDetail(f"HTTP{error.status_code}", sentence, "See /openapi.json.")), headers)


def error_response(status: int, body: ErrorBody, headers: dict[str, str]) -> Response:
    """Write the one body."""
    return Response(msgspec.json.encode(body), status, {**HEADERS, **headers}, "application/json")


def _hidden(status: int, code: str, error: Exception) -> Response:
    reference = secrets.token_hex(4)
    logger.error("Request failed, reference %s", reference, exc_info=error)
    sentence = (
        "The registry service cannot answer this now." if status == HTTPStatus.SERVICE_UNAVAILABLE else "The registry service failed."
    )
    return error_response(status, ErrorBody(ErrorDetail(code, sentence, f"Its log says why, under {reference}.")), {})
