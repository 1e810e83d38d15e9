"""Run the registry service until it is stopped."""

from __future__ import annotations

import logging
import socket
import ssl
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp

from jupyter_features.clock import Clock, system_clock
from jupyter_features.definitions.subject import Subject
from jupyter_features.errors import ConfigurationError
from jupyter_features.registry.database import Database
from jupyter_features.registry.sql_registry import SqlRegistry
from jupyter_features.serving.app import make_app
from jupyter_features.serving.https_only import HttpsOnly
from jupyter_features.serving.jupyterhub import JupyterHubVerifier
from jupyter_features.serving.oidc import OidcVerifier
from jupyter_features.serving.protocol import PromptProtocol
from jupyter_features.serving.settings import ServiceSettings
from jupyter_features.serving.verifier import TokenVerifier, Verifier

# Reads the revision for /readyz; everything else is asked as somebody.
_SERVICE = Subject(name="registry service", roles=("viewer",))
_KEEP_ALIVE_SECONDS, _SHUTDOWN_SECONDS = 30, 10


def serve(
    database: Database, settings: ServiceSettings, *, clock: Clock = system_clock, on_listening: Callable[[str], None] | None = None
) -> None:
    """Answer requests until SIGINT or SIGTERM; those under way are finished.

    Parameters
    ----------
    database
        Left open.
    on_listening
        Told the service's URL once connections are taken.

    Raises
    ------
    ConfigurationError
        If the address is taken, or a certificate cannot be used.
    """
    with closing(_listen(settings)) as listener:
        server = uvicorn.Server(_config(make_service(database, settings, clock=clock), settings))
        scheme = "https" if settings.certfile else "http"
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        if on_listening is not None:
            on_listening(f"{scheme}://{host}:{listener.getsockname()[1]}")
        server.run(sockets=[listener])


def make_service(database: Database, settings: ServiceSettings, *, clock: Clock = system_clock) -> ASGIApp:
    """Make the application as the settings say; any ASGI server can run it."""
    registry = SqlRegistry(database, subject=_SERVICE, clock=clock)
    verifiers: list[Verifier] = [TokenVerifier(registry)]
    if settings.oidc is not None:
        verifiers.append(OidcVerifier(settings.oidc, settings.group_roles))
    if settings.hub is not None:
        verifiers.append(JupyterHubVerifier(settings.hub, settings.group_roles))
    app = make_app(registry, verifiers, settings.limits)
    return HttpsOnly(app) if settings.is_behind_proxy else app


def _listen(settings: ServiceSettings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        return socket.create_server((settings.host, settings.port), family=family)
    except OSError as error:
        raise ConfigurationError(
            f"The service cannot listen on {settings.host}:{settings.port}: {error.strerror}.", hint="Choose another --port or --host."
        ) from error


def _config(app: ASGIApp, settings: ServiceSettings) -> uvicorn.Config:
    _check_certificate(settings)
    # Access logs have addresses and paths; tokens stand in a header, which nothing logs.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    return uvicorn.Config(
        app,
        http=PromptProtocol,
        limit_concurrency=settings.limits.connections,
        ssl_certfile=settings.certfile,
        ssl_keyfile=settings.keyfile,
        proxy_headers=settings.is_behind_proxy,
        forwarded_allow_ips=settings.trusted_proxies,
        server_header=False,
        ws="none",
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=_SHUTDOWN_SECONDS,
    )


def _check_certificate(settings: ServiceSettings) -> None:
    if settings.certfile is None:
        return
    try:
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(
            Path(settings.certfile), settings.keyfile and Path(settings.keyfile)
        )
    except (OSError, ssl.SSLError) as error:
        raise ConfigurationError(
            f"The certificate {settings.certfile} cannot be used: {error.strerror or error}.",
            hint="Give PEM files of a certificate and its key.",
        ) from error
