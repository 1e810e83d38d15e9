"""What speaks for a publish: evidence of this very definition, a base that still stands, a reason for a double."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from jupyter_features.definitions.evidence import CheckRecord, Evidence
from jupyter_features.definitions.feature_view import CompiledView, FeatureView, InputView
from jupyter_features.definitions.probe_signature import FeatureSignature, ProbeSignature
from jupyter_features.definitions.reference import FeatureReference
from jupyter_features.errors import DuplicateError, PublishConflictError, PublishError
from jupyter_features.registry.changes import Publish, Retire
from jupyter_features.registry.questions import GetDetail, GetRevision, GetVersion, ListConsumers, ListEvents, ListNames, ListSignatures
from jupyter_features.registry.registry import Registry

from ...registry.shelf import make_view, passed
from .doors import Door

Publisher = Callable[..., tuple[int, bool]]
GOOD = tuple(CheckRecord(name, True) for name in ("rules", "one row", "determinism", "future", "paths", "zones"))


@pytest.mark.parametrize(
    ("evidence", "sentence"),
    [
        (Evidence(fingerprint="f1", checks=()), "check 'rules' did not run on it"),
        (Evidence(fingerprint="f1", checks=(CheckRecord("lunch", True),), tests=1), "check 'rules' did not run on it"),
        (Evidence(fingerprint="f1", checks=GOOD[:-1], tests=1), "check 'zones' did not run on it"),
        (Evidence(fingerprint="f1", checks=GOOD, tests=2), "it counts 2 feature tests and shows none"),
        (Evidence(fingerprint="f2", checks=GOOD), r"ran on another definition \(f2\)"),
        (Evidence(fingerprint="f1", checks=(*GOOD, CheckRecord("paths", False, "row 7"))), "check 'paths' failed: row 7"),
        (Evidence(fingerprint="f1", checks=GOOD, tests=1, texts=("?",), values=3, mismatches=2), "2 tested values differ"),
    ],
)
def test_evidence_that_does_not_speak_for_the_definition_is_refused(registry: Registry, evidence: Evidence, sentence: str) -> None:
    with pytest.raises(PublishError, match=f"'customer_spend' cannot be published: .*{sentence}"):
        registry.send(Publish(view=make_view(), environment="dev", evidence=evidence))
    assert registry.send(ListEvents()) == ()


@pytest.mark.parametrize(("changes", "sentence"), [({"owner": " "}, "has no owner"), ({"description": ""}, "has no description")])
def test_owner_and_description_are_needed(registry: Registry, changes: dict[str, str], sentence: str) -> None:
    view = make_view(**changes)  # type: ignore[arg-type]

    with pytest.raises(PublishError, match=sentence):
        registry.send(Publish(view=view, environment="dev", evidence=passed(view)))


def test_the_loser_of_two_publishers_gets_both_changes(door: Door, publish: Publisher) -> None:
    ada, bob = door.open("ada"), door.open("ada")
    sqls = {name: f"SELECT customer_id,\n  SUM({name}) AS spend_90d\nFROM invoices GROUP BY customer_id" for name in ("a", "b", "c")}
    publish(ada, make_view(fingerprint="f1", sql=sqls["a"]))
    bob.send(_publish(make_view(fingerprint="f2", sql=sqls["b"]), base=1))
    revision = ada.send(GetRevision())

    with pytest.raises(PublishConflictError) as caught:
        ada.send(_publish(make_view(fingerprint="f3", sql=sqls["c"]), base=1))

    assert "dev serves customer_spend@2 by 'ada', and this was planned when it served customer_spend@1" in caught.value.message
    assert "Theirs, customer_spend@1 -> customer_spend@2:" in caught.value.hint
    assert "-  SUM(a) AS spend_90d\n+  SUM(b) AS spend_90d" in caught.value.hint
    assert "-  SUM(a) AS spend_90d\n+  SUM(c) AS spend_90d" in caught.value.hint
    assert ada.send(GetRevision()) == revision


def test_two_first_publishers_do_not_overwrite_each_other(door: Door) -> None:
    door.open("ada").send(_publish(make_view(fingerprint="f1"), base=None))

    with pytest.raises(PublishConflictError, match="planned when it served nothing"):
        door.open("ada").send(_publish(make_view(fingerprint="f2"), base=None))


def test_a_double_under_another_name_needs_a_reason_which_is_kept(registry: Registry, publish: Publisher) -> None:
    publish(registry, make_view(fingerprint="same"))
    double = make_view("basket", fingerprint="same")

    with pytest.raises(
        DuplicateError, match=r"'basket' is defined exactly as customer_spend@1 of 'growth'.\nUse 'customer_spend', or say why"
    ):
        registry.send(_publish(double))
    with pytest.raises(DuplicateError):
        registry.send(_publish(double, duplicate_reason="  "))
    assert registry.send(ListNames()) == ("customer_spend",)

    registry.send(_publish(double, duplicate_reason="Finance names it so."))
    assert registry.send(GetDetail(name="basket")).duplicate_reason == "Finance names it so."
    assert registry.send(GetDetail(name="customer_spend")).duplicate_reason == ""


def test_the_double_of_a_retired_view_needs_no_reason(registry: Registry, publish: Publisher) -> None:
    publish(registry, make_view(fingerprint="same"))
    registry.send(Retire(name="customer_spend", reason="renamed"))

    assert registry.send(_publish(make_view("basket", fingerprint="same"))).is_new


def on_demand(inputs: tuple[InputView, ...]) -> CompiledView:
    """A view that doubles what another one gives."""
    base = make_view("double")
    definition = FeatureView(
        name="double",
        entity="",
        sql="SELECT spend_90d * 2 AS twice FROM inputs",
        inputs=(FeatureReference(view="customer_spend", feature="spend_90d"),),
        owner="growth",
        description="Twice.",
    )
    feature = msgspec.structs.replace(base.features[0], name="twice")
    normal = 'SELECT "inputs"."spend_90d" * 2 AS "twice" FROM "inputs" AS "inputs"'
    return msgspec.structs.replace(base, definition=definition, sources=(), normal_sql=normal, features=(feature,), inputs=inputs)


def reads(view: CompiledView, version: int | None) -> InputView:
    return InputView(view=view, version=version, keys=(), outputs=(("spend_90d", "spend_90d"),))


def test_an_on_demand_view_is_a_consumer_of_what_it_reads(registry: Registry, publish: Publisher) -> None:
    publish(registry, make_view())

    registry.send(_publish(on_demand((reads(make_view(), 1),))))

    assert [(each.kind, each.name) for each in registry.send(ListConsumers(name="customer_spend"))] == [("view", "double@1")]
    assert registry.send(GetVersion(name="double")).version.view.inputs[0].label == "customer_spend@1"


@pytest.mark.parametrize(
    "read",
    [
        reads(make_view(), None),
        reads(make_view(), 2),
        reads(make_view(), 2**40),
        reads(make_view(), -1),
        reads(make_view(fingerprint="f9"), 1),
    ],
)
def test_an_on_demand_view_of_what_is_not_published_is_refused(registry: Registry, publish: Publisher, read: InputView) -> None:
    publish(registry, make_view())

    with pytest.raises(PublishError, match="no such version is published"):
        registry.send(_publish(on_demand((read,))))


def _nested(depth: int) -> InputView:
    view = reads(make_view(), 1)
    for _ in range(depth):
        view = msgspec.structs.replace(view, view=msgspec.structs.replace(view.view, inputs=(view,)))
    return view


def _deep(text: str) -> str:
    return f'SELECT "invoices"."customer_id" AS "customer_id", {text} AS "spend_90d" FROM "invoices" AS "invoices"'


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"normal_sql": "DROP TABLE events"}, "not a query"),
        ({"normal_sql": "SELECT 1; DELETE FROM events"}, "(cannot be read|not a query)"),
        ({"normal_sql": "'; DROP TABLE events; --"}, "(cannot be read|not a query)"),
        ({"normal_sql": 'SELECT "x"."version_num" AS "spend_90d" FROM "alembic_version" AS "x"'}, "reads 'alembic_version'"),
        ({"normal_sql": _deep("(" * 500 + "1" + ")" * 500)}, "cannot be read"),
        ({"normal_sql": _deep("1" + " + 1" * 5_000)}, "nested too deeply"),
        ({"normal_sql": _deep("NOT " * 160 + "TRUE")}, "(nested too deeply|cannot be read)"),
        ({"normal_sql": _deep("[" * 100_000)}, "cannot be read"),
        ({"normal_sql": _deep("'" + "x" * 300_000 + "'")}, "longer than"),
        ({"normal_sql": 'WITH w AS (SELECT 1 AS "spend_90d") SELECT "w"."spend_90d" AS "spend_90d" FROM w AS "w"'}, "declares no source"),
        ({"fingerprint": ""}, "fingerprint"),
        ({"fingerprint": "f" * 129}, "fingerprint"),
        ({"fingerprint": "<script>"}, "fingerprint"),
        ({"features": ()}, "has no feature"),
        ({"sources": ()}, "source 'invoices' is not declared"),
        ({"inputs": (_nested(20),)}, "nested too deeply"),
    ],
)
def test_a_view_that_no_compiler_of_ours_made_is_refused(registry: Registry, changes: dict[str, Any], sentence: str) -> None:
    view = msgspec.structs.replace(make_view(), **changes)

    with pytest.raises(PublishError, match=sentence):
        registry.send(_publish(view))
    assert registry.send(ListEvents()) == ()


SIGNED = FeatureSignature(
    name="spend_90d", dtype="DOUBLE", family="number", digest="0" * 32, is_constant=False, sketch=b"\2\0\4\0", size=3.0
)
SIGNATURE = ProbeSignature(probe="1:BIGINT", rows=2, sources=("s",), columns=("invoices.quantity",), words=("spend",), features=(SIGNED,))


@pytest.mark.parametrize(
    ("feature", "signature", "sentence"),
    [
        ({"sketch": b"xyz"}, {}, "signature of 'spend_90d' cannot be compared"),
        ({"sketch": b""}, {}, "signature of 'spend_90d' cannot be compared"),
        ({"digest": "0" * 2_000}, {}, "signature of 'spend_90d' cannot be compared"),
        ({"dtype": "VARCHAR"}, {}, "signature of 'spend_90d' cannot be compared"),
        ({"name": "other"}, {}, "signature is of other features"),
        ({}, {"features": (SIGNED, SIGNED)}, "signature is of other features"),
        ({}, {"rows": 3}, "signature of 'spend_90d' cannot be compared"),
        ({"sketch": b""}, {"rows": -1}, "signature has not 0 to 10,000 rows"),
        ({"sketch": b"\0" * 40_000}, {"rows": 20_000}, "signature has not 0 to 10,000 rows"),
        ({}, {"words": ("x" * 20_000,)}, "signature has more than"),
        ({}, {"columns": ("x",) * 100_001}, "signature has more than"),
        ({}, {"probe": "x" * 2_000}, "signature is of no probe"),
    ],
)
def test_a_signature_that_no_probe_of_ours_gives_is_refused(
    registry: Registry, feature: dict[str, Any], signature: dict[str, Any], sentence: str
) -> None:
    features = (msgspec.structs.replace(SIGNED, **feature),)
    forged = msgspec.structs.replace(SIGNATURE, **({"features": features} | signature))

    with pytest.raises(PublishError, match=sentence):
        registry.send(msgspec.structs.replace(_publish(make_view()), signature=forged))
    assert registry.send(ListEvents()) == ()


def test_a_signature_is_kept_with_its_version(registry: Registry) -> None:
    registry.send(msgspec.structs.replace(_publish(make_view()), signature=SIGNATURE))

    assert registry.send(ListSignatures())[0].signature == SIGNATURE


def test_a_lookback_is_kept_as_it_is(registry: Registry, publish: Publisher) -> None:
    publish(registry, make_view())

    assert registry.send(GetVersion(name="customer_spend")).version.view.definition.sources[0].lookback == timedelta(days=90)


def _publish(view: CompiledView, *, base: int | None = None, duplicate_reason: str = "") -> Publish:
    return Publish(view=view, environment="dev", evidence=passed(view), base=base, duplicate_reason=duplicate_reason)
