"""The sidebar by keyboard alone, and what axe finds in every state of it and in the cards, in both themes."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Route, expect

AXE = Path(__file__).parents[2] / "labextension" / "node_modules" / "axe-core" / "axe.min.js"
EMPTY = Path(__file__).parents[1] / "fixtures" / "api" / "views_empty.json"
RUN_AXE = """async selectors => {
  const { violations } = await axe.run({ include: selectors.map(selector => [selector]) });
  return violations
    .filter(found => ['serious', 'critical'].includes(found.impact))
    .flatMap(found => found.nodes.map(node => `${found.id}: ${node.html} ${node.failureSummary}`));
}"""
SIDEBAR = "#jupyter-features"
# The watch of the revision, too: it would mend by itself what a test wants to look at.
API = "**/jupyter-features/api/v1/{views,revision}*"
NEW = """%%feature customer_new --entity customer --source purchases:7d --owner visits --description New.
SELECT customer_id, SUM(amount) AS spend_7d FROM purchases GROUP BY customer_id"""
CELLS = [
    "%load_ext jupyter_features\n%feature connect",
    "%feature list",
    "%feature show customer_spend",
    "%feature online customer_spend --row customer_id=1",
    "%feature skew customer_spend --against production",
    NEW,
    "%feature browse",
]


@pytest.fixture(scope="module")
def project(make_project: Callable[..., Path], publish: Callable[..., None]) -> Path:
    """A project with three published views, and a notebook of which every cell shows a card."""
    prepare = "import jupyter_features as jf\nstore = jf.connect()\nrows = store.sample_entities('customer_spend')\n"
    prepare += "production = store.training_set(rows, ['customer_spend']).to_pandas().assign(spend_30d=1.0)"
    folder = make_project("accessible", prepare, *CELLS)
    publish(folder, "customer_orders", "customer_spend", "customer_visits")
    return folder


@pytest.fixture(scope="module")
def axe() -> str:
    """Source of axe."""
    if not AXE.exists():
        pytest.fail(f"axe is missing: there is no {AXE}. `make test` installs it.", pytrace=False)
    return AXE.read_text()


def test_the_sidebar_works_by_keyboard_alone(project: Path, open_lab: Callable[..., Any]) -> None:
    lab = open_lab(f"{project.name}/notes.ipynb")
    cells = lab.code_cells.count()
    sidebar = lab.open_sidebar()
    keyboard = lab.page.keyboard
    expect(sidebar.get_by_role("searchbox")).to_be_focused()
    expect(lab.views).to_have_count(3)

    press(keyboard, "ArrowDown", "ArrowDown")
    expect(chosen(lab)).to_contain_text("customer_spend")
    press(keyboard, "Enter")
    expect(sidebar.get_by_role("heading", name="customer_spend")).to_be_focused()
    expect(sidebar.get_by_role("button", name="Insert cell")).to_be_visible()
    press(keyboard, "Tab")
    expect(sidebar.get_by_role("button", name="Insert cell")).to_be_focused()
    press(keyboard, "Enter")
    expect(lab.code_cells).to_have_count(cells + 1)

    press(keyboard, "Escape")
    expect(sidebar.get_by_role("listbox")).to_be_focused()
    expect(chosen(lab)).to_contain_text("customer_spend")


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_axe_finds_nothing_serious(theme: str, project: Path, axe: str, open_lab: Callable[..., Any], expected_faults: list[str]) -> None:
    expected_faults += ["status of 500", "status of 503"]
    lab = open_lab(f"{project.name}/notes.ipynb", theme=theme)
    lab.page.evaluate(axe)
    lab.run_all()
    expect(lab.page.locator("body")).to_have_attribute("data-jp-theme-light", "true" if theme.endswith("Light") else "false")
    found = {"cards": findings(lab, ".jf-card")}
    for state, show in STATES.items():
        sidebar = show(lab)
        expect(sidebar).to_be_visible()
        found[state] = findings(lab, SIDEBAR)
    assert found == {place: [] for place in ("cards", *STATES)}


def show_list(lab: Any) -> Locator:
    sidebar = lab.open_sidebar()
    expect(lab.views).to_have_count(3)
    return sidebar


def show_detail(lab: Any) -> Locator:
    lab.views.first.click()
    return lab.sidebar.get_by_role("article")


def show_outage(lab: Any) -> Locator:
    lab.sidebar.get_by_role("button", name="All features").press("Escape")
    fail(lab, status=503, code="JF400")
    return lab.sidebar.get_by_role("alert").filter(has_text="Not reachable since")


def show_failed(lab: Any) -> Locator:
    fail(lab, status=500, code="HTTP500")
    return lab.sidebar.get_by_role("alert").filter(has_text="Retry")


def fail(lab: Any, *, status: int, code: str) -> None:
    body = f'{{"error": {{"code": "{code}", "message": "The registry is damaged.", "hint": "Restore it."}}}}'
    lab.page.route(API, lambda route: route.fulfill(status=status, body=body, content_type="application/json"))
    lab.sidebar.get_by_role("button", name="Refresh").click()


def show_loading(lab: Any) -> Locator:
    lab.page.route(API, leave_unanswered)
    lab.sidebar.get_by_role("button", name="Retry").click()
    return lab.sidebar.locator(".jf-State", has_text="Reading the published features")


def leave_unanswered(_route: Route) -> None:
    pass


def show_empty(lab: Any) -> Locator:
    lab.page.unroute(API)
    body = EMPTY.read_text("utf-8")
    lab.page.route(API, lambda route: route.fulfill(body=body, content_type="application/json"))
    lab.sidebar.get_by_role("button", name="Refresh").click()
    return lab.sidebar.locator(".jf-State-title", has_text="No features are published in this project yet.")


def show_notebook(lab: Any) -> Locator:
    lab.page.unroute(API)
    lab.sidebar.get_by_role("button", name="Refresh").click()
    expect(lab.views).to_have_count(3)
    lab.sidebar.get_by_role("button", name="This notebook").click()
    return lab.sidebar.get_by_role("button", name="Publish customer_new …")


def show_plan(lab: Any) -> Locator:
    lab.sidebar.get_by_role("button", name="Publish customer_new …").click()
    expect(lab.sidebar.get_by_role("button", name="Publish", exact=True)).to_be_enabled()
    return lab.sidebar.get_by_role("heading", name="Publish customer_new")


STATES: dict[str, Callable[[Any], Locator]] = {
    "list": show_list,
    "detail": show_detail,
    "outage": show_outage,
    "failed": show_failed,
    "loading": show_loading,
    "empty": show_empty,
    "notebook": show_notebook,
    "plan": show_plan,
}


def findings(lab: Any, *selectors: str) -> list[str]:
    return lab.page.evaluate(RUN_AXE, list(selectors))


def chosen(lab: Any) -> Locator:
    return lab.views.and_(lab.page.get_by_role("option", selected=True))


def press(keyboard: Any, *keys: str) -> None:
    for key in keys:
        keyboard.press(key)
