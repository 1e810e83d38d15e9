"""The feature cells of a notebook file, compared and published while the rest of it stays text."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jupyter_features.errors import (
    ForbiddenError,
    InvalidArgumentError,
    JupyterFeaturesError,
    NotAuthenticatedError,
    NotFoundError,
    RegistryError,
)
from jupyter_features.feature_store import FeatureStore, connect
from jupyter_features.feature_store.cells.compare_cells import notebook_states
from jupyter_features.feature_store.cells.notebook_cells import read_feature_cells
from jupyter_features.feature_store.cells.publish_cells import CellPublication, plan_cell, publish_cell, publish_notebook
from jupyter_features.registry.sql_registry import SqlRegistry

ENTITY = "%load_ext jupyter_features\n%feature entity customer --key customer_id:BIGINT"
SOURCE = "%feature source purchases data/purchases.parquet --entity customer --kind events \\\n    --event-time purchased_at"
SPEND = """%%feature spend --entity customer --source purchases:30d --owner growth
-- description: What a customer spent in the last 30 days.
SELECT customer_id, SUM(amount) AS spend_30d FROM purchases GROUP BY customer_id
"""
TEST = """%%feature_test spend
given purchases
customer_id | purchased_at | amount
1           | 1998-01-01   | 10.0
1           | 1998-01-02   | 5.0

expect at 1998-01-10
customer_id | spend_30d
1           | 15.0
"""
RHYTHM = """%%feature rhythm --entity customer --source purchases:90d --owner growth
# description: How a customer buys.
def rhythm(purchases, as_of):
    return {"orders": len(purchases)}
"""
SHARE = """%%feature share --inputs spend:spend_30d --request amount:DOUBLE --owner growth
-- description: Of the spend.
SELECT amount / spend_30d AS share
"""


def make_notebook(*sources: str, **metadata: dict[str, Any]) -> dict[str, Any]:
    """Make a notebook of code cells, of which `cell_2={...}` has metadata."""
    cells = [{"cell_type": "code", "source": text, "metadata": metadata.get(f"cell_{index}", {})} for index, text in enumerate(sources)]
    return {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


@pytest.fixture
def states(project: Path) -> Callable[[dict[str, Any]], list[tuple[str, str, int | None]]]:
    """Compares a notebook of the project; gives name, state and version of each cell."""
    return lambda content: [(each.name, each.state, each.version) for each in notebook_states(content, folder=project).cells]


@pytest.fixture
def publish(project: Path) -> Callable[..., list[CellPublication]]:
    return lambda content, **options: list(publish_notebook(content, folder=project, **options).cells)


def test_lines_are_found_where_ipython_would_run_them_and_nowhere_else() -> None:
    text = 'for _ in range(2):\n    %feature entity product --key product_id:BIGINT\ntext = """\n%feature entity not_me --key a:BIGINT\n"""'
    content = make_notebook(
        ENTITY, SOURCE, text, "%feature publish spend", "%feature entity --help", "this is no Python\n%feature entity b"
    )
    content["cells"].append({"cell_type": "markdown", "source": "%feature entity nor_me --key a:BIGINT"})
    content["cells"].append({"cell_type": "code", "source": ["%%feature ", "spend\n", "SELECT 1"]})

    found = read_feature_cells(content)

    assert [(cell.index, cell.verb, cell.name) for cell in found] == [
        (0, "entity", "customer"),
        (1, "source", "purchases"),
        (2, "entity", "product"),
        (7, "define", "spend"),
    ]
    assert found[1].words[-2:] == ("--event-time", "purchased_at")
    assert found[3].body.text.strip() == "SELECT 1"


def test_what_is_no_notebook_is_refused(project: Path) -> None:
    with pytest.raises(InvalidArgumentError, match="no list of cells"):
        notebook_states({"rows": []}, folder=project)


def test_a_cell_goes_from_new_through_unchanged_to_changed(states: Any, publish: Any) -> None:
    content = make_notebook(ENTITY, SOURCE, SPEND)
    assert states(content) == [("spend", "new", None)]

    publish(content)
    assert states(content) == [("spend", "unchanged", 1)]
    assert states(make_notebook(ENTITY, SOURCE, SPEND.replace("SUM(amount)", "sum( amount )"))) == [("spend", "unchanged", 1)]
    assert states(make_notebook(ENTITY, SOURCE, SPEND.replace("SUM(amount)", "MAX(amount)"))) == [("spend", "changed", None)]
    assert states(make_notebook(ENTITY, SOURCE, SPEND.replace("What a", "All a"))) == [("spend", "changed", 1)]


def test_a_feature_test_that_is_written_later_is_published_with_its_view(project: Path, states: Any, publish: Any) -> None:
    bare, tested = make_notebook(ENTITY, SOURCE, SPEND), make_notebook(ENTITY, SOURCE, SPEND, TEST)
    publish(bare)
    assert states(bare) == [("spend", "unchanged", 1)]

    assert states(tested) == [("spend", "changed", 1)]
    plan = plan_cell(tested, "spend", folder=project)
    assert (plan.is_change, plan.note) == (True, "the feature tests would change")
    assert [(each.outcome, each.reference) for each in publish(tested)] == [("published", "spend@1")]

    assert states(tested) == states(bare) == [("spend", "unchanged", 1)]
    with connect(start=project) as store:
        detail = store.view_detail("spend")
        assert (len(detail.versions), detail.tests) == (1, 1)
        assert [event.action for event in store.history("spend")].count("version_tested") == 1


def test_an_older_version_of_the_served_one_is_changed_and_says_which_it_is(project: Path, states: Any, publish: Any) -> None:
    old, new = (make_notebook(ENTITY, SOURCE, text) for text in (SPEND, SPEND.replace("SUM(amount)", "MAX(amount)")))
    publish(old)
    publish(new)

    (cell,) = notebook_states(old, folder=project).cells

    assert (cell.state, cell.version, cell.message) == ("changed", 1, "dev serves spend@2. This is spend@1.")


def test_a_version_that_was_taken_back_is_gone(project: Path, publish: Any) -> None:
    content = make_notebook(ENTITY, SOURCE, SPEND)
    publish(content)
    with connect(start=project) as store:
        store.yank("spend@1", reason="counts refunds")

    (cell,) = notebook_states(content, folder=project).cells

    assert (cell.state, cell.version, cell.message) == ("version gone", 1, "spend@1 is yanked: counts refunds.")


def test_a_version_that_only_the_metadata_of_the_cell_knows_is_gone(project: Path, publish: Any) -> None:
    content = make_notebook(ENTITY, SOURCE, SPEND, cell_2={"jupyter_features": {"published": "spend@7"}})

    (cell,) = notebook_states(content, folder=project).cells

    assert (cell.state, cell.message) == ("version gone", "The cell was published as spend@7, which is not in this registry.")
    # It is no obstacle: the definition is here, and becomes a version of this registry.
    assert [(each.outcome, each.reference) for each in publish(content)] == [("published", "spend@1")]
    assert notebook_states(content, folder=project).cells[0].state == "unchanged"


def test_a_cell_that_cannot_be_defined_is_broken_with_its_rule_and_line(project: Path) -> None:
    broken = SPEND.replace("SUM(amount)", "SUM(amuont)")
    without_name = "%%feature\nSELECT 1"

    first, second = notebook_states(make_notebook(ENTITY, SOURCE, broken, without_name), folder=project).cells

    assert (first.name, first.state) == ("spend", "broken")
    assert first.message.startswith("Line 3: ")
    assert first.rules[0].startswith("JF1")
    assert (second.name, second.state, second.rules) == ("", "broken", ())


def test_a_quote_that_is_not_closed_breaks_its_cell_and_no_other(project: Path) -> None:
    content = make_notebook(ENTITY, SOURCE, "%%feature odd --owner 'growth\nSELECT 1", "%feature publish 'x", SPEND)

    broken, sound = notebook_states(content, folder=project).cells
    done = publish_notebook(content, folder=project)

    assert (broken.index, broken.name, broken.state, sound.state) == (2, "odd", "broken", "new")
    assert broken.message == "Line 1: A quote on the line is not closed. Close it, or leave it out."
    assert [(each.index, each.outcome) for each in done.cells] == [(2, "refused"), (4, "published")]
    assert any(line.startswith("  Cell 3, odd: Line 1: A quote on the line is not closed.") for line in done.text().splitlines())


def test_a_declaration_with_an_open_quote_is_told_by_what_needs_it(project: Path) -> None:
    content = make_notebook(ENTITY, SOURCE.replace("--event-time purchased_at", "--description 'x"), SPEND)

    (cell,) = notebook_states(content, folder=project).cells

    assert (cell.name, cell.state) == ("spend", "broken")
    assert cell.message.startswith("A quote is not closed: %feature source purchases")


def test_a_cell_says_its_owner_and_which_later_cell_replaces_it(project: Path) -> None:
    other = SPEND.replace("SUM(amount)", "MAX(amount)").replace("--owner growth", "--owner crm")

    first, second = notebook_states(make_notebook(ENTITY, SOURCE, SPEND, other), folder=project).cells

    assert (first.owner, first.replaced_by) == ("growth", 3)
    assert (second.owner, second.replaced_by) == ("crm", None)


def test_a_cell_is_planned_and_published_by_its_index(project: Path) -> None:
    content = make_notebook(ENTITY, SOURCE, SPEND, SPEND.replace("SUM(amount)", "MAX(amount)"))
    publish_cell(content, "spend", cell=2, folder=project)

    assert not plan_cell(content, "spend", cell=2, folder=project).is_change
    assert plan_cell(content, "spend", cell=3, folder=project).level == "MAJOR"
    assert plan_cell(content, "spend", folder=project).level == "MAJOR"
    assert publish_cell(content, "spend", cell=3, folder=project) == CellPublication(3, "spend", "published", "spend@2")
    with pytest.raises(NotFoundError):
        plan_cell(content, "spend", cell=1, folder=project)


def test_a_test_of_what_the_notebook_does_not_define_is_told(project: Path) -> None:
    done = publish_notebook(make_notebook(ENTITY, SOURCE, SPEND, TEST.replace("spend\n", "ghost\n", 1)), folder=project, dry_run=True)

    assert done.exit_code == 3
    assert done.ignored == ("Cell 4 tests 'ghost', which this notebook does not define: the test was not run.",)
    assert "  Cell 4 tests 'ghost', which this notebook does not define: the test was not r…" in done.text().splitlines()


@pytest.mark.parametrize("error", [RegistryError("down"), NotAuthenticatedError("who?"), ForbiddenError("no")])
def test_no_cell_is_broken_where_the_registry_does_not_answer(
    project: Path, monkeypatch: pytest.MonkeyPatch, error: JupyterFeaturesError
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(SqlRegistry, "send", fail)

    with pytest.raises(type(error)):
        notebook_states(make_notebook(ENTITY, SOURCE, SPEND), folder=project)


def test_a_definition_is_told_why_its_source_cannot_be_read(project: Path) -> None:
    content = make_notebook(ENTITY, SOURCE.replace("data/purchases.parquet", "data/gone.parquet"), SPEND)

    (cell,) = notebook_states(content, folder=project).cells

    assert cell.state == "broken"
    assert "gone.parquet" in cell.message


def test_nothing_else_of_the_notebook_is_run_and_drafts_stay_as_they_are(project: Path, tmp_path: Path, store: FeatureStore) -> None:
    marker = tmp_path / "ran"
    hostile = [
        f"open({str(marker)!r}, 'w').close()",
        "raise RuntimeError('this cell fails')",
        f"!touch {marker}",
        f"%%bash\ntouch {marker}",
        f"%feature entity customer --key customer_id:BIGINT\nopen({str(marker)!r}, 'w').close()",
    ]
    content = make_notebook(*hostile, ENTITY, SOURCE, SPEND, TEST)
    before = store.drafts()

    assert [each.state for each in notebook_states(content, folder=project).cells] == ["new"]
    done = publish_notebook(content, folder=project)

    assert [(each.outcome, each.reference) for each in done.cells] == [("published", "spend@1")]
    assert not marker.exists()
    assert store.drafts() == before
    assert store.view_detail("spend").tests == 1


def test_comparing_calls_no_function_and_knows_it_by_its_text(project: Path, states: Any, publish: Any) -> None:
    ending = RHYTHM.replace("    return", "    1 / 0\n    return")
    assert states(make_notebook(ENTITY, SOURCE, ending)) == [("rhythm", "new", None)]
    assert [each.outcome for each in publish(make_notebook(ENTITY, SOURCE, ending))] == ["refused"]

    content = make_notebook(ENTITY, SOURCE, RHYTHM)
    publish(content)
    assert states(content) == [("rhythm", "unchanged", 1)]
    assert states(make_notebook(ENTITY, SOURCE, RHYTHM.replace("    return", "    # counted\n    return"))) == [("rhythm", "unchanged", 1)]
    assert states(make_notebook(ENTITY, SOURCE, ending)) == [("rhythm", "changed", None)]
    assert states(make_notebook(ENTITY, SOURCE, RHYTHM.replace("90d", "30d"))) == [("rhythm", "changed", None)]
    assert states(make_notebook(ENTITY, SOURCE, RHYTHM.replace("len(purchases)", "secret"))) == [("rhythm", "broken", None)]


def test_a_dry_run_exits_3_until_everything_is_published(project: Path) -> None:
    content = make_notebook(ENTITY, SOURCE, SPEND, SHARE)

    planned = publish_notebook(content, folder=project, dry_run=True)
    assert planned.exit_code == 3
    assert [(each.name, each.outcome) for each in planned.cells] == [("spend", "would publish"), ("share", "would publish")]
    assert planned.text().splitlines()[0] == "[!] Feature cells (dry run, dev)"

    done = publish_notebook(content, folder=project)
    assert done.exit_code == 0
    assert [each.reference for each in done.cells] == ["spend@1", "share@1"]
    assert publish_notebook(content, folder=project, dry_run=True).exit_code == 0


def test_a_refused_cell_exits_1_and_stops_no_other(project: Path) -> None:
    nameless = SPEND.replace("spend", "orphan").replace(" --owner growth", "")
    content = make_notebook(ENTITY, SOURCE, nameless, SPEND)

    for dry_run in (True, False):
        done = publish_notebook(content, folder=project, dry_run=dry_run)
        assert done.exit_code == 1
        assert "no owner" in done.cells[0].message
        assert [each.outcome for each in done.cells] == ["refused", "would publish" if dry_run else "published"]


def test_a_dry_run_refuses_what_needs_a_reason_and_names_it(project: Path) -> None:
    publish_notebook(make_notebook(ENTITY, SOURCE, SPEND), folder=project)
    content = make_notebook(ENTITY, SOURCE, SPEND, SPEND.replace("%%feature spend", "%%feature again"))

    planned = publish_notebook(content, folder=project, dry_run=True)

    assert (planned.exit_code, [each.outcome for each in planned.cells]) == (1, ["unchanged", "refused"])
    assert planned.cells[1].message.startswith("It exists already as spend@1 (same fingerprint ")
    assert "--reason '...'" in planned.cells[1].message
    assert publish_notebook(content, folder=project, dry_run=True, reason="for the audit").exit_code == 3


def test_a_dry_run_says_what_the_registry_would_refuse(project: Path) -> None:
    publish_notebook(make_notebook(ENTITY, SOURCE, SPEND), folder=project)
    with connect(start=project) as store:
        store.yank("spend@1", reason="counts refunds")

    (planned,) = publish_notebook(make_notebook(ENTITY, SOURCE, SPEND), folder=project, dry_run=True).cells

    assert (planned.outcome, planned.message) == ("refused", "spend@1 is yanked: counts refunds.")


def test_a_test_that_fails_refuses_its_view(project: Path) -> None:
    (cell,) = publish_notebook(make_notebook(TEST.replace("15.0", "16.0"), ENTITY, SOURCE, SPEND), folder=project).cells

    assert (cell.outcome, "tested values differ" in cell.message) == ("refused", True)


def test_only_the_named_cells_are_published_and_the_last_of_a_name_counts(project: Path) -> None:
    other = SPEND.replace("%%feature spend", "%%feature other").replace("30d", "7d")
    content = make_notebook(ENTITY, SOURCE, SPEND.replace("SUM(amount)", "MAX(amount)"), SPEND, other)

    (cell,) = publish_notebook(content, folder=project, names=["spend"]).cells

    assert (cell.index, cell.reference) == (3, "spend@1")
    with pytest.raises(NotFoundError, match="'spned'"):
        publish_notebook(content, folder=project, names=["spned"])


def test_the_plan_of_a_cell_tells_what_publishing_would_change(project: Path) -> None:
    publish_notebook(make_notebook(ENTITY, SOURCE, SPEND), folder=project)

    plan = plan_cell(make_notebook(ENTITY, SOURCE, SPEND.replace("SUM(amount)", "MAX(amount)"), TEST), "spend", folder=project)

    assert (plan.step, plan.before, plan.level, plan.reasons) == ("publish", 1, "MAJOR", ("spend_30d is computed in another way",))
    assert "+SELECT customer_id, MAX(amount) AS spend_30d" in plan.definition
    assert plan.blockers == ("2 tested values differ; run %feature test spend",)
    assert [check.name for check in plan.checks if not check.is_passed] == []
