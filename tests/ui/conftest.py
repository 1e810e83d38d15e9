"""A real JupyterLab on loopback, and a real Chromium that may talk to nobody else."""

from __future__ import annotations

import json
import os
import queue
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote, urlsplit

import nbformat
import pandas as pd
import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, expect, sync_playwright

import jupyter_features as jf

EXTENSION = Path(sys.prefix) / "share" / "jupyter" / "labextensions" / "jupyter-features" / "package.json"
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM_ARGUMENTS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]
SETTINGS = {
    "@jupyterlab/apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
}
# A tool for tests of notebooks brings buttons of its own into JupyterLab, which a person who installs us does not have.
PAGE_CONFIG = {"disabledExtensions": {"nbdime-jupyterlab": True}}
TOKEN = "a-token-of-the-browser-tests"
STARTUP_SECONDS = 60
LOAD_MILLISECONDS = 45_000
RUN_MILLISECONDS = 90_000

NOTEBOOK = "notes.ipynb"
PURCHASES = pd.DataFrame(
    {
        "customer_id": [1, 1, 2],
        "purchased_at": pd.to_datetime(["1998-01-01", "1998-01-31", "1998-01-15"]).astype("datetime64[us]"),
        "amount": [10.0, 20.0, 5.5],
    }
)
SPEND_SQL = "SELECT customer_id, COUNT(*) AS orders_30d, SUM(amount) AS spend_30d FROM purchases GROUP BY customer_id"

# Who may do less than everything on a local registry: what a registry service says of a token, said here by the server.
_CONFIGURATION = """
from jupyter_features.config import load_settings
from jupyter_features.definitions.subject import Subject
from jupyter_features.feature_store import FeatureStore

def open_store(folder, **apart):
    return FeatureStore(load_settings(folder, {{}}), start=folder, subject=Subject(name={author!r}, roles={roles!r}), **apart)

c.ServerApp.tornado_settings = {{"jupyter_features_store_factory": open_store}}
"""

expect.set_options(timeout=20_000)


@dataclass(frozen=True)
class Server:
    """A running `jupyter lab`: where it answers, what it serves, and where it keeps a person's settings."""

    url: str
    root: Path
    settings: Path
    log: list[str]

    def choose(self, plugin: str, values: dict[str, object]) -> None:
        """Write the settings of a plugin as a person's choice in the settings editor does."""
        file = self.settings / f"{plugin}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(values))


@dataclass
class Watch:
    """What a browser did that no test allows."""

    origin: str
    faults: list[str] = field(default_factory=list)

    def over(self, context: BrowserContext) -> None:
        """Listen to every page of the context."""
        context.on("request", lambda request: self._requested(request.url))
        context.on("console", self._logged)
        context.on("weberror", lambda error: self.faults.append(f"uncaught: {error.error}"))
        context.on("dialog", self._asked)
        context.on("page", lambda page: page.on("websocket", lambda socket: self._requested(socket.url)))

    def _requested(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("data", "blob", "about") and parts.netloc != self.origin:
            self.faults.append(f"request to {url}")

    def _logged(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.faults.append(f"console: {message.text} ({message.location.get('url', '')})")

    def _asked(self, dialog: Any) -> None:
        self.faults.append(f"dialog: {dialog.message}")
        dialog.dismiss()


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of the system's Chromium."""
    found = next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    if found is None:
        pytest.fail(
            f"Chromium is missing: none of {', '.join(CHROMIUM_NAMES)} is on PATH. `make test` installs it on Debian.", pytrace=False
        )
    return found


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A JupyterLab over an empty folder, with a configuration of its own; ana works in it."""
    with _running(tmp_path_factory.mktemp("root"), tmp_path_factory.mktemp("jupyter"), "ana") as server:
        yield server


@pytest.fixture(scope="module")
def serve_as(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Server]]:
    """Starts a JupyterLab over the same folder for another person; with the given roles in the registry if there are any."""
    with ExitStack() as running:

        def start(author: str, *roles: str) -> Server:
            home = tmp_path_factory.mktemp("jupyter")
            return running.enter_context(
                _running(server.root, home, author, _CONFIGURATION.format(author=author, roles=roles) if roles else "")
            )

        yield start


@contextmanager
def _running(root: Path, home: Path, author: str, configuration: str = "") -> Iterator[Server]:
    if not EXTENSION.exists():
        pytest.fail(f"The lab extension is not installed: {EXTENSION} is missing. `make test` builds and installs it.", pytrace=False)
    config = home / "jupyter_config_dir"
    page_config = config / "labconfig" / "page_config.json"
    page_config.parent.mkdir(parents=True)
    page_config.write_text(json.dumps(PAGE_CONFIG))
    (config / "jupyter_server_config.py").write_text(configuration)
    process = subprocess.Popen(
        _command(root), cwd=root, env=_environment(home, author), stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
    )
    assert process.stderr is not None
    try:
        with process.stderr as log:
            reader, urls, lines = _read(log)
            server = Server(url=urls.get(timeout=STARTUP_SECONDS), root=root, settings=home / "settings", log=lines)
            for plugin, values in SETTINGS.items():
                server.choose(plugin, values)
            yield server
            process.terminate()
            reader.join()
    finally:
        process.kill()
        process.wait()


def _command(root: Path) -> list[str]:
    return [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"),
        *("--ServerApp.ip=127.0.0.1", "--ServerApp.port=0", f"--ServerApp.root_dir={root}", f"--IdentityProvider.token={TOKEN}"),
    ]


def _environment(home: Path, author: str) -> dict[str, str]:
    folders = {name: str(home / name.lower()) for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")}
    lab = {"JUPYTERLAB_SETTINGS_DIR": str(home / "settings"), "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces")}
    # A pool of threads per kernel costs more than these few rows repay.
    return {**os.environ, **folders, **lab, "JUPYTER_PREFER_ENV_PATH": "1", "OMP_NUM_THREADS": "1", "JUPYTER_FEATURES_AUTHOR": author}


def _read(log: IO[str]) -> tuple[threading.Thread, queue.Queue[str], list[str]]:
    """Read the log to its end, so that the server never waits for a reader; hand on the address in it, and its lines."""
    urls: queue.Queue[str] = queue.Queue()
    lines: list[str] = []

    def read() -> None:
        for line in log:
            lines.append(line)
            if found := re.search(r"(http://127\.0\.0\.1:\d+)/lab", line):
                urls.put(found[1])

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    return reader, urls, lines


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """A headless Chromium; it goes with its module, because it keeps an event loop running in this thread."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_ARGUMENTS)
        yield started
        started.close()


class Lab:
    """One browser window with JupyterLab, in the words of the person in front of it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.sidebar = page.get_by_role("region", name="Features", exact=True)
        self.views = self.sidebar.get_by_role("listbox").get_by_role("option")
        self.notebook = page.locator(".jp-NotebookPanel:visible .jp-Notebook")
        self.code_cells = self.notebook.locator(".jp-CodeCell")

    def menu(self, *path: str) -> None:
        """Choose an item of a menu."""
        for name in path:
            self.page.get_by_role("menuitem", name=name, exact=True).click()

    def command(self, words: str) -> None:
        """Type words into the command palette and take the first command, all by keyboard."""
        self.page.keyboard.press("Control+Shift+C")
        search = self.page.locator(".lm-CommandPalette-input")
        expect(search).to_be_focused()
        search.fill(words)
        expect(self.page.locator(".lm-CommandPalette-item.lm-mod-active")).to_contain_text(words)
        self.page.keyboard.press("Enter")

    def open_sidebar(self) -> Locator:
        """Show the features at the left."""
        self.command("Features: Open the Sidebar")
        expect(self.sidebar).to_be_visible()
        return self.sidebar

    def run_all(self) -> None:
        """Run every cell of the open notebook, and wait until the last one is done."""
        self.expect_kernel()
        self.menu("Run", "Run All Cells")
        self.expect_run(self.code_cells.last)

    def expect_kernel(self) -> None:
        """Wait until the open notebook has a kernel with nothing to do."""
        expect(self.page.get_by_text("Python 3 (ipykernel) | Idle")).to_be_visible(timeout=LOAD_MILLISECONDS)

    def expect_run(self, cell: Locator) -> None:
        """Wait until a cell has a number, which it gets when it is done."""
        expect(cell.locator(".jp-InputPrompt")).to_have_text(re.compile(r"\[\d+]:"), timeout=RUN_MILLISECONDS)


OpenLab = Callable[..., Lab]


@pytest.fixture
def expected_faults() -> list[str]:
    """Parts of the console's messages that a test provokes, such as the status of an answer."""
    return []


@pytest.fixture
def open_lab(server: Server, browser: Browser, expected_faults: list[str]) -> Iterator[OpenLab]:
    """Opens JupyterLab, on a notebook if one is named; at the end, whatever the browser did wrong fails the test."""
    contexts: list[BrowserContext] = []
    watches: list[tuple[Watch, Server]] = []

    def open_window(path: str = "", theme: str = "JupyterLab Light", *, on: Server = server) -> Lab:
        watch = Watch(urlsplit(on.url).netloc)
        watches.append((watch, on))
        on.choose("@jupyterlab/apputils-extension/themes", {"theme": theme})
        context = browser.new_context(viewport={"width": 1400, "height": 900}, reduced_motion="reduce")
        contexts.append(context)
        watch.over(context)
        page = context.new_page()
        tree = f"/tree/{quote(path)}" if path else ""
        page.goto(f"{on.url}/lab{tree}?reset&token={TOKEN}", timeout=LOAD_MILLISECONDS)
        page.locator("#jupyterlab-splash").wait_for(state="detached", timeout=LOAD_MILLISECONDS)
        lab = Lab(page)
        if path:
            lab.expect_kernel()
        return lab

    yield open_window
    for context in contexts:
        context.close()
    for watch, watched in watches:
        faults = [fault for fault in watch.faults if not any(expected in fault for expected in expected_faults)]
        assert faults == [], "".join(watched.log[-60:])


@pytest.fixture(scope="session")
def make_project(server: Server) -> Callable[..., Path]:
    """Makes a folder that JupyterLab serves, with purchases to define features from and a notebook of the given cells."""

    def make(name: str, *cells: str) -> Path:
        folder = server.root / name
        (folder / "data").mkdir(parents=True)
        PURCHASES.to_parquet(folder / "data" / "purchases.parquet", index=False)
        notebook = nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_code_cell(source, id=f"cell-{index}") for index, source in enumerate(cells)],
            metadata={"kernelspec": {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}},
        )
        nbformat.write(notebook, folder / NOTEBOOK)
        return folder

    return make


@pytest.fixture(scope="session")
def publish() -> Callable[..., None]:
    """Publishes feature views of a project, all with one description, as a colleague does from Python."""

    def publish_views(folder: Path, *names: str, description: str = "What a customer bought in the last 30 days.") -> None:
        with jf.connect(start=folder) as store:
            store.entity("customer", customer_id="BIGINT")
            store.source("purchases", "data/purchases.parquet", entity="customer", kind="events", event_timestamp="purchased_at")
            for name in names:
                sources = {"purchases": "30d"}
                store.define(name, sql=SPEND_SQL, entity="customer", sources=sources, owner="growth", description=description, tags=["ltv"])
                store.publish(name, reason="Several of one definition, to have a list.")

    return publish_views
