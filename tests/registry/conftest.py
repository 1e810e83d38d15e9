"""Small published values for the tests of the registry."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from jupyter_features.clock import fixed_clock
from jupyter_features.definitions.entity import Entity, JoinKey
from jupyter_features.definitions.feature_view import CompiledView, Feature, FeatureView
from jupyter_features.definitions.source import Column, Source
from jupyter_features.definitions.source_reference import SourceReference
from jupyter_features.registry.registry import Registry

SQL = "SELECT customer_id, SUM(quantity * unit_price) AS spend_90d FROM invoices GROUP BY customer_id"
CUSTOMER_ID = JoinKey("customer_id", "BIGINT")
NOW = datetime(1998, 7, 1, 12, tzinfo=UTC)

ViewMaker = Callable[..., CompiledView]
Publisher = Callable[..., tuple[int, bool]]
Starter = Callable[..., subprocess.Popen[str]]


def make_view(
    name: str = "customer_spend",
    *,
    fingerprint: str = "f1",
    sql: str = SQL,
    features: tuple[str, ...] = ("spend_90d",),
    key: JoinKey = CUSTOMER_ID,
    location: str = "data/invoices.parquet",
    owner: str = "growth",
    description: str = "What a customer bought in the last 90 days.",
    tags: tuple[str, ...] = ("ltv",),
) -> CompiledView:
    """Build what the compiler would give for a sum over 90 days of invoices."""
    entity = Entity(name="customer", join_keys=(key,))
    columns = tuple(Column(column, "BIGINT") for column in (key.name, "quantity", "unit_price"))
    source = Source(
        name="invoices",
        location=location,
        format="parquet",
        entity="customer",
        kind="events",
        columns=(*columns, Column("invoice_ts", "TIMESTAMP")),
        key=((key.name, key.name),),
        event_timestamp="invoice_ts",
    )
    definition = FeatureView(
        name=name,
        entity="customer",
        sql=sql,
        sources=(SourceReference("invoices", "invoices", timedelta(days=90)),),
        owner=owner,
        description=description,
        tags=tags,
    )
    return CompiledView(
        definition=definition,
        entity=entity,
        sources=(source,),
        normal_sql=sql,
        features=tuple(
            Feature(
                name=feature,
                dtype="DOUBLE",
                value_lineage=("invoices.quantity", "invoices.unit_price"),
                row_lineage=("invoices.invoice_ts",),
            )
            for feature in features
        ),
        fingerprint=fingerprint,
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Name a registry file that does not exist yet, nor does its folder."""
    return tmp_path / "state" / "registry.db"


@pytest.fixture
def registry(path: Path) -> Registry:
    """Make an empty registry in which it is always NOW."""
    return Registry(path, clock=fixed_clock(NOW))


@pytest.fixture(name="make_view")
def make_view_fixture() -> ViewMaker:
    """Give `make_view` to a test."""
    return make_view


@pytest.fixture
def publish() -> Publisher:
    """Give a function that publishes with the least said, and returns the version's number and whether it is new."""

    def publish_to_dev(registry: Registry, view: CompiledView, **options: Any) -> tuple[int, bool]:
        chosen: dict[str, Any] = {"environment": "dev", "author": "ada", "checks": (), "tests": 0} | options
        version, created = registry.publish(view, **chosen)
        return version.version, created

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
