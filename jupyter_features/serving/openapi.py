"""The service's OpenAPI page, made from the requests' types and docstrings."""

from __future__ import annotations

import inspect
from typing import Any

import msgspec

from jupyter_features.error_body import ErrorBody
from jupyter_features.registry.changes import CHANGES
from jupyter_features.registry.http_registry import API
from jupyter_features.registry.questions import QUESTIONS
from jupyter_features.registry.request import Request, answer_type, request_name

_ERRORS = {
    "400": "The request cannot be read, or breaks a rule.",
    "401": "The token is missing, wrong, expired or revoked.",
    "403": "Who asks may not do this, or the object belongs to another team.",
    "404": "Nothing has this name or version.",
    "409": "Somebody else was faster, the same exists already, or the object's state does not allow it.",
    "413": "The request is too large.",
    "422": "What is published does not meet what publishing demands.",
    "429": "Asked too often; Retry-After says when to ask again.",
    "503": "The registry cannot be used now.",
}


def openapi(version: str) -> dict[str, Any]:
    """Describe every address; `version` is that of the package."""
    requests = (*QUESTIONS, *CHANGES)
    types = [*requests, *(answer_type(each) for each in requests), ErrorBody]
    schemas, components = msgspec.json.schema_components(types, ref_template="#/components/schemas/{name}")
    bodies, answers, error = schemas[: len(requests)], schemas[len(requests) : -1], schemas[-1]
    paths: dict[str, Any] = {
        f"{API}/{request_name(kind)}": {"post": _operation(kind, body, answer)}
        for kind, body, answer in zip(requests, bodies, answers, strict=True)
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": "jupyter_features registry", "version": version, "description": inspect.cleandoc(_ABOUT)},
        "paths": paths | _other_paths(),
        "security": [{"bearer": []}],
        "components": {
            "schemas": components,
            "responses": {code: {"description": text, "content": _json(error)} for code, text in _ERRORS.items()},
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
    }


_ABOUT = """
    Every question and change of the registry is one POST; its body is the request, its answer the value.
    Who asks is told by the bearer token alone: a token of the registry, of JupyterHub, or of an OpenID Connect issuer.
    """


def _operation(kind: type[Request[Any]], body: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
    text = inspect.getdoc(kind) or ""
    return {
        "operationId": kind.__name__,
        "summary": text.partition("\n")[0],
        "description": f"{text}\n\nTakes the role {' or '.join(f'`{role}`' for role in kind.takes)}.",
        "requestBody": {"required": True, "content": _json(body)},
        "responses": {"200": {"description": "The answer.", "content": _json(answer)}} | _error_responses(*_ERRORS),
    }


def _other_paths() -> dict[str, Any]:
    alive = {"200": {"description": "Yes.", "content": _json({"type": "object"})}}
    revision = {
        "operationId": "revision",
        "summary": "Give the registry's revision, with an ETag to ask again cheaply.",
        "responses": {
            "200": {"description": "The revision.", "content": _json({"type": "integer"})},
            "304": {"description": "It is still the one of If-None-Match."},
        }
        | _error_responses("401", "429", "503"),
    }
    return {
        f"{API}/revision": {"get": revision},
        "/livez": {"get": {"operationId": "livez", "summary": "Tell whether the process runs.", "security": [], "responses": alive}},
        "/readyz": {
            "get": {
                "operationId": "readyz",
                "summary": "Tell whether the registry can be read.",
                "security": [],
                "responses": alive | _error_responses("503"),
            }
        },
    }


def _error_responses(*codes: str) -> dict[str, Any]:
    return {code: {"$ref": f"#/components/responses/{code}"} for code in codes}


def _json(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}
