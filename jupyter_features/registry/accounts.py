"""Access tokens, as they are kept: made, checked, listed and revoked."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, select

from jupyter_features.definitions.subject import ROLES, Role, Subject
from jupyter_features.definitions.team import check_label
from jupyter_features.errors import InvalidArgumentError, NotFoundError
from jupyter_features.registry.changes import CreateToken, RevokeToken
from jupyter_features.registry.context import Change, check_later
from jupyter_features.registry.schema import tokens
from jupyter_features.registry.token import NewToken, TokenLine, hash_secret, is_secret_of, make_token, token_id_of

# The last use of a token is told to the hour, so that reads do not write.
USE_PRECISION = timedelta(hours=1)
_TRIED_AGAIN = timedelta(minutes=1)


def create_token(change: Change, request: CreateToken) -> NewToken:
    """See `CreateToken`.

    Raises
    ------
    InvalidArgumentError
        If the name or a role cannot be used, or the token would expire in the past.
    """
    check_label("a subject", request.subject)
    if not request.roles:
        raise InvalidArgumentError(f"A token needs roles out of {', '.join(ROLES)}.", hint="Such as --role author.")
    expires_at = check_later(request.expires_at, change.at, "The token")
    made = make_token()
    change.connection.execute(
        tokens.insert().values(
            id=made.id,
            hash=hash_secret(made.secret),
            subject=request.subject,
            roles=msgspec.json.encode(tuple(dict.fromkeys(request.roles))).decode(),
            created_at=change.at,
            expires_at=expires_at,
        )
    )
    change.log("token_created", made.id, detail=f"for {request.subject}: {', '.join(request.roles)}")
    return made


def revoke_token(change: Change, request: RevokeToken) -> TokenLine:
    """See `RevokeToken`; revoking again changes nothing."""
    line = next((each for each in list_tokens(change.connection) if each.id == request.id), None)
    if line is None:
        raise NotFoundError("token", request.id, [each.id for each in list_tokens(change.connection)])
    if line.revoked_at is None:
        change.connection.execute(tokens.update().where(tokens.c.id == request.id).values(revoked_at=change.at))
        change.log("token_revoked", request.id, detail=f"of {line.subject}")
        line = msgspec.structs.replace(line, revoked_at=change.at)
    return line


def list_tokens(connection: Connection) -> tuple[TokenLine, ...]:
    """Read all tokens, newest first."""
    rows = connection.execute(select(tokens).order_by(tokens.c.created_at.desc(), tokens.c.id))
    return tuple(_line(row) for row in rows)


def subject_of(connection: Connection, secret: str, now: datetime) -> tuple[Subject, bool] | None:
    """Find whom a secret speaks for; None if it opens nothing at `now` (aware UTC).

    Returns
    -------
    subject, is_to_note
        Whether the last use is to be noted, with `note_use`.
    """
    token_id = token_id_of(secret)
    row = connection.execute(select(tokens).where(tokens.c.id == token_id)).one_or_none() if token_id else None
    if row is None or not is_secret_of(secret, row.hash):
        return None
    line = _line(row)
    if not line.is_valid(now):
        return None
    return Subject(name=line.subject, roles=line.roles), line.last_used_at is None or now - line.last_used_at >= USE_PRECISION


class UseNotes:
    """When it was tried to note the use of each token: while somebody else writes, not every read tries it again."""

    def __init__(self) -> None:
        self._tried_at: dict[str, datetime] = {}

    def is_due(self, secret: str, now: datetime) -> bool:
        """Tell whether to try it now; asked again within a minute, it is not."""
        token_id = token_id_of(secret)
        before = self._tried_at.get(token_id)
        if before is not None and now - before < _TRIED_AGAIN:
            return False
        self._tried_at[token_id] = now
        return True


def note_use(connection: Connection, secret: str, now: datetime) -> None:
    """Remember when a token was last used."""
    connection.execute(tokens.update().where(tokens.c.id == token_id_of(secret)).values(last_used_at=now))


def _line(row: Row[Any]) -> TokenLine:
    return TokenLine(
        id=row.id,
        subject=row.subject,
        roles=msgspec.json.decode(row.roles, type=tuple[Role, ...]),
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        last_used_at=row.last_used_at,
    )
