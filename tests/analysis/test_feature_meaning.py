"""The part of a query that gives one feature: the cost of finding it does not grow with the features beside it."""

from __future__ import annotations

import msgspec
import pytest
from sqlglot import exp

from jupyter_features.analysis import feature_meaning
from jupyter_features.analysis.compatibility import compatibility
from jupyter_features.analysis.feature_meaning import feature_meanings
from jupyter_features.analysis.view_check import view_fault
from jupyter_features.definitions.feature_view import CompiledView

from ..registry.shelf import make_view, normal_sql

MANY = tuple(f"f{number}" for number in range(200))


def nested(union: str = "") -> CompiledView:
    """Many sums in a derived table, each given on by the query around it."""
    inner = normal_sql("customer_id", MANY)
    outputs = ", ".join(f'"w"."{name}" AS "{name}"' for name in MANY)
    outer = f'SELECT "w"."customer_id" AS "customer_id", {outputs} FROM ({inner}{union and f" {union} {inner}"}) AS "w"'
    return msgspec.structs.replace(make_view(features=MANY), normal_sql=outer)


@pytest.mark.parametrize("view", [make_view(features=MANY), nested(), nested("UNION ALL")], ids=["flat", "nested", "union"])
def test_the_query_is_read_once_and_the_other_features_are_not_copied(view: CompiledView, monkeypatch: pytest.MonkeyPatch):
    read, copied = [], []
    parse_one, pushdown = feature_meaning.parse_one, feature_meaning.pushdown_projections
    monkeypatch.setattr(feature_meaning, "parse_one", lambda *words, **options: read.append(1) or parse_one(*words, **options))

    def count(query: exp.Query) -> exp.Query:
        copied.append(len(list(query.walk())))
        return pushdown(query)

    monkeypatch.setattr(feature_meaning, "pushdown_projections", count)

    feature_meaning._meanings.cache_clear()
    assert len(set(feature_meanings(view).values())) == 200
    assert feature_meanings(msgspec.structs.replace(view)) == feature_meanings(view)

    assert len(read) == 1
    assert len(copied) == 200
    assert max(copied) < 150


def test_a_view_of_many_features_is_checked_and_compared():
    before, after = make_view(features=MANY), make_view(features=(*MANY[1:], "f200"))

    assert view_fault(after) == ""
    assert compatibility(before, after).reasons == ("f0 is gone", "f200 is new")


def test_defaults_that_python_holds_for_equal_are_told_apart():
    view = make_view()
    found = []
    for default in (1, True, 1.0, 2):
        feature = msgspec.structs.replace(view.features[0], default=default)
        found.append(feature_meanings(msgspec.structs.replace(view, features=(feature,)))["spend_90d"])

    assert len(set(found)) == 4
