"""The doctor finds what was done to the stored data, whatever it was, and goes on to the next thing."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from jupyter_features.feature_store import FeatureStore


@pytest.fixture
def whole(published: FeatureStore) -> FeatureStore:
    """The store with `customer_spend@1`, a service and a model."""
    published.service("churn", ["customer_spend"], owner="growth")
    published.model("churn_model", service="churn", owner="growth")
    return published


def damage(project: Path, statement: str) -> None:
    with closing(sqlite3.connect(project / ".jupyter_features" / "registry.db")) as connection, connection:
        connection.execute(statement)


def wrong(store: FeatureStore) -> list[str]:
    return [f"{finding.what}: {finding.told}" for finding in store.doctor().findings if not finding.is_well]


def test_a_whole_registry_is_well(whole: FeatureStore) -> None:
    whole.publish("customer_spend")
    whole.promote("customer_spend", to="prod")
    whole.retire("customer_spend", reason="over", acknowledge=["churn@1", "churn_model@1"])

    assert wrong(whole) == []


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        (
            "UPDATE feature_view_versions SET definition = replace(definition, 'SUM', 'MAX')",
            "customer_spend@1: 'customer_spend' is not what was published: something else follows from its text",
        ),
        ("UPDATE feature_view_versions SET definition = 'x'", "registry: The stored definition of customer_spend@1 cannot be read"),
        ("UPDATE feature_view_versions SET fingerprint = 'x'", "registry: customer_spend@1 has the fingerprint x, and its definition has "),
        (
            "UPDATE feature_view_versions SET evidence = '{'",
            "registry: evidence of customer_spend@1 in feature_view_versions cannot be read",
        ),
        (
            "UPDATE feature_view_versions SET signature = '{}'",
            "registry: signature of customer_spend@1 in feature_view_versions cannot be read",
        ),
        ("UPDATE feature_services SET content = ''", "registry: content of churn@1 in feature_services cannot be read"),
        ("UPDATE models SET content = '[]'", "registry: content of churn_model@1 in models cannot be read"),
        ("UPDATE sources SET definition = '[]'", "registry: definition of purchases in sources cannot be read"),
        ("UPDATE search_documents SET summary = 'x'", "registry: summary of customer_spend@1 in search_documents cannot be read"),
        ("DELETE FROM search_index", "registry: search does not know customer_spend@1"),
        ("DELETE FROM search_words", "registry: search does not know "),
        ("DELETE FROM entities", "registry: entity customer of customer_spend@1 is not registered"),
        ("DELETE FROM sources", "registry: source purchases of customer_spend@1 is not registered"),
        ("DELETE FROM team_members", "registry: customer_spend belongs to 'growth', a team without members"),
        ("DELETE FROM environment_pointers", "registry: dev serves nothing of customer_spend, and according to the log customer_spend@1"),
        ("DELETE FROM revisions", "registry: "),
        ("DROP TABLE search_grams", "registry: the table search_grams is missing"),
        ("DROP TABLE search_documents", "registry: the documents cannot be examined: "),
        ("DELETE FROM feature_views", "registry: customer_spend has no owner"),
    ],
)
def test_what_was_done_to_the_registry_is_found(whole: FeatureStore, project: Path, statement: str, told: str) -> None:
    damage(project, statement)

    found = wrong(whole)

    assert any(line.startswith(told) for line in found)
    assert len(found) == len(set(found))


def test_a_file_that_is_no_database_is_told_once(whole: FeatureStore, project: Path) -> None:
    (project / ".jupyter_features" / "registry.db").write_bytes(b"garbage" * 1000)
    for name in ("registry.db-wal", "registry.db-shm"):
        (project / ".jupyter_features" / name).unlink(missing_ok=True)

    (line,) = wrong(whole)

    assert line.startswith("registry: ")


def test_damaged_drafts_are_found(whole: FeatureStore, project: Path) -> None:
    (project / ".jupyter_features" / "drafts.db").write_bytes(b"garbage" * 1000)

    (line,) = wrong(whole)

    assert line.startswith("drafts: The drafts in .jupyter_features/drafts.db cannot be read")


def test_more_than_can_be_told_is_counted(whole: FeatureStore, project: Path) -> None:
    damage(
        project,
        "WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 31)"
        " INSERT INTO events (at, author, action, name, version, detail)"
        " SELECT '1998-01-01 00:00:00.000000', 'eve', 'version_published', 'customer_spend', i, '' FROM n",
    )

    found = wrong(whole)

    assert len(found) == 21
    assert found[-1] == "registry: and 10 more"
