"""What a person does with the example, from opening it to using a published feature, and the README's pictures of that."""

import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from playwright.sync_api import Locator, Page, expect

REPOSITORY = Path(__file__).parents[2]
EXAMPLE = "01_customer_lifetime_value.ipynb"
IMAGES = REPOSITORY / "docs" / "images"


@pytest.fixture(scope="module")
def example(server: Any) -> Path:
    """The example as a newcomer gets it, without a registry and without outputs, in the folder `shop`."""
    folder = server.root / "shop"
    shutil.copytree(REPOSITORY / "examples", folder, ignore=shutil.ignore_patterns(".*", "__pycache__", "*.py"))
    notebook = nbformat.read(folder / EXAMPLE, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    nbformat.write(notebook, folder / EXAMPLE)
    return folder


def test_a_person_runs_the_example_finds_its_feature_and_uses_it(example: Path, open_lab: Callable[..., Any]) -> None:
    lab = open_lab()
    open_from_file_browser(lab.page, "shop", EXAMPLE)
    lab.run_all()

    definition = cell_with(lab, "%%feature customer_value")
    see_the_definition(definition)
    see_the_skew(cell_with(lab, "--time as_of").first)
    look_around_in_the_skew_widget(cell_with(lab, "--widget"))
    put_a_cell_with_the_browse_widget(lab)

    sidebar = lab.open_sidebar()
    find_customer_value(lab, sidebar)
    take_picture(lab, "notebook", definition)
    open_customer_value(lab, sidebar)
    take_picture(lab, "sidebar", definition)
    insert_and_run(lab, sidebar)


def open_from_file_browser(page: Page, *names: str) -> None:
    for name in names:
        page.get_by_role("listitem", name=re.compile(f"^Name: {name}")).dblclick()


def cell_with(lab: Any, source: str) -> Locator:
    return lab.code_cells.filter(has=lab.page.locator(".jp-InputArea-editor", has_text=source))


def see_the_definition(cell: Locator) -> None:
    card = cell.locator(".jf-card")
    expect(card).to_contain_text("customer_value")
    expect(card).to_contain_text("average_order")


def see_the_skew(cell: Locator) -> None:
    expect(cell.locator(".jf-card")).to_contain_text("production_customer_value")
    expect(cell.locator(".vega-embed canvas")).to_be_visible()


def look_around_in_the_skew_widget(cell: Locator) -> None:
    classes = cell.locator(".jf-card").first
    expect(classes).to_contain_text("customer_value@1:recency_days")
    expect(cell.locator(".vega-embed canvas")).to_be_visible()
    cell.get_by_label("Feature").select_option("spend_180d")
    expect(classes).to_contain_text("customer_value@1:spend_180d")
    expect(cell.locator(".vega-embed canvas")).to_be_visible()


def put_a_cell_with_the_browse_widget(lab: Any) -> None:
    cells = lab.code_cells.count()
    browse = lab.code_cells.last
    browse.get_by_label("Search").fill("recency")
    browse.get_by_label("Views").select_option(label="customer_value@1  (customer, growth)")
    browse.get_by_role("button", name="Put a cell below").click()
    expect(lab.code_cells).to_have_count(cells + 1)
    expect(lab.code_cells.last).to_contain_text("store.training_set(")
    expect(lab.code_cells.nth(cells - 1)).to_contain_text("The cell is below.")


def find_customer_value(lab: Any, sidebar: Locator) -> None:
    options = lab.views
    expect(options).to_have_count(1)
    search = sidebar.get_by_role("searchbox", name="Search features")
    search.fill("weather")
    expect(sidebar).to_contain_text("No feature view matches.")
    search.fill("recency amount")
    expect(options).to_have_count(1)
    expect(options).to_contain_text("customer_value")


def open_customer_value(lab: Any, sidebar: Locator) -> None:
    lab.views.click()
    expect(sidebar.get_by_role("heading", name="customer_value")).to_be_visible()
    for shown in ("growth", "customer (customer_id BIGINT)", "recency_days", "BIGINT", "purchases.amount", "GROUP BY"):
        expect(sidebar).to_contain_text(shown)


def insert_and_run(lab: Any, sidebar: Locator) -> None:
    cells = lab.code_cells.count()
    sidebar.get_by_role("button", name="Insert cell").click()
    expect(sidebar).to_contain_text(f"Inserted below the active cell of {EXAMPLE}.")
    expect(lab.code_cells).to_have_count(cells + 1)
    inserted = lab.code_cells.last
    inserted.locator(".jp-InputArea-editor").click()
    lab.page.keyboard.press("Control+Enter")
    lab.expect_run(inserted)
    expect(inserted.locator("table.dataframe tbody tr")).to_have_count(5)
    expect(inserted.locator("table.dataframe thead")).to_contain_text("spend_180d")


def take_picture(lab: Any, name: str, cell: Locator) -> None:
    """Write a picture for the README, if that is asked for."""
    if os.environ.get("JUPYTER_FEATURES_SCREENSHOTS") != "1":
        return
    # Cells on the way get their height only when they come into sight, so the first aim misses.
    for _ in range(2):
        cell.evaluate("cell => { cell.scrollIntoView({ block: 'start' }); return new Promise(done => requestIdleCallback(done)); }")
    expect(cell.locator(".jf-next")).to_be_in_viewport()
    IMAGES.mkdir(exist_ok=True)
    lab.page.screenshot(path=IMAGES / f"{name}.png")
