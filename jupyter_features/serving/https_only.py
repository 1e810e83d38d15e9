"""Behind a proxy that speaks TLS, nothing else is answered: a token that came in the clear was read by others already."""

from __future__ import annotations

from starlette.types import ASGIApp, Receive, Scope, Send

from jupyter_features.errors import ForbiddenError
from jupyter_features.serving.errors import answer_error

# Asked by whatever watches the process, mostly past the proxy; they take no token and tell nothing.
_PROBES = ("/livez", "/readyz")


class HttpsOnly:
    """Refuses requests that did not reach the proxy, or this process itself, by HTTPS; an ASGI middleware."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or hand on."""
        if scope["type"] == "http" and scope["scheme"] != "https" and scope["path"] not in _PROBES:
            await answer_error(_in_the_clear())(scope, receive, send)
        else:
            await self._app(scope, receive, send)


def _in_the_clear() -> ForbiddenError:
    return ForbiddenError(
        "This request did not come by HTTPS through a trusted proxy.",
        hint="Use the proxy's https:// address. The proxy must be in --trusted-proxies and send X-Forwarded-Proto: https.",
    )
