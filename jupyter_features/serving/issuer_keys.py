"""The keys of an OpenID Connect issuer: fetched when one is missing, and not too often."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Lock
from typing import Any

import httpx
import jwt

from jupyter_features.errors import RegistryError
from jupyter_features.registry.http_registry import check_url

KEPT_SECONDS = 300.0
# So long is an issuer left alone after an answer, or after none: made-up key ids and an outage cost one question at a time.
AGAIN_SECONDS = 10.0
_ISSUER_SECONDS = 5


class IssuerKeys:
    """Public keys by their ids; safe to use from several threads.

    Raises
    ------
    ConfigurationError
        If the issuer would be asked in the clear.
    """

    def __init__(self, issuer: str, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        check_url(issuer)
        self._issuer = issuer
        self._monotonic = monotonic
        self._turn = Lock()
        self._keys: dict[str, jwt.PyJWK] = {}
        self._kept_until = self._again_at = float("-inf")
        self._is_down = False

    def recall(self, key_id: str) -> jwt.PyJWK | None:
        """Find a key among those fetched within the last minutes, without asking."""
        return self._keys.get(key_id) if self._monotonic() < self._kept_until else None

    def find(self, key_id: str) -> jwt.PyJWK | None:
        """Find a key, and ask the issuer if it is not known; None if the issuer has no such key.

        Raises
        ------
        RegistryError
            If the issuer cannot be asked, or could not a moment ago.
        """
        with self._turn:
            if self.recall(key_id) is None and self._monotonic() >= self._again_at:
                self._fetch()
            known = self.recall(key_id)
            if known is None and self._is_down:
                raise self._unreachable()
            return known

    def _fetch(self) -> None:
        self._is_down = True
        try:
            self._keys = self._ask()
            self._is_down = False
            self._kept_until = self._monotonic() + KEPT_SECONDS
        finally:
            self._again_at = self._monotonic() + AGAIN_SECONDS

    def _ask(self) -> dict[str, jwt.PyJWK]:
        """Ask the issuer where its keys are, and for them; an answer for another issuer is not believed."""
        try:
            found = _read(f"{self._issuer.rstrip('/')}/.well-known/openid-configuration")
            if found["issuer"] != self._issuer:
                raise self._unreachable()
            keys = jwt.PyJWKSet.from_dict(_read(check_url(found["jwks_uri"]))).keys
        except (httpx.HTTPError, jwt.PyJWTError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise self._unreachable() from error
        return {key.key_id: key for key in keys if key.key_id and key.public_key_use in ("sig", None)}

    def _unreachable(self) -> RegistryError:
        return RegistryError(f"The issuer {self._issuer} cannot be asked for its keys.", hint="Try again later.")


def _read(url: str) -> dict[str, Any]:
    found: dict[str, Any] = httpx.get(url, timeout=_ISSUER_SECONDS).raise_for_status().json()
    return found
