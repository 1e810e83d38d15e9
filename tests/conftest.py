"""A small shop on disk, and a feature store of it whose clock stands still."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest

import jupyter_features as jf
from jupyter_features.clock import fixed_clock
from jupyter_features.feature_store import FeatureStore

from .loopback import Loopback, running_loopback
from .postgres import PostgresServer, running_postgres

NOW = datetime(1998, 7, 1, tzinfo=UTC)

SPEND_SQL = """SELECT customer_id,
       COUNT(*) AS orders_30d,
       SUM(amount) AS spend_30d
FROM purchases
GROUP BY customer_id"""

PURCHASES = pd.DataFrame(
    {
        "customer_id": [1, 1, 1, 2, 3],
        "purchased_at": pd.to_datetime(["1998-01-01", "1998-01-31", "1998-02-10", "1998-01-15", "1997-01-01"]).astype("datetime64[us]"),
        "cds": pd.array([1, 2, 3, 4, 5], dtype="int32"),
        "amount": [10.0, 20.0, 40.0, 5.5, 99.0],
    }
)
PROFILES = pd.DataFrame(
    {
        "customer_id": [1, 1, 2],
        "valid_from": pd.to_datetime(["1998-01-01", "1998-02-01", "1998-01-10"]).astype("datetime64[us]"),
        "segment": ["new", "loyal", "new"],
    }
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where several workers run the tests: keep each file on one, and all that need a browser on one, which share servers."""
    for item in items:
        group = "browser" if item.path.parent.name == "ui" else str(item.path)
        item.add_marker(pytest.mark.xdist_group(group))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project folder with `data/purchases.parquet` and `data/profiles.parquet`."""
    folder = tmp_path / "project"
    (folder / "data").mkdir(parents=True)
    PURCHASES.to_parquet(folder / "data" / "purchases.parquet", index=False)
    PROFILES.to_parquet(folder / "data" / "profiles.parquet", index=False)
    return folder


@pytest.fixture
def open_store(project: Path) -> Iterator[Callable[[], FeatureStore]]:
    """Opens stores of the project, as separate notebooks would."""
    stores: list[FeatureStore] = []

    def open_one() -> FeatureStore:
        stores.append(jf.connect(start=project, clock=fixed_clock(NOW)))
        return stores[-1]

    yield open_one
    for store in stores:
        store.close()


@pytest.fixture
def store(open_store: Callable[[], FeatureStore]) -> FeatureStore:
    """A store that knows entity `customer` and the sources `purchases` (events) and `profiles` (state)."""
    opened = open_store()
    opened.entity("customer", customer_id="BIGINT")
    opened.source("purchases", "data/purchases.parquet", entity="customer", kind="events", event_timestamp="purchased_at")
    opened.source("profiles", "data/profiles.parquet", entity="customer", kind="state", event_timestamp="valid_from")
    return opened


@pytest.fixture
def spend(store: FeatureStore) -> FeatureStore:
    """The store with the draft `customer_spend`: orders_30d (default 0) and spend_30d over 30 days."""
    store.define(
        "customer_spend",
        sql=SPEND_SQL,
        entity="customer",
        sources={"purchases": "30d"},
        owner="growth",
        description="What a customer bought in the last 30 days.",
        defaults={"orders_30d": 0},
        tags=["ltv"],
    )
    return store


@pytest.fixture
def published(spend: FeatureStore) -> FeatureStore:
    """The store with `customer_spend@1` published."""
    spend.publish("customer_spend")
    return spend


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL server, started by the first test that wants it."""
    with running_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def loopback() -> Iterator[Loopback]:
    """A real HTTP server, started by the first test that wants it."""
    with running_loopback() as server:
        yield server
