"""A registry service behind JupyterLab: the sidebar works, and the token stays with the server."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from playwright.sync_api import Response, expect

import jupyter_features as jf

from .conftest import NOTEBOOK, Server, _running

CELLS = (
    "%load_ext jupyter_features\n%feature connect",
    (
        "%feature entity customer --key customer_id:BIGINT\n"
        "%feature source purchases data/purchases.parquet --entity customer --event-time purchased_at --kind events"
    ),
    (
        "%%feature customer_spend --entity customer --source purchases:30d --owner growth\n-- description: Spend.\n"
        "SELECT customer_id, SUM(amount) AS spend_30d FROM purchases GROUP BY customer_id"
    ),
    "%feature publish customer_spend",
    "%feature history customer_spend",
)
# Everything that a page can keep for later.
_KEPT = """async () => {
    const kept = [JSON.stringify(localStorage), JSON.stringify(sessionStorage), document.cookie, document.documentElement.outerHTML];
    for (const { name } of await indexedDB.databases()) {
        const base = await new Promise((done, fail) => {
            const opening = indexedDB.open(name);
            opening.onsuccess = () => done(opening.result);
            opening.onerror = () => fail(opening.error);
        });
        for (const store of base.objectStoreNames) {
            const all = base.transaction(store).objectStore(store).getAll();
            kept.push(JSON.stringify(await new Promise(done => { all.onsuccess = () => done(all.result); })));
        }
        base.close();
    }
    return kept;
}"""


@contextmanager
def running_service(folder: Path) -> Iterator[str]:
    """Serve the registry of a folder by the terminal's command; its URL."""
    command = [sys.executable, "-m", "jupyter_features.cli.main", "serve", "--port", "0"]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as service:
        assert service.stderr is not None
        try:
            yield re.search(r"http://[^;]+", service.stderr.readline())[0]
        finally:
            service.terminate()


@pytest.fixture
def service(tmp_path: Path) -> Iterator[tuple[str, str]]:
    """A registry service in a folder of its own, and a token for ana."""
    with jf.connect(start=tmp_path) as store:
        secret = store.create_token("ana", roles=["author"]).secret
    with running_service(tmp_path) as url:
        yield url, secret


@pytest.fixture
def lab_server(server: Server, service: tuple[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A JupyterLab whose server holds ana's token."""
    with (
        patch.dict(os.environ, {"JUPYTER_FEATURES_TOKEN": service[1]}),
        _running(server.root, tmp_path_factory.mktemp("jupyter"), "x") as lab,
    ):
        yield lab


def test_the_token_is_in_no_answer_no_storage_no_output_and_no_file(
    lab_server: Server,
    service: tuple[str, str],
    make_project: Callable[..., Path],
    open_lab: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    url, secret = service
    project = make_project("served", *CELLS)
    (project / "jupyter_features.toml").write_text(f'registry = "{url}"\n')
    lab = open_lab(f"served/{NOTEBOOK}", on=lab_server)
    seen: list[bytes] = []
    lab.page.on("response", lambda response: seen.extend(_texts(response)))

    lab.run_all()
    expect(lab.code_cells.last).to_contain_text("version published")
    expect(lab.code_cells.last).to_contain_text("ana")
    lab.open_sidebar()
    lab.views.filter(has_text="customer_spend").first.click()
    expect(lab.sidebar).to_contain_text("spend_30d")
    lab.page.keyboard.press("Control+s")
    lab.page.wait_for_timeout(500)
    kept = [text.encode() for text in lab.page.evaluate(_KEPT)]
    files = [path.read_bytes() for path in lab_server.root.rglob("*") if path.is_file()]

    assert any(b"customer_spend" in text for text in seen)  # what is searched is what was exchanged
    assert any(b"customer_spend" in text for text in kept)
    assert any(b"version published" in text for text in files)
    secret_part = secret.rpartition("_")[2].encode()
    assert not [text[:200] for text in (*seen, *kept, *files) if secret.encode() in text or secret_part in text]
    monkeypatch.delenv("JUPYTER_FEATURES_TOKEN")
    with pytest.raises(jf.JupyterFeaturesError, match="token"), jf.connect(url, start=project) as stranger:
        stranger.views()


def _texts(response: Response) -> list[bytes]:
    """Give the headers and the body of an answer, and what was asked."""
    texts = [repr(response.headers).encode(), repr(response.request.headers).encode(), (response.request.post_data or "").encode()]
    if "/jupyter-features/" in response.url or "/api/contents" in response.url:
        texts.append(response.body())
    return texts
