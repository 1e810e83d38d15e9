"""Access tokens: the secret is shown once, and only its hash is kept."""

from __future__ import annotations

import hashlib
import re
import secrets
from datetime import datetime

from msgspec import Struct

from jupyter_features.definitions.subject import Role

PREFIX = "jf_"
_ID_BYTES, _SECRET_BYTES = 6, 32
_FORM = re.compile(rf"{PREFIX}(?P<id>[0-9a-f]{{12}})_[A-Za-z0-9_-]{{43}}", re.ASCII)


class TokenLine(Struct, frozen=True, kw_only=True):
    """What can be told of a token; instants are aware UTC, None means never."""

    id: str
    subject: str
    roles: tuple[Role, ...]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None

    def is_valid(self, now: datetime) -> bool:
        """Tell whether the token opens anything at an instant."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


class NewToken(Struct, frozen=True, kw_only=True):
    """A token just made; `secret` is never shown again."""

    id: str
    secret: str


def make_token() -> NewToken:
    """Make an id and a secret of 256 random bits that begins with it."""
    token_id = secrets.token_hex(_ID_BYTES)
    return NewToken(id=token_id, secret=f"{PREFIX}{token_id}_{secrets.token_urlsafe(_SECRET_BYTES)}")


def token_id_of(secret: str) -> str:
    """Read the id that a secret begins with; empty if it is no token of ours."""
    match = _FORM.fullmatch(secret)
    return match["id"] if match else ""


def hash_secret(secret: str) -> str:
    """Hash a secret. It is random and long, so that one round of SHA-256 cannot be searched."""
    return hashlib.sha256(secret.encode()).hexdigest()


def is_secret_of(secret: str, kept_hash: str) -> bool:
    """Compare in constant time."""
    return secrets.compare_digest(hash_secret(secret), kept_hash)
