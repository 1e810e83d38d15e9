"""The sidebar and the notebook it means, when a cell is dragged, or when another document lies in front."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

DECLARED = """%load_ext jupyter_features
%feature entity customer --key customer_id:BIGINT
%feature source purchases data/purchases.parquet --entity customer --kind events --event-time purchased_at"""
NEW = """%%feature customer_new --entity customer --source purchases:7d --owner visits --description New.
SELECT customer_id, SUM(amount) AS spend_7d FROM purchases GROUP BY customer_id"""


@pytest.fixture(scope="module")
def project(make_project: Callable[..., Path], publish: Callable[..., None]) -> Path:
    """A project with a published view, two notebooks that define another, and a text file."""
    folder = make_project("several", DECLARED, NEW)
    publish(folder, "customer_spend")
    shutil.copy(folder / "notes.ipynb", folder / "second.ipynb")
    (folder / "todo.txt").write_text("Ask grace.\n")
    return folder


def test_a_view_is_dragged_into_the_notebook(project: Path, open_lab: Callable[..., Any]) -> None:
    lab = open_lab(f"{project.name}/notes.ipynb")
    sidebar = lab.open_sidebar()
    expect(lab.views).to_have_count(1)
    drag(lab, lab.views.first, onto=lab.code_cells.last)
    expect(lab.code_cells).to_have_count(3)
    expect(lab.code_cells.nth(1)).to_contain_text("customer_spend@1:spend_30d")
    expect(sidebar.get_by_role("listbox")).to_be_visible()

    lab.views.first.click()
    drag(lab, sidebar.get_by_role("button", name="Insert cell"), onto=lab.code_cells.first)
    expect(lab.code_cells).to_have_count(4)
    expect(lab.code_cells.first).to_contain_text("customer_spend@1:spend_30d")


def test_what_is_done_reaches_the_notebook_that_is_meant(project: Path, open_lab: Callable[..., Any]) -> None:
    lab = open_lab(f"{project.name}/notes.ipynb")
    open_beside(lab, "second.ipynb")
    lab.expect_kernel()
    open_beside(lab, "todo.txt")
    sidebar = lab.open_sidebar()

    sidebar.get_by_role("button", name="This notebook").click()
    sidebar.get_by_role("button", name="customer_new").first.click()
    expect(lab.notebook).to_be_visible()
    expect(lab.notebook.locator(".jp-mod-active")).to_contain_text("%%feature customer_new")
    assert lab.notebook.evaluate("notebook => notebook.contains(document.activeElement)")

    tab(lab, "todo.txt").click()
    lab.views.first.click()
    sidebar.get_by_role("button", name="Insert cell").dblclick()
    expect(sidebar).to_contain_text("Inserted below the active cell of second.ipynb.")
    expect(lab.notebook).to_be_visible()
    expect(lab.code_cells).to_have_count(3)

    sidebar.get_by_role("button", name="All features").click()
    sidebar.get_by_role("button", name="Publish customer_new …").click()
    expect(sidebar.get_by_role("button", name="Publish", exact=True)).to_be_enabled()
    expect(sidebar).to_contain_text("From second.ipynb")
    lab.code_cells.filter(has_text="%%feature customer_new").locator(".cm-content").click()
    lab.page.keyboard.press("Control+End")
    lab.page.keyboard.insert_text(" HAVING SUM(amount) > 6")
    expect(sidebar.get_by_role("alert")).to_contain_text("The cell was edited after this plan")
    tab(lab, "notes.ipynb").click()
    expect(sidebar.get_by_role("heading", name="Publish customer_new")).to_have_count(0)

    sidebar.get_by_role("button", name="Publish customer_new …").click()
    publish = sidebar.get_by_role("button", name="Publish", exact=True)
    expect(publish).to_be_enabled()
    publish.click()
    tab(lab, "second.ipynb").click()
    expect(sidebar).to_contain_text("customer_new is published.")
    for name in ("second.ipynb", "notes.ipynb"):
        tab(lab, name).click()
        lab.page.keyboard.press("Control+s")
    expect(tab(lab, "notes.ipynb")).not_to_have_class(re.compile("jp-mod-dirty"))
    assert published_marks(project / "notes.ipynb") == ["customer_new@1"]
    assert published_marks(project / "second.ipynb") == []


def open_beside(lab: Any, name: str) -> None:
    if not lab.page.locator("#filebrowser").is_visible():
        lab.page.locator(".lm-TabBar-tab[data-id=filebrowser]").click()
    lab.page.get_by_role("listitem", name=re.compile(f"^Name: {name}")).dblclick()
    expect(tab(lab, name)).to_be_visible()


def tab(lab: Any, name: str) -> Locator:
    found: Locator = lab.page.locator(".lm-DockPanel-tabBar .lm-TabBar-tab", has_text=name)
    return found


def drag(lab: Any, item: Locator, *, onto: Locator) -> None:
    """Press on an item, move in small steps as a hand does, and let go over the middle of something."""
    start, end = item.bounding_box(), onto.bounding_box()
    assert start is not None
    assert end is not None
    mouse = lab.page.mouse
    mouse.move(start["x"] + 20, start["y"] + 10)
    mouse.down()
    mouse.move(start["x"] + 60, start["y"] + 20, steps=4)
    expect(lab.page.locator(".jf-DragImage")).to_be_visible()
    mouse.move(end["x"] + end["width"] / 2, end["y"] + end["height"] / 2, steps=8)
    mouse.up()


def published_marks(notebook: Path) -> list[str]:
    cells = json.loads(notebook.read_text())["cells"]
    return [cell["metadata"]["jupyter_features"]["published"] for cell in cells if "jupyter_features" in cell["metadata"]]
