"""The registry behind a registry service: every request is one POST."""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, urlsplit

import msgspec

from jupyter_features.error_body import ErrorBody
from jupyter_features.errors import (
    ConfigurationError,
    ForbiddenError,
    InvalidArgumentError,
    JupyterFeaturesError,
    NotAuthenticatedError,
    RegistryError,
    TooManyRequestsError,
    from_wire,
)
from jupyter_features.registry.changes import Publish, RehearsePublish
from jupyter_features.registry.http_answer import HttpAnswer, read_answer
from jupyter_features.registry.request import Answer, ChangeRequest, Request, answer_type, request_name
from jupyter_features.registry.validate import validated, write_request

if TYPE_CHECKING:
    import httpx

API = "/v1/registry"
CONNECT_SECONDS, ANSWER_SECONDS = 5.0, 60.0
# Shorter than any server keeps an idle connection, so that none is closed while it is taken up again.
_IDLE_SECONDS = 2.0
_PAUSES_SECONDS = (0.1, 0.5)
_AGAIN = (502, 503, 504)


class HttpRegistry:
    """What `Registry` is, at a distance. Connections are pooled; nothing is reached before the first request.

    Parameters
    ----------
    url
        Such as `https://features.example.org`; `http://` is for this machine only.
    token
        Sent with every request as a bearer token; None asks as nobody.
    transport, sleep, monotonic
        Replaced in tests.

    Raises
    ------
    ConfigurationError
        If the URL is of another form, has credentials in it, or would send the token over the network in the clear.
    """

    def __init__(
        self,
        url: str,
        *,
        token: str | None,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._url = check_url(url)
        self._token = token
        self._transport = transport
        self._sleep = sleep
        self._monotonic = monotonic
        self._client: httpx.Client | None = None

    @property
    def label(self) -> str:
        """What people know it by: the URL of the service."""
        return self._url

    def send(self, request: Request[Answer]) -> Answer:
        """Answer a request; see `Registry`.

        Questions, and publishing, are asked up to three times if the service cannot be reached: asking twice changes nothing.

        Raises
        ------
        NotAuthenticatedError
            If the token is missing, wrong, expired or revoked.
        """
        told = self._post(request_name(type(request)), write_request(validated(request)), is_harmless=_is_harmless(request))
        if told.status != 200:
            raise _failure(self._url, told)
        try:
            answer: Answer = msgspec.json.decode(told.content, type=answer_type(type(request)))
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise RegistryError(
                f"The registry {self._url} gave an answer that cannot be read.",
                hint="Is it a registry service, of the same version as this package?",
            ) from error
        return answer

    def close(self) -> None:
        """Close the pool; the next request opens it again."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def _post(self, name: str, body: bytes, *, is_harmless: bool) -> HttpAnswer:
        import httpx

        path = f"{self._url}{API}/{name}"
        for pause in (*_PAUSES_SECONDS, None):
            try:
                with self._pool().stream("POST", path, content=body) as response:
                    told = read_answer(response, url=self._url, monotonic=self._monotonic)
                if told.status not in _AGAIN or not is_harmless or pause is None:
                    return told
            except httpx.HTTPError as error:
                # A connection that was never made carried nothing.
                if pause is None or not (is_harmless or isinstance(error, httpx.ConnectError | httpx.ConnectTimeout)):
                    raise self._unreachable(error, is_harmless=is_harmless) from error
            self._sleep(pause)
        raise AssertionError  # the last turn returns or raises

    def _pool(self) -> httpx.Client:
        if self._client is None:
            import httpx

            # What is not compressed cannot grow beyond what was received.
            headers = {"Content-Type": "application/json", "Accept-Encoding": "identity"} | (
                {"Authorization": f"Bearer {self._token}"} if self._token else {}
            )
            self._client = httpx.Client(
                headers=headers,
                timeout=httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS),
                limits=httpx.Limits(keepalive_expiry=_IDLE_SECONDS),
                transport=self._transport,
                # A proxy of the network has no business with this machine.
                trust_env=not is_this_machine(urlsplit(self._url).hostname or ""),
            )
        return self._client

    def _unreachable(self, error: Exception, *, is_harmless: bool) -> RegistryError:
        import httpx

        why = "it did not answer in time" if isinstance(error, httpx.TimeoutException) else str(error) or type(error).__name__
        unknown = not is_harmless and not isinstance(error, httpx.ConnectError | httpx.ConnectTimeout)
        hint = "The change may have been made: look before you try again." if unknown else "Is the service running? Try again then."
        return RegistryError(f"The registry {self._url} cannot be reached: {why.rstrip('.')}.", hint=hint)


def check_url(url: str) -> str:
    """Give the URL of a service without a slash at its end; see `HttpRegistry` for what is refused."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise ConfigurationError("The registry's URL cannot be read.", hint=_FORM_HINT) from error
    if not host or parts.query or parts.fragment:
        raise ConfigurationError("The registry's URL cannot be read.", hint=_FORM_HINT)
    if parts.username is not None or parts.password is not None:
        raise ConfigurationError(
            f"The registry's URL {_shown(parts)} has credentials in it.",
            hint="Take them out, and give the token as JUPYTER_FEATURES_TOKEN or in the credentials file.",
        )
    if parts.scheme == "http" and not is_this_machine(host):
        raise ConfigurationError(
            f"The registry {_shown(parts)} would be sent your token in the clear.", hint=f"Use https://{parts.netloc}{parts.path}."
        )
    return url.rstrip("/")


_FORM_HINT = "Write it like https://features.example.org."


def _shown(parts: SplitResult) -> str:
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def is_this_machine(host: str) -> bool:
    """Tell whether what is sent to a host never leaves this machine; names other than `localhost` are not looked up."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _is_harmless(request: Request[Any]) -> bool:
    # The same fingerprint again is the same version.
    return not isinstance(request, ChangeRequest) or isinstance(request, Publish | RehearsePublish)


_BY_STATUS: dict[int, tuple[type[JupyterFeaturesError], str]] = {
    400: (InvalidArgumentError, "cannot read the request"),
    401: (NotAuthenticatedError, "does not know who asks"),
    403: (ForbiddenError, "refuses this"),
    413: (InvalidArgumentError, "refuses a request of this size"),
    429: (TooManyRequestsError, "was asked too often"),
}


def _failure(url: str, told: HttpAnswer) -> JupyterFeaturesError:
    """Make the service's error again; what stands before it, such as a proxy, answers with a status alone."""
    try:
        detail = msgspec.json.decode(told.content, type=ErrorBody).error
        return from_wire(detail.code, detail.message, detail.hint)
    except (msgspec.DecodeError, UnicodeDecodeError):
        error_class, verb = _BY_STATUS.get(told.status, (RegistryError, f"answered with the status {told.status}"))
        return error_class(f"The registry {url} {verb}.", hint="The answer came from something before the service, such as a proxy.")
