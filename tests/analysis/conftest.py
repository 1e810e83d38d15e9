from collections.abc import Callable, Iterator

import pandas as pd
import pytest

import jupyter_features as jf
from jupyter_features.definitions.feature_view import CompiledView
from jupyter_features.feature_store import FeatureStore

Compile = Callable[..., CompiledView]
NOON = pd.Timestamp("1998-01-01 12:00").as_unit("us")
# Columns, then how the source is declared.
SOURCES: dict[str, tuple[dict[str, object], dict[str, object]]] = {
    "orders": (
        {"customer_id": 1, "ordered_at": NOON, "product_id": 7, "currency": "EUR", "code": 1, "total": 2.5},
        {"entity": "customer", "kind": "events", "event_timestamp": "ordered_at"},
    ),
    "clicks": ({"customer_id": 1, "seen_at": NOON, "page": "a"}, {"entity": "customer", "kind": "events", "event_timestamp": "seen_at"}),
    "products": (
        {"product_id": 7, "since": NOON, "price": 2.0, "category": "toys"},
        {"entity": "product", "kind": "state", "event_timestamp": "since"},
    ),
    "reviews": (
        {"product_id": 7, "written_at": NOON, "stars": 5},
        {"entity": "product", "kind": "events", "event_timestamp": "written_at"},
    ),
    "rates": (
        {"currency": "EUR", "kind": "mid", "since": NOON, "rate": 1.0, "code": "01"},
        {"entity": None, "kind": "state", "event_timestamp": "since", "key": ["currency", "kind"]},
    ),
    "codes": ({"code": "01", "name": "one"}, {"entity": None, "kind": "static", "key": ["code"]}),
    "levels": ({"since": NOON, "level": 3.0}, {"entity": None, "kind": "state", "event_timestamp": "since"}),
    "calendar": ({"day": NOON, "is_holiday": True}, {"entity": None, "kind": "static"}),
    "promotions": ({"product_id": 7, "began_at": NOON, "cut": 0.1}, {"entity": None, "kind": "events", "event_timestamp": "began_at"}),
}


@pytest.fixture
def compile_sql(store: FeatureStore) -> Compile:
    """Compiles SQL over `purchases:30d` and, when it mentions them, `profiles`."""

    def compile_one(sql: str, *, sources: list[str] | None = None, **options: object) -> CompiledView:
        references = sources or (["purchases:30d", "profiles"] if "profiles" in sql else ["purchases:30d"])
        return store.define("v", sql=sql, entity="customer", sources=references, **options).view  # type: ignore[arg-type]

    return compile_one


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FeatureStore]:
    """A store with sources of two entities and of everybody, one row each."""
    folder = tmp_path_factory.mktemp("shop")
    with jf.connect(start=folder) as store:
        store.entity("customer", customer_id="BIGINT")
        store.entity("product", product_id="BIGINT")
        for name, (columns, declared) in SOURCES.items():
            pd.DataFrame({column: [value] for column, value in columns.items()}).to_parquet(folder / f"{name}.parquet", index=False)
            store.source(name, f"{name}.parquet", **declared)  # type: ignore[arg-type]
        yield store


@pytest.fixture
def compile_shop(shop: FeatureStore) -> Compile:
    """Compiles SQL over whichever sources of the shop it names; `entity=None` makes a global view."""

    def compile_one(sql: str, *, entity: str | None) -> CompiledView:
        return shop.define("v", sql=sql, entity=entity, sources=[name for name in SOURCES if f" {name}" in sql]).view

    return compile_one
