"""A plan says what publishing would be refused for, and publishing is refused for just that."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import jupyter_features as jf
from jupyter_features.errors import AcknowledgementError, DuplicateError, LifecycleError, NotOwnerError
from jupyter_features.feature_store import FeatureStore
from tests.conftest import SPEND_SQL


@pytest.fixture
def as_grace(project: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], FeatureStore]:
    """Opens the project as somebody else."""

    def connect() -> FeatureStore:
        monkeypatch.setenv("JUPYTER_FEATURES_AUTHOR", "grace")
        return jf.connect(start=project)

    return connect


def define(store: FeatureStore, name: str = "customer_spend", **changed: Any) -> None:
    words: dict[str, Any] = {
        "sql": SPEND_SQL, "entity": "customer", "sources": {"purchases": "30d"}, "owner": "growth",
        "description": "What a customer bought in the last 30 days.", "defaults": {"orders_30d": 0}, "tags": ["ltv"],
    }  # fmt: skip
    store.define(name, **(words | changed))


def test_a_retired_view_stands_against_publishing_it_again(published: FeatureStore) -> None:
    published.retire("customer_spend", reason="over")
    define(published, sql=SPEND_SQL.replace("SUM", "MAX"))

    assert published.plan("customer_spend").blockers == ("'customer_spend' is retired",)
    assert published.plan_publish("customer_spend").blockers == ("'customer_spend' is retired",)
    with pytest.raises(LifecycleError, match="is retired"):
        published.publish("customer_spend")


def test_a_yanked_definition_stands_against_publishing_it_again(published: FeatureStore) -> None:
    published.yank("customer_spend@1", reason="counts refunds")

    assert published.plan("customer_spend").blockers == ("customer_spend@1 is yanked: counts refunds",)
    assert published.plan("customer_spend").text().splitlines()[0] == "[x] Plan for customer_spend (new)"
    with pytest.raises(LifecycleError, match="is yanked"):
        published.publish("customer_spend")


def test_a_source_of_another_team_stands_against_changing_it(published: FeatureStore, as_grace: Callable[[], FeatureStore]) -> None:
    grace = as_grace()
    grace.source("purchases", "data/purchases.parquet", entity="customer", kind="events", event_timestamp="purchased_at", inclusive=True)
    define(grace, "mine", owner="crm")

    (blocker,) = grace.plan("mine").blockers

    assert blocker == "Source 'purchases' belongs to 'growth', and 'grace' is not a member"
    with pytest.raises(NotOwnerError, match="Source 'purchases' belongs to 'growth'"):
        grace.publish("mine", reason="mine")


def test_a_view_of_another_team_is_told_once(published: FeatureStore, as_grace: Callable[[], FeatureStore]) -> None:
    assert as_grace().plan("customer_spend").blockers == ("it belongs to 'growth', and 'grace' is not a member",)


def test_an_exact_duplicate_needs_a_reason_and_is_listed(published: FeatureStore) -> None:
    define(published, "again")

    plan = published.plan_publish("again")

    assert (plan.needs_reason, plan.blockers, plan.cost) == (True, (), "2 entities, seconds")
    first = plan.duplicates[0]
    assert (first.reference, first.owner, first.state, first.kind) == ("customer_spend@1", "growth", "published", "same definition")
    assert "--reason" in plan.refusal(reason=" ", acknowledge=())
    assert plan.refusal(reason="for the audit", acknowledge=()) == ""
    with pytest.raises(DuplicateError):
        published.publish("again")
    published.publish("again", reason="for the audit")
    assert not published.plan_publish("again").needs_reason


def test_the_definition_of_an_older_version_needs_a_reason_as_well(store: FeatureStore) -> None:
    total = "SELECT customer_id, SUM(amount) AS spend FROM purchases GROUP BY customer_id"
    for sql in (total, total.replace("SUM", "MAX")):
        define(store, "spend", sql=sql, defaults={})
        store.publish("spend")
    define(store, "again", sql=total, defaults={})

    plan = store.plan("again")

    assert plan.needs_reason == "'again' is defined exactly as spend@1 of 'growth'."
    assert plan.text().splitlines()[-1] == "Next: %feature publish again --reason '...'"


def test_a_breaking_change_names_whom_to_tell(published: FeatureStore) -> None:
    published.service("churn", ["customer_spend:spend_30d"], owner="growth")
    define(published, sql=SPEND_SQL.replace("SUM", "MAX"))

    plan = published.plan("customer_spend")

    assert (plan.acknowledge, plan.blockers) == (("churn@1",), ())
    assert plan.text().splitlines()[-1] == "Next: %feature publish customer_spend --ack 'churn@1'"
    assert published.plan_publish("customer_spend").refusal(reason="", acknowledge=()) == (
        "It breaks what churn@1 reads; tell their owners, then say so: --ack 'churn@1'."
    )
    with pytest.raises(AcknowledgementError):
        published.publish("customer_spend")


def test_words_that_would_change_are_told(published: FeatureStore) -> None:
    define(published, owner="crm", tags=["ltv", "beta"])
    assert "no team named 'crm'" in published.plan("customer_spend").blockers[0]

    published.team("crm")
    plan, move = published.plan("customer_spend"), published.plan_publish("customer_spend")

    assert plan.text().splitlines()[0] == "[ok] Plan for customer_spend (unchanged, edited)"
    assert "  Edits: the owner would change from 'growth' to 'crm'" in plan.text().splitlines()
    assert move.is_change
    assert move.note == "the owner would change from 'growth' to 'crm'; the tags would change from 'ltv' to 'ltv, beta'"


def test_a_plan_leaves_no_trace(published: FeatureStore) -> None:
    define(published, sql=SPEND_SQL.replace("SUM", "MAX"))
    before = (published.revision(), published.history(), published.view_detail("customer_spend"))

    published.plan("customer_spend")

    assert (published.revision(), published.history(), published.view_detail("customer_spend")) == before
