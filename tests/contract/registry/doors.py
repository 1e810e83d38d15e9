"""The kinds of registry: each is a door through which several people come, and whose clock the test moves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from jupyter_features.definitions.subject import ROLES, Role, Subject
from jupyter_features.registry.database import Database
from jupyter_features.registry.http_registry import HttpRegistry
from jupyter_features.registry.registry import Registry
from jupyter_features.registry.sql_registry import SqlRegistry
from jupyter_features.serving.app import make_app
from jupyter_features.serving.settings import Limits

from ...loopback import Loopback
from ...registry.shelf import NOW

UNLIMITED = Limits(requests_per_second=100_000, burst=100_000, failures_burst=100_000)


class Door:
    """A registry over a database."""

    def __init__(self, database: Database) -> None:
        self.now: datetime = NOW
        self.direct = SqlRegistry(database, subject=Subject(name="root", roles=ROLES), clock=lambda: self.now)

    def open(self, name: str = "ada", roles: Sequence[Role] = ROLES) -> Registry:
        """Come as somebody."""
        return self.direct.as_subject(Subject(name=name, roles=tuple(roles)))

    def close(self) -> None:
        self.direct.close()


class HttpDoor(Door):
    """The same behind a registry service; the bearer says who comes, and is believed, and so are views that were built by hand."""

    def __init__(self, database: Database, loopback: Loopback) -> None:
        super().__init__(database)
        self._url = loopback.url
        self._opened: list[HttpRegistry] = []
        loopback.app = make_app(self.direct, [NamedInBearer()], UNLIMITED, check_view=lambda _: None)

    def open(self, name: str = "ada", roles: Sequence[Role] = ROLES) -> Registry:
        self._opened.append(HttpRegistry(self._url, token=f"{name}:{','.join(roles)}"))
        return self._opened[-1]

    def close(self) -> None:
        for each in self._opened:
            each.close()
        super().close()


class NamedInBearer:
    """Believes `name:role,role`; the verifiers of the service have their own tests."""

    def recall(self, bearer: str) -> Subject | None:
        return self.verify(bearer)

    def verify(self, bearer: str) -> Subject | None:
        name, _, roles = bearer.partition(":")
        return Subject(name=name, roles=tuple(role for role in ROLES if role in roles.split(",")))
