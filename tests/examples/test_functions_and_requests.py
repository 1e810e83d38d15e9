"""The second example runs, its stored outputs are what it gives, and its numbers are what pandas gives."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import nbformat
import pandas as pd

import jupyter_features as jf

NOTEBOOK = "02_functions_and_requests.ipynb"


def by_hand(purchases: pd.DataFrame, customer: int, as_of: pd.Timestamp, amount: float) -> dict[str, object]:
    """Compute the features of one purchase with pandas alone."""
    own = purchases[purchases["customer_id"] == customer]
    seen = own[(own["purchased_at"] < as_of) & (own["purchased_at"] >= as_of - pd.Timedelta(days=365))]
    if seen.empty:
        # No visit is fewer than three, so nothing is unusual; the rest is not known.
        return {"times_usual": None, "is_record": None, "is_unusual": False, "is_overdue": None}
    days = sorted(set(seen["purchased_at"]))
    gaps = sorted((later - earlier).days for earlier, later in pairwise(days))
    middle = (gaps[(len(gaps) - 1) // 2] + gaps[len(gaps) // 2]) / 2 if gaps else float("nan")
    return {
        "times_usual": amount / (seen["amount"].sum() / len(seen)) if seen["amount"].sum() else None,
        "is_record": amount > seen["amount"].max(),
        "is_unusual": len(days) >= 3 and amount > 3 * seen["amount"].mean(),
        "is_overdue": (as_of - days[-1]).days > 2 * middle,
    }


def test_the_notebook_gives_its_stored_outputs(executed: nbformat.NotebookNode) -> None:
    assert all(cell.get("execution_count") for cell in executed.cells if cell.cell_type == "code")


def test_the_training_set_equals_pandas(executed: nbformat.NotebookNode, project: Path, purchases: pd.DataFrame) -> None:
    june = purchases[purchases["purchased_at"].between("1998-06-01", "1998-06-03")].reset_index(drop=True)
    rows = june.rename(columns={"purchased_at": "as_of"})
    rows["as_of"] = rows["as_of"].dt.tz_localize("UTC")
    with jf.connect(start=project) as store:
        found = store.training_set(rows, ["purchase_size", "customer_rhythm:is_overdue"]).features.to_pylist()
    expected = [by_hand(purchases, row.customer_id, row.purchased_at, row.amount) for row in june.itertuples()]
    for answer, wanted in zip(found, expected, strict=True):
        assert {name: answer[name] for name in ("is_record", "is_unusual", "is_overdue")} == {
            name: wanted[name] for name in ("is_record", "is_unusual", "is_overdue")
        }
        left, right = answer["times_usual"], wanted["times_usual"]
        assert left == right or abs(left - right) <= 1e-12 * abs(right)


def test_a_request_equals_pandas(executed: nbformat.NotebookNode, project: Path, purchases: pd.DataFrame) -> None:
    expected = by_hand(purchases, 33, pd.Timestamp("1998-07-01"), 500.0)
    with jf.connect(start=project) as store:
        (found,) = store.online(["purchase_size"], [{"customer_id": 33, "amount": 500.0}]).to_dicts()
    assert (found["is_record"], found["is_unusual"]) == (expected["is_record"], expected["is_unusual"])
    assert abs(found["times_usual"] - expected["times_usual"]) < 1e-12
