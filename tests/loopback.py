"""One real HTTP server on this machine, whose application each test chooses."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn


class Loopback:
    """A running server; `app` is the ASGI application that answers."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.app: Any = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self.app(scope, receive, send)


@contextmanager
def running_loopback() -> Iterator[Loopback]:
    """Run a server in a thread for as long as the tests do."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        loopback = Loopback(listener.getsockname()[1])
        server = uvicorn.Server(uvicorn.Config(loopback, log_level="critical", lifespan="off", ws="none", timeout_keep_alive=30))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        yield loopback
        server.should_exit = True
        thread.join(timeout=20)
