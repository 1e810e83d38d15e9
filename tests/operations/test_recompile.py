"""A registry service takes a view only if all that was sent follows from its text."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest

from jupyter_features.definitions.evidence import CheckRecord, Evidence, gates_of
from jupyter_features.definitions.feature_view import CompiledView, Feature
from jupyter_features.definitions.subject import ROLES, Subject
from jupyter_features.errors import ForbiddenError, PublishError
from jupyter_features.feature_store import FeatureStore
from jupyter_features.operations.recompile import check_compiled
from jupyter_features.registry.changes import Publish
from jupyter_features.registry.http_registry import HttpRegistry
from jupyter_features.registry.questions import GetRevision
from jupyter_features.registry.sql_registry import SqlRegistry
from jupyter_features.registry.sqlite import SqliteDatabase
from jupyter_features.serving.app import make_app
from jupyter_features.serving.settings import Limits

from ..contract.registry.doors import NamedInBearer
from ..loopback import Loopback

ABOUT = {"owner": "growth", "description": "Purchases."}
MEAN = "def mean(purchases, as_of):\n    return {'mean': float(purchases['amount'].mean())}\n"
SHARE = "import numpy as np\n\ndef share(inputs):\n    return {'share': inputs['amount'] / inputs['spend_30d']}\n"
PROFILE = """SELECT p.customer_id, MAX(p.segment) AS segment, COUNT(*) AS n, CAST(SUM(b.amount) AS DECIMAL(12, 2)) AS spend
FROM profiles p JOIN purchases b ON b.customer_id = p.customer_id
WHERE b.amount > :least GROUP BY p.customer_id"""


@pytest.fixture(params=["sql", "two sources", "python", "typed python", "expressions", "function"])
def view(request: pytest.FixtureRequest, spend: FeatureStore) -> CompiledView:
    """One view of each form, as the service gets it."""
    spend.publish("customer_spend")
    over_inputs: dict[str, Any] = {"inputs": ["customer_spend:spend_30d"], "request": {"amount": "DOUBLE"}} | ABOUT
    over_rows: dict[str, Any] = {"entity": "customer", "sources": ["purchases:30d"]} | ABOUT
    both: dict[str, Any] = over_rows | {
        "sources": ["profiles", "purchases:30d"],
        "defaults": {"n": 0, "spend": "0.10"},
        "params": ["least DOUBLE = 0.5"],
    }
    forms: dict[str, Callable[[], Any]] = {
        "sql": lambda: spend.define("v", sql="SELECT customer_id, SUM(amount) AS s FROM purchases GROUP BY 1", freshness="1h", **over_rows),
        "two sources": lambda: spend.define("v", sql=PROFILE, **both),
        "python": lambda: spend.define("v", python=MEAN, **over_rows),
        "typed python": lambda: spend.define("v", python=MEAN, returns={"mean": "FLOAT"}, **over_rows),
        "expressions": lambda: spend.define("v", sql="SELECT amount / spend_30d AS share", **over_inputs),
        "function": lambda: spend.define("v", python=SHARE, **over_inputs),
    }
    forms[request.param]()
    return msgspec.json.decode(msgspec.json.encode(_draft(spend, "v")), type=CompiledView)


def test_what_the_compiler_made_is_taken(view: CompiledView) -> None:
    check_compiled(view)


def test_no_part_can_be_another(view: CompiledView) -> None:
    """Every part but the definition itself follows from it."""
    others: dict[str, Any] = {
        "fingerprint": "f" * 32,
        "features": tuple(msgspec.structs.replace(feature, value_lineage=("purchases.cds",)) for feature in view.features),
        "sources": (*view.sources, msgspec.structs.replace(view.sources[0], name="more")),
    }
    if view.normal_sql:
        others["normal_sql"] = view.normal_sql.replace("SELECT ", "SELECT 1 AS one, ", 1)
    for part, other in others.items():
        with pytest.raises(PublishError, match="something else follows from its text than the "):
            check_compiled(msgspec.structs.replace(view, **{part: other}))


def test_the_query_that_would_run_is_that_of_the_text_that_people_read(spend: FeatureStore) -> None:
    view = _draft(spend)
    # Reads well in a review, and doubles every amount when it runs.
    forged = msgspec.structs.replace(view, normal_sql=view.normal_sql.replace('"purchases"."amount"', '"purchases"."amount" * 2'))
    assert forged != view

    with pytest.raises(PublishError, match="something else follows from its text than the query that was sent"):
        check_compiled(forged)


@pytest.mark.parametrize("call", ["getenv('HOME')", "(SELECT MAX(purchases.content) FROM read_text('/etc/hostname'))", "random()", "now()"])
def test_a_text_that_breaks_a_rule_is_refused_whatever_its_author_s_compiler_said(spend: FeatureStore, call: str) -> None:
    view = _draft(spend)
    body = f"SELECT customer_id, COUNT(*) AS orders_30d, {call} AS spend_30d FROM purchases GROUP BY 1"
    sql = f'SELECT "p"."customer_id" AS "customer_id", 1 AS "orders_30d", {call} AS "spend_30d" FROM "purchases" AS "p"'
    definition = msgspec.structs.replace(view.definition, sql=body)

    with pytest.raises(PublishError, match=r"'customer_spend' cannot be published: (JF1|it reads '', which is no source)"):
        check_compiled(msgspec.structs.replace(view, definition=definition, normal_sql=sql))


@pytest.mark.parametrize(
    "text",
    [
        "import os\n\ndef mean(purchases, as_of):\n    return {'mean': 1.0}\n",
        "def mean(purchases, as_of):\n    return {'mean': float(open('/etc/hostname').read())}\n",
    ],
)
def test_a_function_that_breaks_a_rule_is_refused_without_being_called(spend: FeatureStore, text: str) -> None:
    spend.define("mean", python=MEAN, entity="customer", sources=["purchases:30d"], **ABOUT)
    view = _draft(spend, "mean")

    with pytest.raises(PublishError, match="cannot be published: JF14"):
        check_compiled(msgspec.structs.replace(view, definition=msgspec.structs.replace(view.definition, python=text)))


def test_the_types_of_a_function_are_those_that_it_declares(spend: FeatureStore) -> None:
    spend.define("mean", python=MEAN, returns={"mean": "FLOAT"}, entity="customer", sources=["purchases:30d"], **ABOUT)
    view = _draft(spend, "mean")
    wider = tuple(msgspec.structs.replace(feature, dtype="DOUBLE") for feature in view.features)

    with pytest.raises(PublishError, match="'mean' is declared as FLOAT, and not given as that"):
        check_compiled(msgspec.structs.replace(view, features=wider))
    with pytest.raises(PublishError, match="cannot have the type 'BLOB'"):
        check_compiled(msgspec.structs.replace(view, features=(Feature(name="mean", dtype="BLOB"),)))


def test_a_text_of_any_length_and_depth_is_answered(spend: FeatureStore) -> None:
    view = _draft(spend)
    for body in ("(" * 50_000 + "1", "a + " * 20_000 + "1", "1" + " " * 200_000):
        definition = msgspec.structs.replace(view.definition, sql=f"SELECT customer_id, {body} AS spend_30d FROM purchases GROUP BY 1")
        with pytest.raises(PublishError):
            check_compiled(msgspec.structs.replace(view, definition=definition))


def test_the_service_checks_before_it_stores(spend: FeatureStore, tmp_path: Path, loopback: Loopback) -> None:
    database = SqliteDatabase(tmp_path / "shared.db")
    registry = SqlRegistry(database, subject=Subject(name="root", roles=ROLES))
    loopback.app = make_app(registry, [NamedInBearer()], Limits())
    view = _draft(spend)
    forged = msgspec.structs.replace(view, fingerprint="f" * 32)
    with closing(registry), closing(HttpRegistry(loopback.url, token="ana:author")) as ana:
        with pytest.raises(PublishError, match="something else follows from its text than the fingerprint that was sent"):
            ana.send(_publish(forged))
        with closing(HttpRegistry(loopback.url, token="eve:viewer")) as eve, pytest.raises(ForbiddenError):
            eve.send(_publish(forged))
        assert ana.send(GetRevision()) == 0
        assert ana.send(_publish(view)).version.view == view


def test_an_input_is_the_version_that_it_claims_to_be(published: FeatureStore) -> None:
    over: dict[str, Any] = {"inputs": ["customer_spend:spend_30d"], "request": {"amount": "DOUBLE"}} | ABOUT
    published.define("share", sql="SELECT amount / spend_30d AS share", **over)
    view = _draft(published, "share")
    (read,) = view.inputs
    doubled = msgspec.structs.replace(
        read.view, normal_sql=read.view.normal_sql.replace('"purchases"."amount"', '"purchases"."amount" * 2')
    )
    forged = msgspec.structs.replace(view, inputs=(msgspec.structs.replace(read, view=doubled),))
    assert doubled != read.view

    with pytest.raises(PublishError, match="it reads customer_spend@1, and no such version is published"):
        published._registry.send(_publish(forged))


def _draft(store: FeatureStore, name: str = "customer_spend") -> CompiledView:
    return store._catalog.draft(name)


def _publish(view: CompiledView) -> Publish:
    checks = tuple(CheckRecord(name, True) for name in gates_of(view.definition))
    return Publish(view=view, environment="dev", evidence=Evidence(fingerprint=view.fingerprint, checks=checks))
