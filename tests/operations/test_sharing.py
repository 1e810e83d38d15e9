"""The verbs of the shared registry through the facade, on real rows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from jupyter_features.errors import (
    AcknowledgementError,
    DuplicateError,
    FeatureWarning,
    ForbiddenError,
    LifecycleError,
    NotOwnerError,
    PublishConflictError,
)
from jupyter_features.feature_store import FeatureStore, connect_apart

ABOUT = {
    "entity": "customer",
    "sources": {"purchases": "30d"},
    "owner": "growth",
    "description": "What a customer bought in the last 30 days.",
}
SPEND = "SELECT customer_id, COUNT(*) AS orders_30d, SUM(amount) AS spend_30d FROM purchases GROUP BY customer_id"
ASKED = pd.DataFrame({"customer_id": [1], "as_of": pd.to_datetime(["1998-02-15"], utc=True)})
Open = Callable[[], FeatureStore]


@pytest.fixture
def as_person(open_store: Open, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], FeatureStore]:
    """Opens the project as somebody else does."""

    def open_as(name: str) -> FeatureStore:
        monkeypatch.setenv("JUPYTER_FEATURES_AUTHOR", name)
        return open_store()

    return open_as


def redefine(store: FeatureStore, sql: str, name: str = "customer_spend", **options: object) -> None:
    store.define(name, sql=sql, **{**ABOUT, "defaults": {"orders_30d": 0}, **options})  # type: ignore[arg-type]


def test_a_rewrite_with_the_same_values_is_stopped_until_a_reason_is_given_which_is_kept(published: FeatureStore) -> None:
    sql = "SELECT customer_id, SUM(CASE WHEN amount IS NULL THEN 0 ELSE amount END) AS total FROM purchases GROUP BY customer_id"
    published.define("turnover", sql=sql.replace("CASE WHEN amount IS NULL THEN 0 ELSE amount END", "amount * 1"), **ABOUT)

    with pytest.raises(DuplicateError, match=r"customer_spend@1 of growth has the values of total already"):
        published.publish("turnover")
    assert [view.name for view in published.views()] == ["customer_spend"]

    published.publish("turnover", reason="The other team may change theirs.")
    assert published.view_detail("turnover").duplicate_reason == "The other team may change theirs. (beside customer_spend@1)"


def test_a_function_that_gives_the_values_of_a_query_is_found(published: FeatureStore) -> None:
    python = (
        "def spent(purchases, as_of):\n    return {'spent': purchases['amount'].sum() if purchases['amount'].notna().any() else None}\n"
    )
    published.define("spent", python=python, returns={"spent": "DOUBLE"}, **ABOUT)

    (finding,) = [each for each in published.duplicates("spent").findings if each.is_exact]
    assert (finding.reference, finding.kind, finding.exact_features) == ("customer_spend@1", "same values", ("spent",))


def test_another_window_is_no_duplicate(published: FeatureStore) -> None:
    published.define("longer", sql=SPEND, **{**ABOUT, "sources": {"purchases": "60d"}})

    assert not published.plan("longer").duplicates.must_explain


def test_the_very_definition_under_another_name_is_the_same_definition(published: FeatureStore) -> None:
    redefine(published, SPEND, "again")

    (finding,) = published.duplicates("again").exact
    assert finding.kind == "same definition"


def test_an_added_feature_is_minor_and_needs_nobody(published: FeatureStore) -> None:
    published.service("churn", ["customer_spend"], owner="growth")
    redefine(published, SPEND.replace("SUM(amount)", "MAX(amount) AS most, SUM(amount)"))

    plan = published.plan("customer_spend")
    assert plan.difference is not None
    assert (plan.difference.compatibility.level, plan.difference.compatibility.reasons) == ("MINOR", ("most is new",))
    assert published.publish("customer_spend").version == 2


@pytest.mark.parametrize(
    ("sql", "options", "reason"),
    [
        (SPEND.replace("SUM(amount)", "SUM(2 * amount)"), {}, "spend_30d is computed in another way"),
        (SPEND.replace("SUM(amount) AS spend_30d", "MAX(amount) AS most"), {}, "spend_30d is gone"),
        (SPEND.replace("SUM(amount)", "SUM(cds)"), {}, "spend_30d was DOUBLE and is BIGINT"),
        (SPEND, {"defaults": {}}, "orders_30d has the default None, it had 0"),
        (SPEND, {"sources": {"purchases": "31d"}}, "orders_30d is computed in another way"),
    ],
)
def test_what_changes_values_or_types_is_major(published: FeatureStore, sql: str, options: dict[str, object], reason: str) -> None:
    redefine(published, sql, **options)

    difference = published.plan("customer_spend").difference
    assert difference is not None
    assert difference.compatibility.level == "MAJOR"
    assert reason in difference.compatibility.reasons


def test_only_the_feature_that_changed_is_named(published: FeatureStore) -> None:
    redefine(published, SPEND.replace("COUNT(*)", "COUNT(amount)"))

    difference = published.plan("customer_spend").difference
    assert difference is not None
    assert difference.compatibility.reasons == ("orders_30d is computed in another way",)


def test_spelling_and_words_are_a_patch(published: FeatureStore) -> None:
    redefine(published, SPEND.lower(), freshness="1h")

    difference = published.plan("customer_spend").difference
    assert difference is not None
    assert (difference.compatibility.level, difference.compatibility.reasons) == ("PATCH", ())


def test_a_major_change_names_its_consumers_and_the_pinned_go_on(published: FeatureStore) -> None:
    published.service("churn", ["customer_spend:spend_30d"], owner="growth")
    published.model("churn_model", service="churn", owner="crm")
    redefine(published, SPEND.replace("SUM(amount)", "SUM(2 * amount)"))

    with pytest.raises(AcknowledgementError) as refused:
        published.publish("customer_spend", acknowledge=["churn@1"])
    assert refused.value.missing == ("churn_model@1",)

    published.publish("customer_spend", acknowledge=["churn@1", "churn_model@1"])
    (service,) = published.services()
    assert service.features == ("customer_spend@1:spend_30d",)
    # 20 on January 31st and 40 on February 10th, by hand.
    assert published.training_set(ASKED, list(service.features)).to_pandas()["spend_30d"].tolist() == [60.0]
    assert published.training_set(ASKED, ["customer_spend:spend_30d"]).to_pandas()["spend_30d"].tolist() == [120.0]


def test_who_reads_is_learned_and_asked_before_a_breaking_change(published: FeatureStore, as_person: Callable[[str], FeatureStore]) -> None:
    reader = as_person("linus")
    reader.training_set(ASKED, ["customer_spend"])
    reader.close()

    (consumer,) = published.view_detail("customer_spend").consumers
    assert (consumer.name, consumer.kind, consumer.version, consumer.is_pinned) == ("linus", "training set", 1, False)
    redefine(published, SPEND.replace("SUM(amount)", "SUM(2 * amount)"))
    with pytest.raises(AcknowledgementError, match="linus"):
        published.publish("customer_spend")
    (line,) = published.views()
    assert line.reads == 1


def test_one_who_is_no_member_publishes_nothing_until_let_in(published: FeatureStore, as_person: Callable[[str], FeatureStore]) -> None:
    stranger = as_person("eve")
    redefine(stranger, SPEND.replace("SUM(amount)", "SUM(2 * amount)"))

    with pytest.raises(NotOwnerError, match="belongs to 'growth', and 'eve' is not a member"):
        stranger.publish("customer_spend")
    assert published.view_detail("customer_spend").version == 1

    published.team("growth", add=["eve"])
    assert stranger.publish("customer_spend").version == 2
    assert stranger.history("customer_spend")[-1].author == "eve"


def test_the_loser_of_two_publishers_sees_both_changes_and_goes_on_after_another_plan(
    published: FeatureStore, project: Path, tmp_path: Path
) -> None:
    redefine(published, SPEND.replace("SUM(amount)", "SUM(2 * amount)"))
    published.plan("customer_spend")
    with connect_apart(project, drafts=tmp_path / "theirs.db") as colleague:
        redefine(colleague, SPEND.replace("SUM(amount)", "SUM(3 * amount)"))
        colleague.publish("customer_spend")

    for _ in range(2):  # trying again does not make it right
        with pytest.raises(PublishConflictError) as refused:
            published.publish("customer_spend")
        assert "SUM(3 * amount)" in refused.value.hint
        assert "SUM(2 * amount)" in refused.value.hint
    assert len(published.view_detail("customer_spend").versions) == 2

    published.plan("customer_spend")
    assert published.publish("customer_spend").version == 3
    assert published.publish("customer_spend").is_new is False


def test_another_definition_than_the_planned_one_follows_on_what_is_served(published: FeatureStore, project: Path, tmp_path: Path) -> None:
    redefine(published, SPEND.replace("SUM(amount)", "SUM(2 * amount)"))
    published.plan("customer_spend")
    with connect_apart(project, drafts=tmp_path / "theirs.db") as colleague:
        redefine(colleague, SPEND.replace("SUM(amount)", "SUM(3 * amount)"))
        colleague.publish("customer_spend")

    redefine(published, SPEND.replace("SUM(amount)", "SUM(4 * amount)"))
    assert published.publish("customer_spend").version == 3


def test_who_works_on_a_file_joins_no_team_of_others(published: FeatureStore, as_person: Callable[[str], FeatureStore]) -> None:
    owner = published.who_am_i().name
    grace = as_person("grace")

    for refused in (
        lambda: grace.team("growth", add=["grace"]),
        lambda: grace.team("growth", remove=[owner]),
        lambda: grace.retire("customer_spend", reason="mine is better"),
    ):
        with pytest.raises(ForbiddenError):
            refused()
    assert published.team("growth").members == (owner,)
    assert grace.create_token("grace").secret  # who holds the file keeps its accounts


def test_promote_and_rollback_move_pointers_and_each_move_is_logged(published: FeatureStore) -> None:
    published.promote("customer_spend", to="prod")
    redefine(published, SPEND.replace("SUM(amount)", "MAX(amount) AS most, SUM(amount)"))
    published.publish("customer_spend")
    move = published.promote("customer_spend", to="prod")
    assert (move.before, move.after) == (1, 2)

    move = published.rollback("customer_spend", environment="prod")
    assert (move.before, move.after) == (2, 1)
    served = {line.version: line.environments for line in published.view_detail("customer_spend").versions}
    assert served == {2: ("dev",), 1: ("prod",)}
    moves = [event.detail for event in published.history("customer_spend") if event.action == "pointer_moved"]
    assert moves == ["dev: nothing -> 1", "prod: nothing -> 1", "dev: 1 -> 2", "prod: 1 -> 2", "prod: 2 -> 1"]


def test_a_yanked_version_is_served_no_longer_and_an_exact_pin_works_with_a_warning(published: FeatureStore) -> None:
    redefine(published, SPEND.replace("SUM(amount)", "SUM(2 * amount)"))
    published.publish("customer_spend")

    (move,) = published.yank("customer_spend@2", reason="counts twice")
    assert (move.before, move.after) == (2, 1)
    assert published.training_set(ASKED, ["customer_spend:spend_30d"]).to_pandas()["spend_30d"].tolist() == [60.0]
    with pytest.warns(FeatureWarning, match="customer_spend@2 is yanked: counts twice"):
        pinned = published.training_set(ASKED, ["customer_spend@2:spend_30d"])
    assert pinned.to_pandas()["spend_30d"].tolist() == [120.0]
    with pytest.raises(LifecycleError, match="is yanked"):
        published.promote("customer_spend", to="prod", version=2)


def test_a_retired_view_is_served_and_found_no_longer_and_an_exact_pin_works(published: FeatureStore) -> None:
    published.retire("customer_spend", reason="nobody knows what a CD is")

    assert published.views() == ()
    assert [view.name for view in published.views(state="retired")] == ["customer_spend"]
    with pytest.raises(LifecycleError, match="is retired: nobody knows what a CD is"):
        published.training_set(ASKED, ["customer_spend"])
    with pytest.warns(FeatureWarning, match="retired"):
        assert published.training_set(ASKED, ["customer_spend@1"]).to_pandas()["spend_30d"].tolist() == [60.0]


def test_certification_needs_another_person_and_a_test_and_is_bound_to_its_version(
    published: FeatureStore, as_person: Callable[[str], FeatureStore]
) -> None:
    reviewer = as_person("grace")
    with pytest.raises(LifecycleError, match="without a passed feature test"):
        reviewer.certify("customer_spend@1", evidence="I added it up.")
    published.test(
        "customer_spend",
        "given purchases\ncustomer_id | purchased_at | cds | amount\n1 | 1998-01-01 | 1 | 2.0\n\n"
        "expect at 1998-01-02\ncustomer_id | orders_30d\n1 | 1\n",
    )
    redefine(published, SPEND.replace("SUM(amount)", "MAX(amount) AS most, SUM(amount)"))
    published.publish("customer_spend")
    with pytest.raises(LifecycleError, match="cannot certify it"):
        published.certify("customer_spend@2", evidence="My own.")

    assert reviewer.certify("customer_spend@2", evidence="I added it up.").state == "certified"
    assert {line.version: line.state for line in reviewer.view_detail("customer_spend").versions} == {2: "certified", 1: "published"}
    assert [view.state for view in reviewer.views(state="certified")] == ["certified"]


def test_diff_shows_values_before_and_after_of_sampled_entities(published: FeatureStore) -> None:
    redefine(published, SPEND.replace("SUM(amount)", "SUM(2 * amount)"))

    shown = published.diff("customer_spend@1", "customer_spend@draft")
    changed = {change.feature: (change.entities, change.changed) for change in shown.value_changes}
    # Just after the newest purchase, February 10th, customers 1 and 2 have purchases of the last 30 days.
    assert changed == {"orders_30d": (2, 0), "spend_30d": (2, 2)}
    assert shown.value_changes[1].example == "spend_30d of customer_id 1: 60 -> 120"
