"""What all handlers share: who may ask, how the facade is asked, and how failure is answered."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from jupyter_server.base.handlers import APIHandler

from jupyter_features.errors import InvalidArgumentError, JupyterFeaturesError
from jupyter_features.server.errors import body_of, body_of_status, status_of
from jupyter_features.server.project import notebook_folder
from jupyter_features.server.store import STORE_FACTORY, SidebarStore, StoreFactory

Body = TypeVar("Body", bound=msgspec.Struct)


class FeatureHandler(APIHandler):
    """Answers with JSON, be it a success or a failure. Subclasses authenticate and authorize."""

    auth_resource = "jupyter_features"

    async def answer(self, ask: Callable[[SidebarStore], object]) -> None:
        """Ask the store of the notebook's project that the parameter `path` names."""

        def ask_store() -> object:
            with closing(self.open_store(self.folder(self.get_query_argument("path", "")))) as store:
                return ask(store)

        await self.answer_with(ask_store)

    async def answer_with(self, ask: Callable[[], object]) -> None:
        """Answer with what a function gives; it runs in a thread, so that a slow disk does not stop the server."""
        try:
            answer = await asyncio.to_thread(ask)
        except JupyterFeaturesError as error:
            self.set_status(status_of(error))
            await self.finish(msgspec.json.encode(body_of(error)))
        else:
            await self.finish(msgspec.json.encode(answer))

    @property
    def open_store(self) -> StoreFactory:
        """The store factory of this server."""
        factory: StoreFactory = self.settings[STORE_FACTORY]
        return factory

    def folder(self, path: str) -> Path:
        """Find the folder of a notebook that the server serves; see `notebook_folder`."""
        return notebook_folder(Path(self.settings["server_root_dir"]).expanduser(), path)

    def body(self, type_: type[Body]) -> Body:
        """Read the body of the request.

        Raises
        ------
        InvalidArgumentError
            If it is not JSON of that form.
        """
        try:
            return msgspec.json.decode(self.request.body, type=type_)
        except msgspec.DecodeError as error:
            raise InvalidArgumentError(f"The body of this request cannot be used: {error}.") from error

    def write_error(self, status_code: int, **kwargs: Any) -> None:  # noqa: ARG002 (the base class passes the exception)
        """Answer what tornado raises, and every error nobody foresaw, in the same form as our own errors."""
        self.set_header("Content-Type", "application/json")
        self.finish(msgspec.json.encode(body_of_status(status_code)))
