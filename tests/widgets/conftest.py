"""A small feature store of two views, as the browse view asks for it, and a report to look around in."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pytest

from jupyter_features.definitions.entity import Entity, JoinKey
from jupyter_features.definitions.feature_view import CompiledView, Feature, FeatureView
from jupyter_features.definitions.listing import FeatureSummary, SourceUse, VersionLine, ViewDetail, ViewSummary
from jupyter_features.definitions.source_reference import SourceReference
from jupyter_features.errors import NotFoundError
from jupyter_features.skew.compare import compare
from jupyter_features.skew.report import SkewReport

PUBLISHED = datetime(1998, 7, 1, tzinfo=UTC)
HOSTILE = "<img src=x onerror=alert(1)>"


class SmallStore:
    """Two published views in memory, searched by name and description."""

    def __init__(self) -> None:
        self.published = [
            summary("customer_value", "customer", "growth", "What a customer spends.", ("ltv",)),
            summary("store_traffic", "store", "retail", HOSTILE, ("ops", "ltv")),
        ]
        self.failure: Exception | None = None

    def views(
        self, query: str = "", entity: str | None = None, owner: str | None = None, tag: str | None = None
    ) -> tuple[ViewSummary, ...]:
        if self.failure:
            raise self.failure
        return tuple(
            view
            for view in self.published
            if query.lower() in f"{view.name} {view.description}".lower()
            and entity in (None, view.entity)
            and owner in (None, view.owner)
            and (tag is None or tag in view.tags)
        )

    def view_detail(self, name: str, version: int | None = None) -> ViewDetail:
        for view in self.views():
            if view.name == name:
                return detail(view)
        raise NotFoundError("feature view", name)


def summary(name: str, entity: str, owner: str, description: str, tags: tuple[str, ...]) -> ViewSummary:
    features = (FeatureSummary("spend", "DOUBLE"),)
    return ViewSummary(
        name=name, version=2, entity=entity, owner=owner, description=description, tags=tags, features=features, published_at=PUBLISHED
    )


def detail(view: ViewSummary) -> ViewDetail:
    lineage = Feature(name="spend", dtype="DOUBLE", default=0.0, value_lineage=("purchases.value",), row_lineage=("purchases.day",))
    return ViewDetail(
        name=view.name,
        version=view.version,
        fingerprint="f00d",
        entity=view.entity,
        join_keys=(JoinKey("customer_id", "BIGINT"),),
        owner=view.owner,
        description=view.description,
        tags=view.tags,
        features=(lineage,),
        language="SQL",
        body="SELECT customer_id, SUM(value) AS spend FROM purchases WHERE value < 9 GROUP BY customer_id",
        inputs=(),
        request=(),
        sources=(SourceUse(name="purchases", alias="purchases", kind="events", lookback="90d", location="data/purchases.parquet"),),
        versions=(VersionLine(version=2, fingerprint="f00d", author="ada", published_at=PUBLISHED),),
        environments=("dev",),
        checks=("future_invariance",),
        tests=1,
        author="ada",
        published_at=PUBLISHED,
        snippet=f'store.online(["{view.name}:spend"], [{{"customer_id": 1}}]).to_pandas()',
    )


@pytest.fixture
def store() -> SmallStore:
    return SmallStore()


@pytest.fixture
def report() -> SkewReport:
    """Two features of three customers: spend agrees, country does not and holds markup."""
    definition = FeatureView(name="customer_value", entity="customer", sql="SELECT 1", sources=(SourceReference("purchases", "purchases"),))
    view = CompiledView(
        definition=definition,
        entity=Entity(name="customer", join_keys=(JoinKey("customer_id", "BIGINT"),)),
        sources=(),
        normal_sql="SELECT 1",
        features=(Feature(name="spend", dtype="DOUBLE"), Feature(name="country", dtype="VARCHAR")),
        fingerprint="f00d",
    )
    keys = {"customer_id": [1, 2, 3], "as_of": pa.array([PUBLISHED.replace(tzinfo=None)] * 3, pa.timestamp("us")), "spend": [1.0, 2.0, 3.0]}
    notebook = pa.table({**keys, "country": ["UK", "FR", "DE"]})
    production = pa.table({**keys, "country": ["UK", HOSTILE, "DE"]})
    return compare(
        view=view,
        version=2,
        notebook=notebook,
        production=production,
        features=["spend", "country"],
        columns={},
        timestamp="as_of",
        against="scores.parquet",
    )


class FakeComm:
    """A comm whose front end is the test; one that is `prompt` answers while the message is still being sent."""

    def __init__(self, target: str, prompt: dict[str, Any] | None = None) -> None:
        self.target, self.prompt = target, prompt
        self.sent: list[dict[str, Any]] = []
        self.closed = False

    def send(self, data: dict[str, Any]) -> None:
        self.sent.append(data)
        if self.prompt is not None:
            self.answer(self.prompt)

    def on_msg(self, callback: Callable[[dict[str, Any]], None]) -> None:
        self._message = callback

    def on_close(self, callback: Callable[[dict[str, Any]], None]) -> None:
        self._close = callback

    def close(self) -> None:
        self.closed = True

    def answer(self, data: Any) -> None:
        self._message({"content": {"data": data}})

    def close_from_front_end(self) -> None:
        self._close({"content": {}})


@pytest.fixture
def comms() -> list[FakeComm]:
    """Every comm that the `opener` opened."""
    return []


@pytest.fixture
def opener(comms: list[FakeComm]) -> Callable[[str], FakeComm]:
    def open_fake(target: str) -> FakeComm:
        comms.append(FakeComm(target))
        return comms[-1]

    return open_fake


@pytest.fixture
def prompt_opener(comms: list[FakeComm]) -> Callable[[str], FakeComm]:
    """Opens comms whose front end has put the cell before `send` returns."""

    def open_prompt(target: str) -> FakeComm:
        comms.append(FakeComm(target, prompt={"inserted": True}))
        return comms[-1]

    return open_prompt
