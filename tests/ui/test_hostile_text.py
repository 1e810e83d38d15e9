"""What another person wrote into the registry is shown as text, wherever it is shown."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture
def hostile_project(make_project: Callable[..., Path], publish: Callable[..., None]) -> Path:
    """A project whose one published view has markup for a description, and a notebook that shows it in every way."""
    definition = f"""%%feature own_spend --entity customer --source purchases:30d --owner growth
-- description: {HOSTILE}
SELECT customer_id, SUM(amount) AS spend_30d FROM purchases GROUP BY customer_id"""
    cells = ["%load_ext jupyter_features", definition, "%feature list", "%feature show customer_spend", "%feature browse"]
    folder = make_project("hostile", *cells)
    publish(folder, "customer_spend", description=HOSTILE)
    return folder


def test_markup_in_a_description_stays_text_in_cards_widget_and_sidebar(hostile_project: Path, open_lab: Callable[..., Any]) -> None:
    lab = open_lab(f"{hostile_project.name}/notes.ipynb")
    lab.run_all()
    for cell in lab.code_cells.all()[1:]:
        see_as_text(cell.locator(".jf-card").first)  # a second one tells what exists already

    sidebar = lab.open_sidebar()
    expect(lab.views).to_have_count(1)
    see_as_text(lab.views)
    lab.views.click()
    see_as_text(sidebar.get_by_role("article"))
    expect(lab.page.locator("img[src='x']")).to_have_count(0)


def see_as_text(place: Locator) -> None:
    expect(place).to_contain_text(HOSTILE)
