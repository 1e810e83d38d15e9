from collections.abc import Callable

import pytest

from jupyter_features.definitions.feature_view import CompiledView
from jupyter_features.feature_store import FeatureStore

Compile = Callable[..., CompiledView]


@pytest.fixture
def compile_sql(store: FeatureStore) -> Compile:
    """Compiles SQL over `purchases:30d` and, when it mentions them, `profiles`."""

    def compile_one(sql: str, *, sources: list[str] | None = None, **options: object) -> CompiledView:
        references = sources or (["purchases:30d", "profiles"] if "profiles" in sql else ["purchases:30d"])
        return store.define("v", sql=sql, entity="customer", sources=references, **options).view  # type: ignore[arg-type]

    return compile_one
