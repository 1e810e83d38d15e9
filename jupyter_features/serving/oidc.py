"""Bearer tokens of an OpenID Connect issuer: signed JWTs, checked by PyJWT."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import httpx
import jwt

from jupyter_features.definitions.subject import ROLES, Role, Subject
from jupyter_features.errors import RegistryError
from jupyter_features.registry.http_registry import check_url
from jupyter_features.serving.settings import GroupRoles, OidcSettings
from jupyter_features.serving.verifier import make_subject, roles_of_groups

# Only what is signed with a key that the issuer alone holds: with a shared one, who can check could also sign.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
_REQUIRED = ("exp", "iat", "iss", "aud", "sub")
_LEEWAY_SECONDS = 30
_ISSUER_SECONDS = 5


class OidcVerifier:
    """Tokens of one issuer for one audience; a `Verifier`. The issuer's keys are fetched with the first token and kept for minutes.

    Raises
    ------
    ConfigurationError
        If the issuer would be asked for its keys in the clear.
    """

    def __init__(self, settings: OidcSettings, group_roles: GroupRoles = ()) -> None:
        check_url(settings.issuer)
        self._settings = settings
        self._group_roles = group_roles

    def verify(self, bearer: str) -> Subject | None:
        """See `Verifier`."""
        if not is_jwt(bearer):
            return None
        try:
            claims = jwt.decode(
                bearer,
                self._keys.get_signing_key_from_jwt(bearer),
                algorithms=ALGORITHMS,
                audience=self._settings.audience,
                issuer=self._settings.issuer,
                leeway=_LEEWAY_SECONDS,
                options={"require": list(_REQUIRED)},
            )
        except jwt.PyJWKClientConnectionError as error:
            raise self._unreachable() from error
        except (jwt.PyJWTError, ValueError):
            return None
        return self._subject(claims)

    @cached_property
    def _keys(self) -> jwt.PyJWKClient:
        """Ask the issuer where its keys are; an answer for another issuer is not believed."""
        place = f"{self._settings.issuer.rstrip('/')}/.well-known/openid-configuration"
        try:
            found = httpx.get(place, timeout=_ISSUER_SECONDS).raise_for_status().json()
            issuer, keys = found["issuer"], check_url(found["jwks_uri"])
        except (httpx.HTTPError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise self._unreachable() from error
        if issuer != self._settings.issuer:
            raise self._unreachable()
        return jwt.PyJWKClient(keys, timeout=_ISSUER_SECONDS)

    def _subject(self, claims: Mapping[str, Any]) -> Subject | None:
        settings = self._settings
        if settings.name_claim == "email" and claims.get("email_verified") is not True:
            return None
        return make_subject(_claim(claims, settings.name_claim), self._roles(_claim(claims, settings.roles_claim)))

    def _roles(self, claim: object) -> set[Role]:
        values = claim.split() if isinstance(claim, str) else claim if isinstance(claim, list) else []
        if self._group_roles:
            return roles_of_groups(values, self._group_roles)
        return {role for role in ROLES if role in values}

    def _unreachable(self) -> RegistryError:
        return RegistryError(f"The issuer {self._settings.issuer} cannot be asked for its keys.", hint="Try again later.")


def is_jwt(bearer: str) -> bool:
    """Tell whether a token has the form of a signed JWT."""
    return bearer.count(".") == 2 and bearer.startswith("ey")


def _claim(claims: Mapping[str, Any], name: str) -> object:
    """Find a claim by its name, which may have dots, else along them."""
    if name in claims:
        return claims[name]
    found: object = claims
    for part in name.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found
