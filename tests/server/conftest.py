"""A Jupyter server with the extension, over a feature store in memory filled from the JSON examples."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

# Fixtures and hooks for async tests; in this folder only, so that no other test pays for them.
from pytest_jupyter.jupyter_server import *  # noqa: F403
from tornado.httpclient import HTTPClientError
from traitlets.config import Config

from jupyter_features.definitions.listing import ViewDetail, ViewPage
from jupyter_features.definitions.subject import Subject
from jupyter_features.definitions.team import Team
from jupyter_features.errors import NotFoundError
from jupyter_features.operations.plan_move import MovePlan
from jupyter_features.server.store import STORE_FACTORY

FIXTURES = Path(__file__).parents[1] / "fixtures" / "api"

Answer = tuple[int, Any]
Ask = Callable[..., Awaitable[Answer]]


class FakeStore:
    """Serves `views.json` and `view_detail.json`; knows its folder and whether it was closed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.is_closed = False

    def search(
        self,
        query: str = "",
        *,
        entity: str | None = None,
        owner: str | None = None,
        tag: str | None = None,
        state: str | None = None,
        source: str | None = None,
        consumer: str | None = None,
    ) -> ViewPage:
        page = msgspec.convert(_read("views.json"), ViewPage)
        found = tuple(
            view
            for view in page.views
            if query in view.name
            and entity in (None, view.entity)
            and owner in (None, view.owner)
            and state in (None, view.state)
            and (tag is None or tag in view.tags)
            and (source, view.name) in ((None, view.name), ("purchases.amount", "customer_value"))
            and (consumer, view.name) in ((None, view.name), ("churn", "customer_value"))
        )
        return msgspec.structs.replace(page, views=found, matches=len(found))

    def view_detail(self, name: str, version: int | None = None) -> ViewDetail:
        if name != "customer_value":
            raise NotFoundError("feature view", name, [view.name for view in self.search().views])
        detail = msgspec.convert(_read("view_detail.json"), ViewDetail)
        return detail if version is None else msgspec.structs.replace(detail, version=version)

    def revision(self) -> int:
        return 3

    def who_am_i(self) -> Subject:
        return Subject(name="ada", roles=("author", "certifier"))

    def teams(self) -> tuple[Team, ...]:
        return (Team(name="catalogue", members=("linus",)), Team(name="empty"), Team(name="growth", members=("ada", "grace")))

    def plan_promote(self, name: str, *, to: str, source: str | None = None, version: int | None = None) -> MovePlan:
        return msgspec.convert(_read("plan_promote.json"), MovePlan)

    def close(self) -> None:
        self.is_closed = True


class EmptyStore(FakeStore):
    """A project in which nothing was ever published."""

    def search(self, query: str = "", **filters: str | None) -> ViewPage:
        return msgspec.convert(_read("views_empty.json"), ViewPage)


@pytest.fixture
def fixture() -> Callable[[str], Any]:
    """Reads a JSON example by its file name."""
    return _read


@pytest.fixture
def stores() -> list[FakeStore]:
    """Every store that the server has opened, in order."""
    return []


@pytest.fixture
def empty_store() -> type[EmptyStore]:
    return EmptyStore


@pytest.fixture
def jp_server_config() -> Config:
    return Config({"ServerApp": {"jpserver_extensions": {"jupyter_features": True}}})


@pytest.fixture
def serve(jp_serverapp: Any) -> Callable[[Callable[[Path], Any]], None]:
    """Makes the server open its stores with the given factory."""

    def use(factory: Callable[[Path], Any]) -> None:
        jp_serverapp.web_app.settings[STORE_FACTORY] = factory

    return use


@pytest.fixture
def ask(serve: Callable[[Callable[[Path], Any]], None], stores: list[FakeStore], jp_fetch: Callable[..., Any]) -> Ask:
    """Asks the extension for a path, or sends it a body; gives the status and the decoded answer."""

    def open_store(folder: Path) -> FakeStore:
        stores.append(FakeStore(folder))
        return stores[-1]

    serve(open_store)

    async def fetch(*parts: str, headers: dict[str, str] | None = None, body: object = None, **params: str) -> Answer:
        options = {} if body is None else {"method": "POST", "body": msgspec.json.encode(body)}
        try:
            response = await jp_fetch("jupyter-features", "api", "v1", *parts, params=params, headers=headers, **options)
        except HTTPClientError as error:
            response = error.response
        return response.code, msgspec.json.decode(response.body)

    return fetch


def _read(name: str) -> Any:
    return msgspec.json.decode((FIXTURES / name).read_bytes())
