"""An OpenID Connect issuer on loopback: real keys, real signatures, and the ways to cheat."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

AUDIENCE = "features"


class Issuer:
    """Signs tokens and publishes the keys to check them with."""

    def __init__(self) -> None:
        self.url = ""
        self.claimed_url: str | None = None
        self.asked: list[str] = []
        self.rsa = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.elliptic = ec.generate_private_key(ec.SECP256R1())
        self.app = Starlette(
            routes=[Route("/.well-known/openid-configuration", self._configuration), Route("/keys", self._keys)],
        )

    def claims(self, **changes: Any) -> dict[str, Any]:
        """Claims of ada, an author; a change to None leaves one out."""
        now = int(time.time())
        whole = {"iss": self.url, "aud": AUDIENCE, "sub": "ada", "iat": now, "nbf": now, "exp": now + 300, "roles": ["author"]}
        return {name: value for name, value in (whole | changes).items() if value is not None}

    def token(self, *, key: Any = None, algorithm: str = "RS256", kid: str = "rsa", **changes: Any) -> str:
        """Sign claims."""
        return jwt.encode(self.claims(**changes), key or self.rsa, algorithm=algorithm, headers={"kid": kid})

    def unsigned(self) -> str:
        """A token that says it needs no signature."""
        return f"{_part({'alg': 'none', 'kid': 'rsa'})}.{_part(self.claims())}."

    def signed_with_the_public_key(self) -> str:
        """A token whose HMAC is made with what everybody knows."""
        public = self.rsa.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        text = f"{_part({'alg': 'HS256', 'kid': 'rsa', 'typ': 'JWT'})}.{_part(self.claims())}"
        return f"{text}.{_base64(hmac.new(public, text.encode(), hashlib.sha256).digest())}"

    async def _configuration(self, _: Request) -> JSONResponse:
        return JSONResponse({"issuer": self.claimed_url or self.url, "jwks_uri": f"{self.url}/keys"})

    async def _keys(self, request: Request) -> JSONResponse:
        self.asked.append(request.url.path)
        rsa_key = jwt.algorithms.RSAAlgorithm.to_jwk(self.rsa.public_key(), as_dict=True) | {"kid": "rsa", "use": "sig", "alg": "RS256"}
        elliptic = jwt.algorithms.ECAlgorithm.to_jwk(self.elliptic.public_key(), as_dict=True) | {"kid": "ec", "use": "sig", "alg": "ES256"}
        shared = {"kty": "oct", "k": _base64(b"s" * 32), "kid": "shared", "use": "sig", "alg": "HS256"}
        return JSONResponse({"keys": [rsa_key, elliptic, shared]})


def _part(value: dict[str, Any]) -> str:
    return _base64(json.dumps(value).encode())


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
