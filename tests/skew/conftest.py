"""A definition of three features, and tables of rows in a line each."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pytest

from jupyter_features.definitions.entity import Entity, JoinKey
from jupyter_features.definitions.feature_view import CompiledView, Feature, FeatureView
from jupyter_features.definitions.source_reference import SourceReference
from jupyter_features.skew.compare import compare
from jupyter_features.skew.report import SkewReport

JANUARY = datetime(1998, 1, 1, tzinfo=UTC).replace(tzinfo=None)
FEATURES = (
    Feature(name="spend", dtype="DOUBLE"),
    Feature(name="orders", dtype="BIGINT", default=0),
    Feature(name="country", dtype="VARCHAR"),
)
TYPES = {"spend": pa.float64(), "orders": pa.int64(), "country": pa.string()}


@pytest.fixture
def view() -> CompiledView:
    definition = FeatureView(name="customer_value", entity="customer", sql="SELECT 1", sources=(SourceReference("purchases", "purchases"),))
    entity = Entity(name="customer", join_keys=(JoinKey("customer_id", "BIGINT"),))
    return CompiledView(definition=definition, entity=entity, sources=(), normal_sql="SELECT 1", features=FEATURES, fingerprint="f00d")


Rows = Sequence[tuple[Any, ...]]


@pytest.fixture
def rows() -> Callable[..., Any]:
    """Make a table of customer_id, an instant, and the named values."""

    def make(values: Rows, names: Sequence[str] = ("spend",), *, instant: str = "as_of") -> Any:
        columns: dict[str, Any] = {
            "customer_id": pa.array([row[0] for row in values], pa.int64()),
            instant: pa.array([row[1] for row in values], pa.timestamp("us")),
        }
        for place, name in enumerate(names, start=2):
            columns[name] = pa.array([row[place] for row in values], TYPES.get(name))
        return pa.table(columns)

    return make


@pytest.fixture
def compare_spend(view: CompiledView, rows: Callable[..., Any]) -> Callable[..., SkewReport]:
    """Compare {customer: spend} of both sides at one instant."""

    def run(notebook: dict[int, Any], production: dict[int, Any], **options: Any) -> SkewReport:
        left = rows([(key, JANUARY, value) for key, value in notebook.items()])
        right = rows([(key, JANUARY, value) for key, value in production.items()], instant="scored_at")
        options = {"features": ["spend"], "columns": {}, "against": "scores.parquet", "version": 3} | options
        return compare(view=view, notebook=left, production=right, timestamp="scored_at", **options)

    return run
