"""A registry service on loopback over a SQLite registry, with tokens of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from jupyter_features.definitions.subject import ROLES, Role, Subject
from jupyter_features.registry.changes import CreateToken
from jupyter_features.registry.sql_registry import SqlRegistry
from jupyter_features.registry.sqlite import SqliteDatabase
from jupyter_features.serving.serve import make_service
from jupyter_features.serving.settings import Limits, ServiceSettings

from ..loopback import Loopback
from ..registry.shelf import NOW

ROOMY = Limits(requests_per_second=100_000, burst=100_000, failures_per_second=1_000, failures_burst=100_000)


@dataclass
class Service:
    """A service as its callers and its admin see it."""

    url: str
    path: Path
    registry: SqlRegistry
    client: httpx.Client
    now: list[datetime]

    def token(self, name: str = "ada", roles: Sequence[Role] = ("author",), *, days: int | None = None) -> str:
        """Make a token, and give its secret."""
        until = self.now[0] + timedelta(days=days) if days is not None else None
        return self.registry.send(CreateToken(subject=name, roles=tuple(roles), expires_at=until)).secret

    def post(self, name: str, body: Any = None, *, token: str | None = None) -> httpx.Response:
        """Send a request; a body that is no bytes is written as JSON."""
        content = body if isinstance(body, bytes) else msgspec.json.encode({} if body is None else body)
        headers = {"Authorization": f"Bearer {token}"} if token is not None else {}
        return self.client.post(f"/v1/registry/{name}", content=content, headers=headers)


Starter = Callable[..., Service]


@pytest.fixture
def start(tmp_path: Path, loopback: Loopback) -> Iterator[Starter]:
    """Start a service with the given settings."""
    opened: list[Service] = []

    def start_service(**settings: Any) -> Service:
        now = [NOW]
        database = SqliteDatabase(tmp_path / "registry.db")
        registry = SqlRegistry(database, subject=Subject(name="root", roles=ROLES), clock=lambda: now[0])
        loopback.app = make_service(database, ServiceSettings(**({"limits": ROOMY} | settings)), clock=lambda: now[0])
        service = Service(loopback.url, database.path, registry, httpx.Client(base_url=loopback.url, trust_env=False), now)
        opened.append(service)
        return service

    yield start_service
    for service in opened:
        service.client.close()
        service.registry.close()


@pytest.fixture
def service(start: Starter) -> Service:
    """A service that believes its own tokens only."""
    return start()
