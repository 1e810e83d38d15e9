"""Python feature views: one function, the same rows and the same values on every path."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import jupyter_features as jf
from jupyter_features.definitions.entity import Entity, JoinKey
from jupyter_features.definitions.feature_view import CompiledView, FeatureView
from jupyter_features.definitions.source import Source
from jupyter_features.definitions.source_reference import as_source_references
from jupyter_features.definitions.typed_name import TypedName
from jupyter_features.engines.duckdb.engine import DuckDBEngine
from jupyter_features.errors import DefinitionError, FeatureFunctionError, PublishError
from jupyter_features.feature_store import FeatureStore
from jupyter_features.operations.define import define as define_view
from jupyter_features.operations.evaluate import at_instant, at_rows

FEBRUARY = datetime(1998, 2, 15, tzinfo=UTC)
RHYTHM = '''
import pandas as pd

def rhythm(purchases: pd.DataFrame, profiles: pd.DataFrame, as_of: pd.Timestamp) -> dict:
    """How a customer buys."""
    last = purchases["purchased_at"].max()
    return {
        "orders": len(purchases),
        "days_since": None if purchases.empty else (as_of - last).days,
        "mean_gap": purchases["purchased_at"].diff().dt.days.mean(),
        "last_cds": None if purchases.empty else purchases["cds"].iloc[-1],
        "segment": profiles["segment"].iloc[0] if len(profiles) else "none",
    }
'''


def define(store: FeatureStore, text: str = RHYTHM, **options: object) -> object:
    given = {"entity": "customer", "sources": ["purchases:90d", "profiles"], "owner": "growth", "description": "How a customer buys."}
    return store.define("rhythm", python=text, **(given | options))  # type: ignore[arg-type]


def rows(*pairs: tuple[int | None, str]) -> pd.DataFrame:
    customers, instants = zip(*pairs, strict=True)
    return pd.DataFrame({"customer_id": pd.array(customers, dtype="Int64"), "as_of": pd.to_datetime(instants, utc=True)})


def test_a_function_sees_what_was_visible_at_each_row_and_no_more(store: FeatureStore) -> None:
    define(store)
    # Customer 1 buys on January 1 and 31 and on February 10; its own event at as_of is not visible, its state is.
    asked = rows((1, "1998-01-31"), (1, "1998-02-01"), (1, "1998-04-01"), (2, "1998-01-12"), (9, "1998-04-01"), (None, "1998-04-01"))
    with pytest.warns(jf.FeatureWarning, match="1 of 6 rows"):
        features = store.training_set(asked, ["rhythm@draft"]).features
    assert features.to_pydict() == {
        "orders": [1, 2, 3, 0, None, None],
        "days_since": [30, 1, 50, None, None, None],
        "mean_gap": [None, 30.0, 20.0, None, None, None],
        "last_cds": [1, 2, 3, None, None, None],
        "segment": ["new", "loyal", "loyal", "new", None, None],
    }


def test_training_serving_and_preview_agree(store: FeatureStore) -> None:
    define(store)
    store.publish("rhythm")
    store.materialize("rhythm", as_of=FEBRUARY)
    trained = store.training_set(rows(*((customer, "1998-02-15") for customer in (1, 2, 3))), ["rhythm"]).features.to_pylist()
    served = store.online(["rhythm"], [{"customer_id": customer} for customer in (1, 2, 3)]).to_dicts()
    assert [{name: value for name, value in row.items() if name != "customer_id"} for row in served] == trained
    seen = store.preview("rhythm", as_of=FEBRUARY)
    assert seen["orders"].tolist() == [3, 1]
    assert trained[0]["orders"] == 3


def test_publishing_runs_every_gate_and_keeps_the_text(store: FeatureStore) -> None:
    define(store)
    published = store.publish("rhythm").published
    assert {"rules", "one row", "future", "paths", "determinism", "zones"} <= set(published.checks)
    assert published.view.definition.python == RHYTHM
    detail = store.view_detail("rhythm")
    assert "def rhythm" in detail.body
    orders = published.view.feature("orders")
    assert set(orders.value_lineage) == {"profiles.segment", "purchases.cds", "purchases.purchased_at"}
    assert set(orders.row_lineage) == {"profiles.customer_id", "profiles.valid_from", "purchases.customer_id"}


def test_the_same_code_is_the_same_version_and_other_code_is_another(store: FeatureStore) -> None:
    define(store)
    first = store.publish("rhythm")
    define(store, "# A comment.\n" + RHYTHM.replace("How a customer buys", "Said otherwise"))
    assert store.publish("rhythm").version == first.version
    define(store, RHYTHM.replace('"none"', '"nobody"'))
    assert store.publish("rhythm").version == first.version + 1


@pytest.mark.parametrize(
    ("body", "features"),
    [
        ("{'a': 1, 'b': 2.5, 'c': 'x', 'd': True}", {"a": "BIGINT", "b": "DOUBLE", "c": "VARCHAR", "d": "BOOLEAN"}),
        ("{'a': as_of, 'b': as_of.date()}", {"a": "TIMESTAMP", "b": "DATE"}),
        ("{'a': 1 if len(purchases) > 1 else 0.5}", {"a": "DOUBLE"}),
        ("pd.Series({'a': purchases['cds'].sum(), 'b': purchases['amount'].sum()})", {"a": "DOUBLE", "b": "DOUBLE"}),
        ("{'a': purchases['cds'].sum(), 'b': float('nan') if len(purchases) > 1 else 1}", {"a": "BIGINT", "b": "BIGINT"}),
    ],
)
def test_types_are_inferred_from_what_the_function_gives(store: FeatureStore, body: str, features: dict[str, str]) -> None:
    text = f"import pandas as pd\ndef f(purchases, as_of):\n    return {body}"
    view = define(store, text, sources=["purchases"]).view  # type: ignore[attr-defined]
    assert {feature.name: feature.dtype for feature in view.features} == features


def test_declared_types_hold_where_values_do_not_tell(store: FeatureStore) -> None:
    text = "def f(purchases):\n    return {'a': None, 'b': 3}"
    with pytest.raises(FeatureFunctionError, match=r"Feature 'a' is NULL for every entity.*\n.*# returns: a:TYPE"):
        define(store, text, sources=["purchases"])
    view = define(store, text, sources=["purchases"], returns={"a": "VARCHAR", "b": "DOUBLE"}).view  # type: ignore[attr-defined]
    assert [(feature.name, feature.dtype) for feature in view.features] == [("a", "VARCHAR"), ("b", "DOUBLE")]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("None", "gives nothing for customer_id 1 as of 1998-02-10"),
        ("3", "gives a int for customer_id 1"),
        ("{'a': [1, 2]}", "Feature 'a' is a list for customer_id 1"),
        ("{'a': as_of - as_of}", "Feature 'a' is a Timedelta"),
        ("{'not a name': 1}", "a feature named 'not a name'"),
        ("{'customer_id': 1}", "'customer_id', which is a join key"),
        ("{'a': 'x' if len(purchases) > 1 else 1}", "Feature 'a' is BIGINT and VARCHAR"),
        ("{'a': 1} if len(purchases) > 1 else {'b': 1}", "one answer (lacks|has) '"),
    ],
)
def test_an_answer_that_is_no_feature_is_refused_in_words(store: FeatureStore, body: str, message: str) -> None:
    with pytest.raises(FeatureFunctionError, match=message):
        define(store, f"def f(purchases, as_of):\n    return {body}", sources=["purchases"])
    assert store.drafts() == {}


def test_a_function_that_fails_shows_its_line_and_the_entity(store: FeatureStore) -> None:
    text = "def f(purchases):\n    half = 1\n    return {'a': half / (len(purchases) - 1)}"
    with pytest.raises(FeatureFunctionError) as caught:
        store.define("rhythm", python=text, entity="customer", sources=["purchases:30d"], first_line=2)
    assert "'rhythm' fails for customer_id 2 as of 1998-02-10" in caught.value.message
    assert "ZeroDivisionError" in caught.value.message
    assert caught.value.place is not None
    assert (caught.value.place.line, caught.value.place.source_line.strip()) == (4, "return {'a': half / (len(purchases) - 1)}")


def test_a_value_of_another_type_later_is_refused_not_bent(store: FeatureStore, project: Path) -> None:
    define(store, "def f(purchases):\n    return {'a': 1 if purchases['amount'].max() < 1000 else 1.5}", sources=["purchases"])
    more = pd.read_parquet(project / "data" / "purchases.parquet")
    more.loc[len(more)] = [2, pd.Timestamp("1998-03-01"), 1, 5000.0]
    more.astype({"cds": "int32", "customer_id": "int64"}).to_parquet(project / "data" / "purchases.parquet", index=False)
    with pytest.raises(FeatureFunctionError, match=r"Feature 'a' is BIGINT, and an answer has 1\.5"):
        store.training_set(rows((2, "1998-04-01")), ["rhythm@draft"])


def test_what_a_function_does_to_its_frame_does_not_reach_the_next_call(store: FeatureStore) -> None:
    text = """def f(purchases):
    purchases["amount"] = purchases["amount"] * 2
    purchases.loc[0, "cds"] = 100
    return {"spend": purchases["amount"].sum(), "first": purchases["cds"].iloc[0], "index": int(purchases.index[0])}"""
    define(store, text, sources=["purchases"])
    twice = store.training_set(rows((1, "1998-04-01"), (2, "1998-04-01"), (1, "1998-04-01")), ["rhythm@draft"]).features
    assert twice.to_pydict() == {"spend": [140.0, 11.0, 140.0], "first": [100, 100, 100], "index": [0, 0, 0]}


def test_a_gap_among_integers_does_not_turn_them_into_floats(store: FeatureStore, project: Path) -> None:
    counted = pd.DataFrame(
        {"customer_id": [1, 1, 2], "at": pd.to_datetime(["1998-01-01"] * 3), "n": pd.array([2**60 + 1, None, 7], dtype="Int64")}
    )
    counted.to_parquet(project / "data" / "counted.parquet", index=False)
    store.source("counted", "data/counted.parquet", entity="customer", kind="events", event_timestamp="at")
    define(store, "def f(counted):\n    return {'n': counted['n'].max(), 'kind': str(counted['n'].dtype)}", sources=["counted"])
    found = store.training_set(rows((1, "1998-04-01"), (2, "1998-04-01")), ["rhythm@draft"]).features
    assert found.to_pydict() == {"n": [2**60 + 1, 7], "kind": ["Int64", "Int64"]}


def test_a_feature_test_runs_the_function_on_given_rows(store: FeatureStore) -> None:
    define(store, "def f(purchases):\n    return {'spend': purchases['amount'].sum()}", sources=["purchases:30d"])
    given = "given purchases\ncustomer_id | purchased_at | amount\n1 | 1998-01-01 | 3\n1 | 1998-02-01 | 4"
    text = given + "\n\nexpect at 1998-02-15\ncustomer_id | spend\n1 | 4"
    assert store.test("rhythm", text).is_passed
    assert not store.test("rhythm", text.removesuffix("4") + "5").is_passed


def test_python_and_sql_views_stand_side_by_side_and_defaults_fill_in_both(store: FeatureStore) -> None:
    define(store, "def f(purchases):\n    return {'n': len(purchases)}", sources=["purchases"], defaults={"n": 0})
    sql = "SELECT customer_id, COUNT(*) AS m FROM purchases GROUP BY 1"
    store.define("counted", sql=sql, entity="customer", sources=["purchases"], defaults={"m": 0})
    found = store.training_set(rows((1, "1998-04-01"), (9, "1998-04-01")), ["rhythm@draft", "counted@draft"]).features
    assert found.to_pydict() == {"n": [3, 0], "m": [3, 0]}


def test_a_source_of_another_entity_and_parameters_are_refused(store: FeatureStore) -> None:
    store.entity("shop", shop_id="BIGINT")
    with pytest.raises(DefinitionError) as caught:
        define(store, "def f(purchases):\n    return {'n': 1}", entity="shop", sources=["purchases"])
    assert caught.value.rule == "JF123"
    with pytest.raises(DefinitionError) as caught:
        define(store, "def f(purchases):\n    return {'n': 1}", sources=["purchases"], params=["a DOUBLE = 1"])
    assert caught.value.rule == "JF131"


def test_a_function_that_remembers_its_calls_is_caught_by_the_gates(store: FeatureStore) -> None:
    text = """def f(purchases):
    try:
        f.calls = f.calls + 1
    except AttributeError:
        f.calls = 0
    return {"n": f.calls}"""
    define(store, text, sources=["purchases"])
    assert "determinism" in {result.name for result in store.check("rhythm").results if not result.is_passed}
    with pytest.raises(PublishError, match="check 'determinism' failed"):
        store.publish("rhythm")


def test_a_function_over_data_frames_cannot_be_published(store: FeatureStore) -> None:
    frame = pd.DataFrame({"customer_id": [1], "at": pd.to_datetime(["1998-01-01"]), "x": [1.0]})
    store.source("mine", frame, entity="customer", kind="events", event_timestamp="at")
    define(store, "def f(mine):\n    return {'x': mine['x'].sum()}", sources=["mine"])
    with pytest.raises(PublishError, match="is a DataFrame"):
        store.publish("rhythm")


START = datetime(1998, 1, 1)
LOG = pa.schema([("customer_id", pa.int64()), ("at", pa.timestamp("us")), ("learned", pa.timestamp("us")), ("x", pa.int64())])
instants = st.integers(0, 12).map(lambda step: START + timedelta(hours=step))
history = st.lists(st.tuples(st.integers(1, 2), instants, st.one_of(st.none(), instants), st.integers(0, 3)), max_size=10)
questions = st.lists(st.tuples(st.integers(1, 3), instants), min_size=1, max_size=6)
LAW = """
def law(log, held, as_of):
    return {
        "n": len(log), "total": int(log["x"].sum()), "last": None if log.empty else int(log["x"].iloc[-1]),
        "held": None if held.empty else int(held["x"].iloc[0]), "one": len(held),
    }
"""


@pytest.fixture(scope="module")
def engine() -> Iterator[DuckDBEngine]:
    engine = DuckDBEngine(Path())
    yield engine
    engine.close()


@settings(max_examples=60, deadline=None)
@given(log=history, asked=questions)
def test_every_path_gives_what_a_plain_reading_of_the_rules_gives(engine: DuckDBEngine, log: list[tuple], asked: list[tuple]) -> None:
    view = _law(engine, log)
    expected = [_by_hand(log, customer, at) for customer, at in asked]
    keys = pa.table({"customer_id": pa.array([customer for customer, _ in asked], pa.int64())})
    trained = at_rows(view, engine, keys, pa.array([at for _, at in asked], pa.timestamp("us")))
    assert [row if found else None for row, found in zip(trained.features.to_pylist(), trained.found.to_pylist(), strict=True)] == expected
    for at in {at for _, at in asked}:
        everybody = {row.pop("customer_id"): row for row in at_instant(view, engine, at).to_pylist()}
        some = {row.pop("customer_id"): row for row in at_instant(view, engine, at, keys=[(1,), (3,)]).to_pylist()}
        assert everybody == {customer: answer for customer in (1, 2) if (answer := _by_hand(log, customer, at)) is not None}
        assert some == {customer: row for customer, row in everybody.items() if customer == 1}


def _law(engine: DuckDBEngine, log: list[tuple]) -> CompiledView:
    columns = [pa.array([row[index] for row in log], kind) for index, kind in enumerate(LOG.types)]
    described = engine.table_columns("log", pa.Table.from_arrays(columns, schema=LOG), ())
    common = {"location": "", "format": "dataframe", "entity": "customer", "columns": described, "key": (("customer_id", "customer_id"),)}
    clocks = {"event_timestamp": "at", "arrival": "learned"}
    engine.table_columns("held", pa.Table.from_arrays(columns, schema=LOG), ())
    sources = {kind: Source(name=kind, kind=kinds, **common, **clocks) for kind, kinds in (("log", "events"), ("held", "state"))}  # type: ignore[arg-type]
    types = tuple(TypedName(name, "BIGINT") for name in ("n", "total", "last", "held", "one"))
    references = as_source_references(["log:5h", "held"])
    definition = FeatureView(name="law", entity="customer", python=LAW, sources=references, returns=types)
    return define_view(
        definition, entity=Entity(name="customer", join_keys=(JoinKey("customer_id", "BIGINT"),)), sources=sources, engine=engine
    )


def _by_hand(log: list[tuple], customer: int, as_of: datetime) -> dict[str, int | None] | None:
    own = [row for row in log if row[0] == customer and row[2] is not None]
    events = [row for row in own if as_of - timedelta(hours=5) <= row[1] < as_of and row[2] < as_of]
    states = [row for row in own if row[1] <= as_of and row[2] <= as_of]
    if not events and not states:
        return None
    in_order = sorted(events, key=lambda row: (row[1], row[2], row[3]))
    newest = max(states, key=lambda row: (row[1], row[2], row[3]), default=None)
    return {
        "n": len(events),
        "total": sum(row[3] for row in events),
        "last": in_order[-1][3] if in_order else None,
        "held": newest[3] if newest else None,
        "one": 1 if newest else 0,
    }
