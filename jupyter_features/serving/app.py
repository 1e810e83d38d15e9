"""The HTTP application: who asks, how much, what, and the answer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from importlib.metadata import version
from typing import Any, TypeVar

import msgspec
from anyio import CapacityLimiter, to_thread
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.routing import Route

from jupyter_features.definitions.feature_view import CompiledView
from jupyter_features.definitions.subject import Subject
from jupyter_features.errors import JupyterFeaturesError, NotAuthenticatedError
from jupyter_features.operations.recompile import check_compiled
from jupyter_features.registry.changes import CHANGES, Publish, RehearsePublish
from jupyter_features.registry.http_registry import API
from jupyter_features.registry.questions import QUESTIONS, GetRevision
from jupyter_features.registry.request import Request, may_send, request_name
from jupyter_features.registry.sql_registry import SqlRegistry
from jupyter_features.registry.validate import read_request
from jupyter_features.serving.errors import HEADERS, answer_error, answer_status, answer_stopping, answer_unknown
from jupyter_features.serving.limits import RefusedTokens, TokenBuckets, read_body
from jupyter_features.serving.openapi import openapi
from jupyter_features.serving.settings import Limits
from jupyter_features.serving.verifier import Verifier, recall_by_any, verify_by_any

Endpoint = Callable[[HttpRequest], Awaitable[Response]]
Found = TypeVar("Found")


def make_app(
    registry: SqlRegistry, verifiers: Sequence[Verifier], limits: Limits, *, check_view: Callable[[CompiledView], None] = check_compiled
) -> Starlette:
    """Make the application.

    Parameters
    ----------
    registry
        Its own subject is never used: each request is answered as the one whose token it brings.
    verifiers
        Asked in this order.
    check_view
        Raises if what somebody wants to publish is not what its text compiles to. Who holds a database's password can write
        anything; who comes here sends a text, and the rest has to follow from it.
    """
    service = _Service(registry, verifiers, limits, check_view)
    routes = [Route(f"{API}/revision", answered(service.revision), methods=["GET"])]
    routes += [Route(f"{API}/{request_name(kind)}", answered(service.endpoint(kind)), methods=["POST"]) for kind in (*QUESTIONS, *CHANGES)]
    routes.append(Route("/livez", _livez, methods=["GET"]))
    routes.append(Route("/readyz", answered(service.readyz), methods=["GET"]))
    routes.append(Route("/openapi.json", _page(msgspec.json.encode(openapi(version("jupyter_features")))), methods=["GET"]))
    app = Starlette(routes=routes, exception_handlers={HTTPException: _answer_http})
    app.router.redirect_slashes = False  # behind a proxy, the place would be told as this process knows it
    return app


def answered(endpoint: Endpoint) -> Endpoint:
    """Turn whatever an endpoint raises into an answer."""

    async def answer(request: HttpRequest) -> Response:
        try:
            return await endpoint(request)
        except JupyterFeaturesError as error:
            return answer_error(error)
        except HTTPException:
            raise
        except asyncio.CancelledError:  # the server stops, and has waited long enough
            return answer_stopping()
        except Exception as error:  # noqa: BLE001  # the last line: the caller gets a reference, the log gets the traceback
            return answer_unknown(error)

    return answer


class _Service:
    """What all endpoints share."""

    def __init__(
        self, registry: SqlRegistry, verifiers: Sequence[Verifier], limits: Limits, check_view: Callable[[CompiledView], None]
    ) -> None:
        self._registry = registry
        self._check_view = check_view
        self._verifiers = tuple(verifiers)
        self._limits = limits
        self._of_subjects = TokenBuckets(per_second=limits.requests_per_second, burst=limits.burst)
        self._of_failures = TokenBuckets(per_second=limits.failures_per_second, burst=limits.failures_burst)
        self._refused = RefusedTokens()
        self._threads = CapacityLimiter(limits.threads)
        self._asking = CapacityLimiter(limits.asking_threads)

    def endpoint(self, kind: type[Request[Any]]) -> Endpoint:
        """Make the endpoint of one request."""

        async def answer(http: HttpRequest) -> Response:
            subject = await self._subject(http)
            body = await read_body(http, limit_bytes=self._limits.body_bytes, seconds=self._limits.body_seconds)
            return _json(await self._in_thread(lambda: self._answer(kind, subject, body)))

        return answer

    async def revision(self, http: HttpRequest) -> Response:
        """Answer with the revision, or with 304 if the caller has it."""
        subject = await self._subject(http)
        revision = await self._in_thread(lambda: self._registry.as_subject(subject).send(GetRevision()))
        etag = f'"{revision}"'
        if http.headers.get("if-none-match") == etag:
            return Response(status_code=304, headers={"ETag": etag})
        return _json(msgspec.json.encode(revision), {"ETag": etag, "Cache-Control": "private, no-cache"})

    async def readyz(self, _: HttpRequest) -> Response:
        """Answer once the registry could be read."""
        await self._in_thread(lambda: self._registry.send(GetRevision()))
        return _json(b'{"status": "ready"}')

    def _answer(self, kind: type[Request[Any]], subject: Subject, body: bytes) -> bytes:
        request = read_request(kind, body)
        publication = request.publish if isinstance(request, RehearsePublish) else request
        if isinstance(publication, Publish) and may_send(subject, kind):
            self._check_view(publication.view)
        return msgspec.json.encode(self._registry.as_subject(subject).send(request))

    async def _subject(self, http: HttpRequest) -> Subject:
        """Find who asks; guessing tokens is slowed down by address, all else by subject."""
        scheme, _, bearer = http.headers.get("authorization", "").partition(" ")
        bearer = bearer.strip()
        if scheme.lower() != "bearer" or not bearer:
            raise _no_token()
        if self._refused.has(bearer):
            # One stale token that is sent again and again is no guessing, and must not shut out others at its address.
            raise _unknown_token()
        found = await self._in_thread(lambda: recall_by_any(self._verifiers, bearer))
        if found is None:
            found = await self._ask(bearer, http.client.host if http.client else "")
        self._of_subjects.take(found.name)
        return found

    async def _ask(self, bearer: str, address: str) -> Subject:
        """Find whom an unknown token speaks for. If it opens nothing, that counts against the address; an issuer that fails counts, too."""
        # A few at a time, in threads of their own: however slow an issuer is, who is known already does not wait for it.
        async with self._asking:
            self._of_failures.check(address)
            found = None
            try:
                found = await to_thread.run_sync(lambda: verify_by_any(self._verifiers, bearer))
            finally:
                if found is None:
                    self._of_failures.charge(address)
        if found is None:
            self._refused.add(bearer)
            raise _unknown_token()
        return found

    async def _in_thread(self, work: Callable[[], Found]) -> Found:
        return await to_thread.run_sync(work, limiter=self._threads)


def _no_token() -> NotAuthenticatedError:
    return NotAuthenticatedError(
        "The registry service does not know who asks: there is no token.",
        hint="Set JUPYTER_FEATURES_TOKEN, or write the token into the credentials file.",
    )


def _unknown_token() -> NotAuthenticatedError:
    return NotAuthenticatedError(
        "The registry service does not know this token: it is wrong, expired or revoked.",
        hint="Ask an admin for a new one: jupyter features token --create NAME.",
    )


def _json(content: bytes, headers: dict[str, str] | None = None) -> Response:
    return Response(content, headers={**HEADERS, **(headers or {})}, media_type="application/json")


async def _livez(_: HttpRequest) -> Response:
    return _json(b'{"status": "alive"}')


def _page(content: bytes) -> Endpoint:
    async def answer(_: HttpRequest) -> Response:
        return _json(content)

    return answer


async def _answer_http(_: HttpRequest, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return answer_status(error)
