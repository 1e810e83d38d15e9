"""The REST handlers: authenticate, authorize, parse, ask the facade, answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import APIHandler
from tornado import web

from jupyter_features.definitions.listing import ViewDetail, ViewPage
from jupyter_features.errors import InvalidArgumentError, JupyterFeaturesError
from jupyter_features.server.errors import body_of, body_of_status, status_of
from jupyter_features.server.project import notebook_folder
from jupyter_features.server.store import STORE_FACTORY, ListingStore

Answer = TypeVar("Answer", ViewPage, ViewDetail)


class _FeatureHandler(APIHandler):
    """What all handlers share: who may ask, how the facade is asked, and how failure is answered."""

    auth_resource = "jupyter_features"

    async def _answer(self, read: Callable[[ListingStore], Answer]) -> None:
        """Ask the store of the notebook's project in a thread, so that a slow disk does not stop the server."""
        try:
            answer = await asyncio.to_thread(self._ask, read)
        except JupyterFeaturesError as error:
            self.set_status(status_of(error))
            await self.finish(msgspec.json.encode(body_of(error)))
        else:
            await self.finish(msgspec.json.encode(answer))

    def _ask(self, read: Callable[[ListingStore], Answer]) -> Answer:
        root = Path(self.settings["server_root_dir"]).expanduser()
        folder = notebook_folder(root, self.get_query_argument("path", ""))
        with closing(self.settings[STORE_FACTORY](folder)) as store:
            return read(store)

    def write_error(self, status_code: int, **kwargs: Any) -> None:  # noqa: ARG002 (the base class passes the exception)
        """Answer what tornado raises, and every error nobody foresaw, in the same form as our own errors."""
        self.set_header("Content-Type", "application/json")
        self.finish(msgspec.json.encode(body_of_status(status_code)))


class ViewListHandler(_FeatureHandler):
    """Lists the feature views that the project's environment serves."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer with a `ViewPage`; `query`, `entity`, `owner` and `tag` narrow it, empty means any."""
        query = self.get_query_argument("query", "")
        entity, owner, tag = (self.get_query_argument(name, "") or None for name in ("entity", "owner", "tag"))
        await self._answer(lambda store: store.search(query, entity=entity, owner=owner, tag=tag))


class ViewHandler(_FeatureHandler):
    """Tells all about one feature view."""

    @web.authenticated
    @authorized
    async def get(self, name: str) -> None:
        """Answer with a `ViewDetail`; `version` chooses an older version than the one that is served."""
        version = self.get_query_argument("version", "")
        await self._answer(lambda store: store.view_detail(name, _parse_version(version)))


def _parse_version(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit()):
        raise InvalidArgumentError(f"{text!r} is not a version.", hint="Versions are whole numbers, such as 3.")
    return int(text)
