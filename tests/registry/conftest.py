"""Small published values for the tests of the registry."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from jupyter_features.definitions.feature_view import CompiledView
from jupyter_features.registry.changes import Publish
from jupyter_features.registry.questions import ListVersions
from jupyter_features.registry.registry import Registry
from jupyter_features.registry.sql_registry import SqlRegistry

from .shelf import detail_of, make_view, open_sqlite, passed

ViewMaker = Callable[..., CompiledView]
Publisher = Callable[..., tuple[int, bool]]
Starter = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Name a registry file that does not exist yet, nor does its folder."""
    return tmp_path / "state" / "registry.db"


@pytest.fixture
def registry(path: Path) -> SqlRegistry:
    """Make an empty registry in which it is always NOW, as ada sees it."""
    return open_sqlite(path)


@pytest.fixture(name="make_view")
def make_view_fixture() -> ViewMaker:
    """Give `make_view` to a test."""
    return make_view


@pytest.fixture
def publish() -> Publisher:
    """Give a function that publishes with the least said, and returns the version's number and whether it is new."""

    def publish_to_dev(
        registry: Registry,
        view: CompiledView,
        *,
        environment: str = "dev",
        tests: int = 1,
        **options: Any,
    ) -> tuple[int, bool]:
        if "base" not in options:
            known = registry.send(ListVersions(name=view.name))
            serving = {place: line.version for line in known for place in detail_of(registry, line).environments}
            options["base"] = serving.get(environment)
        evidence = passed(view, tests=tests)
        done = registry.send(Publish(view=view, environment=environment, evidence=evidence, **options))
        return done.version.version, done.is_new

    return publish_to_dev


@pytest.fixture
def start(path: Path, tmp_path: Path) -> Iterator[Starter]:
    """Give a function that starts `publisher.py` in a process of its own; those still alive at the end are killed."""
    view = tmp_path / "view.json"
    view.write_bytes(msgspec.json.encode(make_view()))
    script = Path(__file__).with_name("publisher.py")
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    started: list[subprocess.Popen[str]] = []

    def start_publisher(*arguments: str, prefix: Sequence[str] = ()) -> subprocess.Popen[str]:
        command = [*prefix, sys.executable, str(script), str(path), str(view), *arguments]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment)
        started.append(process)
        return process

    yield start_publisher
    for process in started:
        with process:
            process.kill()


@pytest.fixture
def without_override() -> list[str]:
    """Give a command prefix under which permissions hold for root, too."""
    if os.getuid() != 0:
        return []
    if shutil.which("setpriv") is None:
        pytest.fail("root ignores permissions; install util-linux, whose setpriv gives that up")
    return ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-dac_override,-dac_read_search"]
