import pandas as pd
import pytest

from jupyter_features.errors import SourceDataError
from jupyter_features.feature_store import FeatureStore
from jupyter_features.operations import compile_once

SQL = "SELECT customer_id, COUNT(*) AS n FROM purchases GROUP BY 1"


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the views that were really compiled, in order."""
    names: list[str] = []
    whole = compile_once.define_by_name

    def counted(definition, *arguments, **options):
        names.append(definition.name)
        return whole(definition, *arguments, **options)

    monkeypatch.setattr(compile_once, "define_by_name", counted)
    return names


def _define(store: FeatureStore, sql: str = SQL, **options: object):
    return store.define("v", sql=sql, entity="customer", sources=["purchases"], **options).view  # type: ignore[arg-type]


def test_the_same_definition_is_compiled_once(store: FeatureStore, compiled: list[str]) -> None:
    assert _define(store) == _define(store)
    assert compiled == ["v"]


def test_another_definition_is_compiled_anew(store: FeatureStore, compiled: list[str]) -> None:
    _define(store)
    _define(store, SQL.replace("AS n", "AS m"))
    _define(store, defaults={"n": 1})
    assert compiled == ["v"] * 3


def test_defaults_that_python_holds_for_equal_are_told_apart(store: FeatureStore) -> None:
    sql = "SELECT customer_id, BOOL_OR(amount > 1) AS n FROM purchases GROUP BY 1"
    assert _define(store, sql, defaults={"n": True}).feature("n").default is True
    with pytest.raises(ValueError, match="must be a BOOLEAN"):
        _define(store, sql, defaults={"n": 1})


def test_a_source_that_is_declared_anew_is_compiled_anew(store: FeatureStore, compiled: list[str]) -> None:
    _define(store)
    store.source("purchases", "data/purchases.parquet", entity="customer", kind="events", event_timestamp="purchased_at", inclusive=True)
    assert _define(store).sources[0].inclusive
    assert compiled == ["v"] * 2


def test_data_that_changed_its_columns_is_refused_all_the_same(store: FeatureStore, project) -> None:
    _define(store)
    path = project / "data" / "purchases.parquet"
    pd.read_parquet(path).rename(columns={"cds": "discs"}).to_parquet(path, index=False)
    with pytest.raises(SourceDataError, match="lost its column 'cds'"):
        _define(store)
