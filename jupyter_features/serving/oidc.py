"""Bearer tokens of an OpenID Connect issuer: signed JWTs, checked by PyJWT."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

import jwt

from jupyter_features.definitions.subject import ROLES, Role, Subject
from jupyter_features.serving.issuer_keys import IssuerKeys
from jupyter_features.serving.settings import GroupRoles, OidcSettings
from jupyter_features.serving.verifier import make_subject, roles_of_groups

# Only what is signed with a key that the issuer alone holds: with a shared one, who can check could also sign.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
_REQUIRED = ("exp", "iat", "iss", "aud", "sub")
_LEEWAY_SECONDS = 30


class OidcVerifier:
    """Tokens of one issuer for one audience; a `Verifier`.

    Raises
    ------
    ConfigurationError
        If the issuer would be asked for its keys in the clear.
    """

    def __init__(self, settings: OidcSettings, group_roles: GroupRoles = (), *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._keys = IssuerKeys(settings.issuer, monotonic=monotonic)
        self._settings = settings
        self._group_roles = group_roles

    def recall(self, bearer: str) -> Subject | None:
        """See `Verifier`: with the keys that are known."""
        return self._check(bearer, self._keys.recall)

    def verify(self, bearer: str) -> Subject | None:
        """See `Verifier`."""
        return self._check(bearer, self._keys.find)

    def _check(self, bearer: str, find: Callable[[str], jwt.PyJWK | None]) -> Subject | None:
        if not is_jwt(bearer):
            return None
        try:
            key = find(str(jwt.get_unverified_header(bearer).get("kid", "")))
            if key is None:
                return None
            claims = jwt.decode(
                bearer,
                key,
                algorithms=ALGORITHMS,
                audience=self._settings.audience,
                issuer=self._settings.issuer,
                leeway=_LEEWAY_SECONDS,
                options={"require": list(_REQUIRED)},
            )
        except (jwt.PyJWTError, ValueError):
            return None
        return self._subject(claims)

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
