"""Who a bearer token speaks for, whoever has issued it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from jupyter_features.definitions.subject import ROLES, Role, Subject
from jupyter_features.definitions.team import check_label
from jupyter_features.errors import InvalidArgumentError
from jupyter_features.registry.sql_registry import SqlRegistry
from jupyter_features.registry.token import token_id_of
from jupyter_features.serving.settings import GroupRoles


class Verifier(Protocol):
    """One issuer of tokens. Each knows the form of its own, so that none is shown to another issuer."""

    def recall(self, bearer: str) -> Subject | None:
        """Find whom a token speaks for, as far as that is known here; asks nobody over the network."""
        ...

    def verify(self, bearer: str) -> Subject | None:
        """Find whom a token speaks for; None if it opens nothing here, or is another issuer's.

        Raises
        ------
        RegistryError
            If the issuer must be asked and cannot be reached.
        """
        ...


class TokenVerifier:
    """The registry's own tokens."""

    def __init__(self, registry: SqlRegistry) -> None:
        self._registry = registry

    def recall(self, bearer: str) -> Subject | None:
        """See `Verifier`."""
        return self._registry.authenticate(bearer) if token_id_of(bearer) else None

    def verify(self, bearer: str) -> Subject | None:
        """See `Verifier`."""
        return self.recall(bearer)


def recall_by_any(verifiers: Sequence[Verifier], bearer: str) -> Subject | None:
    """Find whom a token speaks for without asking anybody."""
    return next((subject for each in verifiers if (subject := each.recall(bearer)) is not None), None)


def verify_by_any(verifiers: Sequence[Verifier], bearer: str) -> Subject | None:
    """Ask one issuer after the other."""
    return next((subject for each in verifiers if (subject := each.verify(bearer)) is not None), None)


def make_subject(name: object, roles: Iterable[Role]) -> Subject | None:
    """Make a subject of what an issuer says; None if the name could not stand in the log."""
    try:
        checked = check_label("a subject", name) if isinstance(name, str) else None
    except InvalidArgumentError:
        return None
    given = set(roles)
    return Subject(name=checked, roles=tuple(role for role in ROLES if role in given)) if checked else None


def roles_of_groups(groups: Iterable[object], group_roles: GroupRoles) -> set[Role]:
    """Give the roles of somebody's groups."""
    known = set(map(str, groups))
    return {role for group, role in group_roles if group in known}
