"""Accounts: access tokens of the registry service."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import msgspec

from jupyter_features.clock import to_utc
from jupyter_features.definitions.subject import Role
from jupyter_features.feature_store.parts import Parts
from jupyter_features.registry.changes import CreateToken, RevokeToken
from jupyter_features.registry.questions import ListTokens
from jupyter_features.registry.registry import Registry
from jupyter_features.registry.sql_registry import SqlRegistry
from jupyter_features.registry.token import NewToken, TokenLine


class Accounts(Parts):
    """Tokens, for admins. All verbs may raise what `Registry.send` raises."""

    def create_token(self, name: str, *, roles: Sequence[Role] = ("author",), days: float | None = 90) -> NewToken:
        """Make an access token; its secret is in the answer, and never shown again.

        Parameters
        ----------
        name
            Whose it is; stands as the author of what is done with it.
        days
            How long it opens anything; None means until it is revoked.

        Raises
        ------
        ForbiddenError
            If one is no admin.
        InvalidArgumentError
            If the name cannot be used, or the token would expire at once or in a time without a calendar.
        """
        until = to_utc(self._clock()) + timedelta(days=min(days, _MOST_DAYS)) if days is not None else None
        return self._accounts().send(CreateToken(subject=name, roles=tuple(roles), expires_at=until))

    def tokens(self) -> tuple[TokenLine, ...]:
        """List the tokens, newest first: whose, which roles, until when, last used when; never their secrets."""
        return self._accounts().send(ListTokens())

    def revoke_token(self, token_id: str) -> TokenLine:
        """End a token at once.

        Raises
        ------
        NotFoundError
            If there is no such token.
        """
        return self._accounts().send(RevokeToken(id=token_id))

    def _accounts(self) -> Registry:
        """Who holds the database itself keeps its accounts; a service asks for the role."""
        if not isinstance(self._registry, SqlRegistry):
            return self._registry
        me = self._registry.subject
        return self._registry.as_subject(msgspec.structs.replace(me, roles=(*me.roles, "admin")))


_MOST_DAYS = 36_500
