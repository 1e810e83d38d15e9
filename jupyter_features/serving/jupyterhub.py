"""User tokens of a JupyterHub: the Hub is asked whose they are."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from typing import Any

import httpx

from jupyter_features.definitions.subject import Subject
from jupyter_features.errors import RegistryError
from jupyter_features.registry.http_registry import check_url
from jupyter_features.registry.token import PREFIX
from jupyter_features.serving.oidc import is_jwt
from jupyter_features.serving.settings import GroupRoles, HubSettings
from jupyter_features.serving.verifier import make_subject, roles_of_groups

# A token that is revoked at the Hub opens this service for so long.
REMEMBER_SECONDS = 30.0
# A Hub that could not be asked is left alone for so long.
AGAIN_SECONDS = 10.0
_MOST_REMEMBERED = 10_000
_HUB_SECONDS = 5.0
_UNKNOWN = (400, 401, 403, 404)


class JupyterHubVerifier:
    """Tokens of one Hub's users; a `Verifier`.

    Raises
    ------
    ConfigurationError
        If tokens would be sent to the Hub in the clear.
    """

    def __init__(self, settings: HubSettings, group_roles: GroupRoles = (), *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._url = check_url(settings.url)
        self._settings = settings
        self._group_roles = group_roles
        self._monotonic = monotonic
        self._known: dict[bytes, tuple[float, Subject]] = {}
        self._down_until = float("-inf")

    def recall(self, bearer: str) -> Subject | None:
        """See `Verifier`: what the Hub said a moment ago."""
        until, subject = self._known.get(_digest(bearer), (0.0, None))
        return subject if self._monotonic() < until else None

    def verify(self, bearer: str) -> Subject | None:
        """See `Verifier`. Tokens of the registry's own form, JWTs, and what no header can hold are never shown to the Hub."""
        if bearer.startswith(PREFIX) or is_jwt(bearer) or not bearer.isascii():
            return None
        known = self.recall(bearer)
        if known is not None:
            return known
        found = self._subject(self._ask(bearer))
        self._known.pop(_digest(bearer), None)
        if found is not None:
            if len(self._known) >= _MOST_REMEMBERED:
                self._known.clear()
            self._known[_digest(bearer)] = (self._monotonic() + REMEMBER_SECONDS, found)
        return found

    def _ask(self, bearer: str) -> dict[str, Any]:
        """Read the Hub's model of the token's user; empty if the Hub does not know it."""
        if self._monotonic() < self._down_until:
            raise self._unreachable()
        try:
            response = httpx.get(f"{self._url}/hub/api/user", headers={"Authorization": f"token {bearer}"}, timeout=_HUB_SECONDS)
            if response.status_code in _UNKNOWN:
                return {}
            model = response.raise_for_status().json()
        except (httpx.HTTPError, ValueError) as error:
            self._down_until = self._monotonic() + AGAIN_SECONDS
            raise self._unreachable() from error
        return model if isinstance(model, dict) else {}

    def _unreachable(self) -> RegistryError:
        return RegistryError(f"The JupyterHub {self._url} cannot be asked who this is.", hint="Try again later.")

    def _subject(self, model: dict[str, Any]) -> Subject | None:
        scope = self._settings.scope
        if model.get("kind", "user") != "user" or (scope is not None and scope not in model.get("scopes", ())):
            return None
        return make_subject(model.get("name"), {*self._settings.roles, *roles_of_groups(model.get("groups", ()), self._group_roles)})


def _digest(bearer: str) -> bytes:
    return hashlib.sha256(bearer.encode()).digest()
