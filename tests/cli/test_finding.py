"""What the terminal says when it looks around."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

import jupyter_features as jf
from jupyter_features.cli.parser import parse
from jupyter_features.cli.verbs import run_verb
from jupyter_features.clock import fixed_clock
from jupyter_features.errors import NotFoundError
from jupyter_features.feature_store import FeatureStore
from tests.conftest import NOW

Say = Callable[..., list[str]]


@pytest.fixture
def say(published: FeatureStore) -> Say:
    """Runs a line on a store with `customer_spend@1` of growth; gives what a terminal prints."""
    return lambda *words: run_verb(published, parse(words), None).whole_text().splitlines()


def test_a_filter_that_finds_nothing_is_told_from_a_registry_without_views(say: Say, project: Path) -> None:
    assert say("list", "--owner", "grwoth") == [
        "[!] No feature view matches owner 'grwoth' (1 are published)",
        "  No owner is named 'grwoth': Did you mean 'growth'?",
        "Next: %feature list",
    ]
    assert say("search", "nothing")[0] == "[!] No feature view matches words 'nothing' (1 are published)"
    assert say("list", "--state", "certified")[0] == "[!] No feature view matches state 'certified' (1 are published)"


def test_a_registry_without_views_says_so(store: FeatureStore) -> None:
    assert run_verb(store, parse(["list"]), None).text().startswith("No feature view is published yet")


def test_a_search_says_what_it_searched_for_instead(say: Say) -> None:
    lines = say("search", "spned")

    assert lines[:2] == ["Published feature views (1)", "  Searched for: spend"]
    assert "customer_spend@1" in lines[3]


def test_the_history_of_an_unknown_name_is_not_found(say: Say) -> None:
    with pytest.raises(NotFoundError, match=r"There is no object with a history named 'customer_spned'\.\nDid you mean 'customer_spend'"):
        say("history", "customer_spned")
    assert any("version published" in line for line in say("history", "customer_spend"))


def test_a_certification_says_until_when_it_holds(
    published: FeatureStore, say: Say, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    published.define(
        "tested",
        sql="SELECT customer_id, COUNT(*) AS n FROM purchases WHERE amount > 1 GROUP BY customer_id",
        entity="customer",
        sources={"purchases": "30d"},
        owner="growth",
        description="Counted.",
    )
    published.test("tested", "given purchases\ncustomer_id | purchased_at | cds | amount\n1 | 1998-01-01 | 1 | 2.0\n\n"
        "expect at 1998-01-02\ncustomer_id | n\n1 | 1\n")  # fmt: skip
    published.publish("tested", reason="for this test")
    monkeypatch.setenv("JUPYTER_FEATURES_AUTHOR", "grace")
    with jf.connect(start=project, clock=fixed_clock(NOW)) as grace:
        grace.certify("tested@1", evidence="read it", expires_at=datetime(1999, 1, 1, tzinfo=UTC))

    assert any("certified, by grace: read it, until 1999-01-01" in line for line in say("show", "tested@1"))
