"""A notebook that somebody sent: nothing has run here, nothing is trusted, and its cards read well all the same."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import expect

EXAMPLES = Path(__file__).parents[2] / "examples"
NOTEBOOK = "01_customer_lifetime_value.ipynb"


def test_stored_cards_read_well_before_anything_has_run(make_project: Callable[..., Path], open_lab: Callable[..., Any]) -> None:
    folder = make_project("sent")
    shutil.copy(EXAMPLES / NOTEBOOK, folder)
    lab = open_lab(f"{folder.name}/{NOTEBOOK}")
    lab.page.get_by_text("Published customer_value@1").scroll_into_view_if_needed()
    skew = lab.page.locator(".jf-card", has_text="skew: customer_value@1").first
    skew.scroll_into_view_if_needed()
    expect(skew.locator("table")).not_to_have_count(0)
    expect(skew).to_contain_text("value_mismatch")
    details = skew.locator("details").first
    details.locator("summary").first.click()
    expect(details.locator("td").first).to_be_visible()
