"""The third example runs, its stored outputs are what it gives, and the registry is left as it tells."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import nbformat
import pandas as pd

import jupyter_features as jf

NOTEBOOK = "03_working_as_a_team.ipynb"


def test_the_notebook_gives_its_stored_outputs(executed: nbformat.NotebookNode) -> None:
    assert all(cell.get("execution_count") for cell in executed.cells if cell.cell_type == "code")


def test_the_pinned_values_are_those_of_pandas(executed: nbformat.NotebookNode, project: Path, purchases: pd.DataFrame) -> None:
    as_of = pd.Timestamp("1998-07-01")
    seen = purchases[(purchases["purchased_at"] < as_of) & (purchases["purchased_at"] >= as_of - pd.Timedelta(days=180))]
    rows = pd.DataFrame({"customer_id": [4, 33, 3858], "as_of": as_of.tz_localize("UTC")})
    with jf.connect(start=project / "company") as store:
        found = store.training_set(rows, ["customer_spend@1", "customer_spend@2:orders_180d as orders_now"]).to_pandas()
    for row in found.itertuples():
        own = seen[seen["customer_id"] == row.customer_id]
        assert (row.orders_180d, row.orders_now) == (len(own), (own["amount"] > 0).sum())
        assert abs(row.spend_180d - own["amount"].sum()) < 1e-9 or (own.empty and pd.isna(row.spend_180d))


def test_the_registry_is_left_as_the_notebook_tells(executed: nbformat.NotebookNode, project: Path) -> None:
    with jf.connect(start=project / "company") as store:
        assert {line.version: (line.state, line.environments) for line in store.view_detail("customer_spend").versions} == {
            2: ("certified", ("dev",)),
            1: ("published", ("prod",)),
        }
        assert [view.name for view in store.views()] == ["customer_spend"]
        assert {event.author for event in store.history("customer_spend")} == {"ada", "ben"}
        assert store.doctor().is_passed


def test_no_token_is_left_in_the_notebook_or_in_any_file_of_the_project(executed: nbformat.NotebookNode, project: Path) -> None:
    with closing(sqlite3.connect(project / "company" / ".jupyter_features" / "registry.db")) as registry:
        ids = [row[0] for row in registry.execute("SELECT id FROM tokens")]
    assert len(ids) == 2
    texts = [nbformat.writes(executed).encode(), *(path.read_bytes() for path in project.rglob("*") if path.is_file())]
    assert not [token for token in ids for text in texts if f"jf_{token}".encode() in text]
