"""The plans of steps: what they say before, and that the registry says the same when the step is taken."""

from __future__ import annotations

import pytest

from jupyter_features.errors import AcknowledgementError, InvalidArgumentError, LifecycleError, NotFoundError
from jupyter_features.feature_store import FeatureStore
from tests.conftest import SPEND_SQL


@pytest.fixture
def changed(published: FeatureStore) -> FeatureStore:
    """The store with `customer_spend@1` in `prod`, read by a service, and `@2` in `dev`, which sums otherwise."""
    published.promote("customer_spend", to="prod")
    published.service("churn", ["customer_spend:spend_30d"], owner="growth")
    published.define(
        "customer_spend",
        sql=SPEND_SQL.replace("SUM(amount)", "MAX(amount)"),
        entity="customer",
        sources={"purchases": "30d"},
        owner="growth",
        description="What a customer bought in the last 30 days.",
        defaults={"orders_30d": 0},
        tags=["ltv"],
    )
    published.publish("customer_spend", acknowledge=["churn@1"])
    return published


def test_a_promotion_names_whom_the_registry_wants_to_be_told(changed: FeatureStore) -> None:
    plan = changed.plan_promote("customer_spend", to="prod")

    assert (plan.before, plan.after, plan.level) == (1, 2, "MAJOR")
    assert plan.reasons == ("spend_30d is computed in another way",)
    assert [(each.feature, each.changed) for each in plan.value_changes] == [("orders_30d", 0), ("spend_30d", 1)]
    assert plan.acknowledge == ("churn@1",)
    with pytest.raises(AcknowledgementError) as refused:
        changed.promote("customer_spend", to="prod")
    assert refused.value.missing == plan.acknowledge
    assert changed.promote("customer_spend", to="prod", acknowledge=plan.acknowledge).after == 2
    assert not changed.plan_promote("customer_spend", to="prod").is_change


def test_a_plan_is_a_card_that_says_what_moves_and_changes_nothing(changed: FeatureStore) -> None:
    before = changed.revision()

    lines = changed.plan_promote("customer_spend", to="prod").text().splitlines()

    assert lines[0] == "[ok] Plan to promote customer_spend@2"
    assert "  prod: serves customer_spend@1, would serve customer_spend@2" in lines
    assert "  Compatibility: MAJOR: spend_30d is computed in another way" in lines
    assert "  To be told: churn@1" in lines
    assert changed.revision() == before


def test_going_back_asks_nobody_first(changed: FeatureStore) -> None:
    plan = changed.plan_rollback("customer_spend")

    assert (plan.environment, plan.before, plan.after, plan.level, plan.acknowledge) == ("dev", 2, 1, "MAJOR", ())
    moved = changed.rollback("customer_spend")
    assert (moved.before, moved.after) == (plan.before, plan.after)
    with pytest.raises(LifecycleError, match="has served no other version"):
        changed.plan_rollback("customer_spend", environment="prod")


def test_a_yanked_version_stands_against_serving_it_again(changed: FeatureStore) -> None:
    changed.yank("customer_spend@2", reason="counts refunds")

    assert changed.plan_promote("customer_spend", to="prod", version=2).blockers == ("it is yanked: counts refunds",)
    with pytest.raises(LifecycleError):
        changed.promote("customer_spend", to="prod", version=2)


def test_a_certification_says_what_speaks_for_the_version_and_what_against(changed: FeatureStore) -> None:
    plan = changed.plan_certify("customer_spend@2")

    assert [check.name for check in plan.checks] == list(changed.view_detail("customer_spend").checks)
    assert len(plan.blockers) == 2
    assert plan.blockers[0].endswith("published it; somebody else must review it")
    assert plan.blockers[1] == "it was published without a passed feature test"
    assert "MAX(amount)" in plan.definition
    with pytest.raises(InvalidArgumentError):
        changed.plan_certify("customer_spend")


def test_a_deprecation_names_every_reader_and_an_unknown_view_is_told(changed: FeatureStore) -> None:
    plan = changed.plan_deprecate("customer_spend")

    assert [each.name for each in plan.consumers] == ["churn@1"]
    assert plan.is_change
    changed.deprecate("customer_spend", reason="counts refunds")
    assert not changed.plan_deprecate("customer_spend").is_change
    with pytest.raises(NotFoundError):
        changed.plan_deprecate("nobody")


def test_the_plan_of_a_draft_tells_of_the_change_as_the_others_do(changed: FeatureStore) -> None:
    changed.rollback("customer_spend")

    plan = changed.plan_publish("customer_spend")

    assert (plan.step, plan.environment, plan.before, plan.after) == ("publish", "dev", 1, None)
    assert (plan.level, plan.acknowledge, plan.blockers) == ("MAJOR", ("churn@1",), ())
    assert "  dev: serves customer_spend@1, would serve this draft" in plan.text().splitlines()
