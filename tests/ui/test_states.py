"""What the sidebar says when there is nothing to show, and when it cannot be shown."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect


def test_a_fresh_project_is_told_how_to_publish_its_first_feature(make_project: Callable[..., Path], open_lab: Callable[..., Any]) -> None:
    folder = make_project("fresh")
    sidebar = open_lab(f"{folder.name}/notes.ipynb").open_sidebar()
    expect(sidebar).to_contain_text("No features are published in this project yet.")
    expect(sidebar).to_contain_text("%feature publish NAME")
    assert not (folder / ".jupyter_features").exists()


@pytest.fixture
def damaged(make_project: Callable[..., Path], publish: Callable[..., None]) -> tuple[Path, bytes]:
    """A project with one published view whose registry was overwritten, and the bytes that were there before."""
    folder = make_project("damaged")
    publish(folder, "customer_spend")
    registry = folder / ".jupyter_features" / "registry.db"
    whole = registry.read_bytes()
    registry.write_bytes(b"not a database" * 400)
    return folder, whole


def test_a_damaged_registry_is_reported_and_retry_recovers_when_it_is_mended(
    damaged: tuple[Path, bytes], open_lab: Callable[..., Any], expected_faults: list[str]
) -> None:
    expected_faults.append("status of 503")
    folder, whole = damaged
    lab = open_lab(f"{folder.name}/notes.ipynb")
    alert = lab.open_sidebar().get_by_role("alert")
    expect(alert).to_contain_text("registry")
    expect(alert.locator("code")).to_have_text("JF400")

    (folder / ".jupyter_features" / "registry.db").write_bytes(whole)
    alert.get_by_role("button", name="Retry").click()
    expect(lab.views).to_contain_text("customer_spend")
    expect(alert).to_have_count(0)


def test_what_a_colleague_publishes_appears_in_the_open_sidebar(
    make_project: Callable[..., Path], publish: Callable[..., None], open_lab: Callable[..., Any]
):
    folder = make_project("watched", "1 + 1")
    publish(folder, "customer_spend")
    lab = open_lab(f"{folder.name}/notes.ipynb")
    lab.open_sidebar()
    expect(lab.views).to_have_count(1)

    publish(folder, "customer_turnover")

    expect(lab.views).to_have_count(2)
