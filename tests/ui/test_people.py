"""Two people of different roles and a third who only looks: publish from the notebook, review, use; all by keyboard."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

IMAGES = os.environ.get("JUPYTER_FEATURES_LOOK", "")

DECLARED = """%load_ext jupyter_features
%feature entity customer --key customer_id:BIGINT
%feature source purchases data/purchases.parquet --entity customer --kind events --event-time purchased_at"""
SPEND = """%%feature spend --entity customer --source purchases:30d --owner growth --tag ltv
-- description: What a customer spent in the last 30 days.
SELECT customer_id, SUM(amount) AS spend_30d, COUNT(*) AS orders_30d FROM purchases GROUP BY customer_id"""
TEST = """%%feature_test spend
given purchases
customer_id | purchased_at | amount
1           | 1998-01-01   | 10.0

expect at 1998-01-10
customer_id | spend_30d | orders_30d
1           | 10.0      | 1"""
BROKEN = SPEND.replace("%%feature spend", "%%feature typo").replace("SUM(amount)", "SUM(amuont)")
MARKER = "open('marker', 'w').close()"


@pytest.fixture(scope="module")
def project(make_project: Callable[..., Path]) -> Path:
    """A project in which nothing is published, and a notebook that defines a feature among other things."""
    return make_project("people", MARKER, DECLARED, SPEND, TEST, BROKEN)


def test_ana_publishes_grace_certifies_and_vera_only_looks(
    project: Path, open_lab: Callable[..., Any], serve_as: Callable[..., Any], expected_faults: list[str]
) -> None:
    # A refusal that is provoked below; and JupyterLab's debugger, which asks a kernel that is shut down just then.
    expected_faults += ["status of 409", "debugger state"]
    notebook = f"{project.name}/notes.ipynb"
    publish_from_the_notebook(open_lab(notebook), project)
    certify(open_lab(notebook, on=serve_as("grace")))
    look_only(open_lab(notebook, on=serve_as("vera", "viewer")))
    lab = open_lab(notebook)
    publish_a_change(lab)
    promote_and_go_back(lab)


def publish_from_the_notebook(lab: Any, project: Path) -> None:
    lab.menu("Kernel", "Shut Down Kernel")
    expect(lab.page.get_by_text("No Kernel", exact=True)).to_be_visible()
    sidebar = lab.open_sidebar()
    expect(sidebar).to_contain_text("No features are published in this project yet.")
    press_on(lab, sidebar.get_by_role("button", name="This notebook"))
    cells = sidebar.get_by_role("region", name="This notebook").get_by_role("listitem")
    expect(cells).to_have_count(2)
    expect(cells.first).to_contain_text("new")
    expect(cells.last).to_contain_text("broken")
    expect(cells.last).to_contain_text("'amount'")
    look(lab, "1-notebook")

    press_on(lab, sidebar.get_by_role("button", name="Publish spend …"))
    publish = sidebar.get_by_role("button", name="Publish", exact=True)
    expect(publish).to_be_enabled()
    expect(sidebar).to_contain_text("dev serves nothing and would serve this cell.")
    expect(sidebar).to_contain_text("Tests passed1")
    look(lab, "2-plan-to-publish")
    press_on(lab, publish)

    expect(sidebar).to_contain_text("spend is published.")
    expect(sidebar.get_by_role("button", name="This notebook")).to_be_focused()
    expect(cells.first).to_contain_text("unchanged")
    expect(lab.views).to_have_count(1)
    look(lab, "3-published")
    assert not (project / "marker").exists()
    assert not (project / ".jupyter_features" / "drafts.db").exists()


def publish_a_change(lab: Any) -> None:
    sidebar = lab.open_sidebar()
    press_on(lab, sidebar.get_by_role("button", name="This notebook"))
    cells = sidebar.get_by_role("region", name="This notebook").get_by_role("listitem")
    expect(cells.first).to_contain_text("unchanged")
    # What is written is compared again, saved or not.
    lab.code_cells.nth(2).locator(".cm-content").click()
    lab.page.keyboard.press("Control+End")
    lab.page.keyboard.insert_text(" HAVING SUM(amount) > 6")
    expect(cells.first).to_contain_text("dev serves spend@1.")
    lab.open_sidebar()
    press_on(lab, sidebar.get_by_role("button", name="Publish spend …"))
    expect(sidebar).to_contain_text("MAJOR")
    expect(sidebar).to_contain_text("1 of 2 differ")
    look(lab, "7-plan-of-a-change")
    press_on(lab, sidebar.get_by_role("button", name="Publish", exact=True))
    expect(sidebar).to_contain_text("spend is published.")
    expect(cells.first).to_contain_text("spend@2")


def certify(lab: Any) -> None:
    sidebar = open_the_view(lab)
    steps = sidebar.get_by_role("group", name="Steps").get_by_role("button")
    expect(steps).to_have_text(["Certify …"])
    look(lab, "4-detail-of-a-reviewer")
    press_on(lab, steps.first)
    expect(sidebar).to_contain_text("Says to everybody that spend@1 was reviewed and can be relied on.")
    certify_button = sidebar.get_by_role("button", name="Certify", exact=True)
    expect(certify_button).to_be_disabled()
    tab_to(lab, sidebar.get_by_label("What did you look at?"))
    lab.page.keyboard.insert_text("Compared with the ledger of January.")
    look(lab, "5-plan-to-certify")
    press_on(lab, certify_button)

    expect(sidebar).to_contain_text("spend@1 is certified.")
    expect(sidebar.get_by_role("article")).to_contain_text("Compared with the ledger of January.")
    lab.page.keyboard.press("Escape")
    expect(lab.views.first).to_contain_text("certified")
    sidebar.get_by_label("State").select_option("certified")
    expect(lab.views).to_have_count(1)
    look(lab, "6-certified")


def look_only(lab: Any) -> None:
    sidebar = open_the_view(lab)
    expect(sidebar.get_by_role("article")).to_contain_text("Certified by grace")
    expect(sidebar.get_by_role("group", name="Steps")).to_have_count(0)
    lab.page.keyboard.press("Escape")
    press_on(lab, sidebar.get_by_role("button", name="This notebook"))
    expect(sidebar.get_by_role("region", name="This notebook")).to_contain_text("spend@1")
    expect(sidebar.get_by_role("button", name="Publish")).to_have_count(0)


def promote_and_go_back(lab: Any) -> None:
    sidebar = open_the_view(lab)
    press_on(lab, sidebar.get_by_role("button", name="Promote …"))
    expect(sidebar).to_contain_text("prod serves nothing and would serve spend@2.")
    press_on(lab, sidebar.get_by_role("button", name="Promote", exact=True))
    expect(sidebar).to_contain_text("prod serves spend@2 now.")
    expect(sidebar.get_by_role("article")).to_contain_text("served in prod")

    press_on(lab, sidebar.get_by_role("button", name="Roll back …"))
    expect(sidebar).to_contain_text("dev serves spend@2 and would serve spend@1.")
    environment = sidebar.get_by_label("Environment")
    environment.select_option("prod")
    expect(sidebar.get_by_role("alert")).to_contain_text("has served no other version of 'spend'")
    environment.select_option("dev")
    expect(sidebar).to_contain_text("dev serves spend@2 and would serve spend@1.")
    look(lab, "8-plan-to-roll-back")
    press_on(lab, sidebar.get_by_role("button", name="Roll back", exact=True))
    expect(sidebar).to_contain_text("dev serves what it served before.")

    press_on(lab, sidebar.get_by_role("button", name="Deprecate …"))
    tab_to(lab, sidebar.get_by_label("Why should nobody start using it?"))
    lab.page.keyboard.insert_text("It counts refunds.")
    press_on(lab, sidebar.get_by_role("button", name="Deprecate", exact=True))
    expect(sidebar.get_by_role("article")).to_contain_text("deprecated: It counts refunds.")
    look(lab, "9-deprecated")


def open_the_view(lab: Any) -> Locator:
    sidebar: Locator = lab.open_sidebar()
    expect(lab.views).to_have_count(1)
    expect(sidebar.get_by_role("searchbox")).to_be_focused()
    lab.page.keyboard.press("ArrowDown")
    lab.page.keyboard.press("Enter")
    expect(sidebar.get_by_role("heading", name="spend", exact=True)).to_be_visible()
    return sidebar


def press_on(lab: Any, target: Locator) -> None:
    tab_to(lab, target)
    lab.page.keyboard.press("Enter")


def tab_to(lab: Any, target: Locator) -> None:
    """Press Tab until something has the focus, as a person without a mouse does; it must be enabled by then."""
    expect(target).to_be_visible()
    for _ in range(40):
        if target.evaluate("element => element === document.activeElement"):
            return
        lab.page.keyboard.press("Tab")
    expect(target).to_be_focused()


def look(lab: Any, name: str) -> None:
    """Take a picture to look at, if that is asked for."""
    if IMAGES:
        lab.page.screenshot(path=Path(IMAGES) / f"{name}.png")
