"""The REST handlers over the real feature store."""

from __future__ import annotations

import pytest

from jupyter_features.feature_store import connect
from jupyter_features.server.store import connect_store


@pytest.fixture
def project(jp_root_dir):
    """A folder below the server's root with one published feature view."""
    folder = jp_root_dir / "shop"
    folder.mkdir()
    (folder / "purchases.csv").write_text("customer_id,purchased_at,amount\n1,1998-01-01 10:00:00,5.5\n2,1998-01-02 11:00:00,7.0\n")
    with connect(start=folder) as store:
        store.entity("customer", customer_id="BIGINT")
        store.source("purchases", "purchases.csv", entity="customer", kind="events", event_timestamp="purchased_at")
        store.define(
            "customer_spend",
            sql="SELECT customer_id, SUM(amount) AS spend_90d FROM purchases GROUP BY customer_id",
            entity="customer",
            sources={"purchases": "90d"},
            owner="growth",
            description="What a customer spent in the last 90 days.",
        )
        store.publish("customer_spend")
    return folder


async def test_what_is_published_is_listed_for_the_notebooks_of_its_project(ask, serve, project):
    serve(connect_store)

    status, body = await ask("views", path="shop/first.ipynb", query="spent")

    assert (status, [view["name"] for view in body["views"]]) == (200, ["customer_spend"])


async def test_the_detail_of_a_published_view_says_where_its_values_come_from(ask, serve, project):
    serve(connect_store)

    status, body = await ask("views", "customer_spend", path="shop/first.ipynb")

    assert status == 200
    assert body["features"][0]["value_lineage"] == ["purchases.amount"]
    assert body["features"][0]["row_lineage"] == ["purchases.customer_id", "purchases.purchased_at"]
    assert body["sources"][0]["lookback"] == "90d"
    assert "customer_spend@1:spend_90d" in body["snippet"]


async def test_an_unknown_version_is_not_found(ask, serve, project):
    serve(connect_store)

    status, body = await ask("views", "customer_spend", path="shop/first.ipynb", version="7")

    assert (status, body["error"]["code"]) == (404, "JF003")


async def test_looking_into_an_empty_folder_finds_nothing_and_leaves_nothing(ask, serve, jp_root_dir, fixture):
    serve(connect_store)

    assert await ask("views") == (200, fixture("views_empty.json"))
    assert list(jp_root_dir.iterdir()) == []


async def test_a_configuration_that_cannot_be_read_is_explained(ask, serve, jp_root_dir):
    serve(connect_store)
    (jp_root_dir / "jupyter_features.toml").write_text("registry = [")

    status, body = await ask("views")

    assert (status, body["error"]["code"]) == (503, "JF005")
    assert "jupyter_features.toml cannot be read" in body["error"]["message"]
