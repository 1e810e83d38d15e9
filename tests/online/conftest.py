"""Online stores to test with, on disk and in memory."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from jupyter_features.online.sqlite import SqliteOnlineStore


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Name a store's file that does not exist yet, nor does its folder."""
    return tmp_path / "state" / "online.db"


@pytest.fixture(params=["file", "memory"])
def store(request: pytest.FixtureRequest, path: Path) -> Iterator[SqliteOnlineStore]:
    """Make an empty store of either kind."""
    made = SqliteOnlineStore(path if request.param == "file" else None)
    yield made
    made.close()


@pytest.fixture
def without_override() -> list[str]:
    """Give a command prefix under which permissions hold for root, too."""
    if os.getuid() != 0:
        return []
    if shutil.which("setpriv") is None:
        pytest.fail("root ignores permissions; install util-linux, whose setpriv gives that up")
    return ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-dac_override,-dac_read_search"]
