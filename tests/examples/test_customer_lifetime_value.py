"""The example notebook runs, its stored outputs are what it gives, and its numbers are what pandas gives."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pandas as pd
from nbconvert import HTMLExporter

import jupyter_features as jf

NOTEBOOK = "01_customer_lifetime_value.ipynb"


def customer_value(purchases: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """Compute the five features at one instant with pandas alone."""
    seen = purchases[(purchases["purchased_at"] < as_of) & (purchases["purchased_at"] >= as_of - pd.Timedelta(days=180))]
    groups = seen.groupby("customer_id")
    recent = seen[seen["purchased_at"] >= as_of - pd.Timedelta(days=30)].groupby("customer_id")["amount"].sum()
    return pd.DataFrame(
        {
            "recency_days": (as_of - groups["purchased_at"].max()).dt.days,
            "orders_180d": groups.size(),
            "spend_180d": groups["amount"].sum(),
            "spend_30d": recent,
            "average_order": groups["amount"].mean(),
        }
    )


def test_the_data_is_the_whole_log(purchases: pd.DataFrame) -> None:
    assert len(purchases) == 69_659
    assert purchases["customer_id"].nunique() == 23_570
    assert (purchases["purchased_at"].min(), purchases["purchased_at"].max()) == (pd.Timestamp("1997-01-01"), pd.Timestamp("1998-06-30"))


def test_the_notebook_gives_its_stored_outputs(executed: nbformat.NotebookNode) -> None:
    assert all(cell.get("execution_count") for cell in executed.cells if cell.cell_type == "code")


def test_the_training_set_equals_pandas(executed: nbformat.NotebookNode, project: Path, purchases: pd.DataFrame) -> None:
    months = pd.date_range("1997-07-01", "1998-05-01", freq="MS")
    customers = purchases["customer_id"].drop_duplicates().to_numpy()
    rows = pd.concat([pd.DataFrame({"customer_id": customers, "as_of": month.tz_localize("UTC")}) for month in months], ignore_index=True)
    with jf.connect(start=project) as store:
        found = store.training_set(rows, ["customer_value@1"]).to_pandas()
    expected = pd.concat([customer_value(purchases, month).reindex(customers) for month in months], ignore_index=True)
    expected[["orders_180d", "spend_180d"]] = expected[["orders_180d", "spend_180d"]].fillna(0)
    pd.testing.assert_frame_equal(found[list(expected.columns)].astype("float64"), expected.astype("float64"), rtol=1e-12)


def test_live_values_equal_pandas(executed: nbformat.NotebookNode, project: Path, purchases: pd.DataFrame) -> None:
    expected = customer_value(purchases, pd.Timestamp("1998-07-01"))
    with jf.connect(start=project) as store:
        found = store.online(["customer_value"], [{"customer_id": int(key)} for key in expected.index]).to_pandas().set_index("customer_id")
    assert len(found) == 5_360
    pd.testing.assert_frame_equal(found.astype("float64"), expected.astype("float64"), rtol=1e-12)


def test_the_skew_classes_equal_pandas(executed: nbformat.NotebookNode, project: Path, purchases: pd.DataFrame) -> None:
    production = pd.read_parquet(project / "data" / "production_customer_value.parquet").set_index(["customer_id", "as_of"])["orders_180d"]
    right = pd.concat(
        {month: customer_value(purchases, month)["orders_180d"] for month in pd.to_datetime(["1998-04-01", "1998-05-01", "1998-06-01"])},
        names=["as_of"],
    ).swaplevel()
    missing = len(right.index.difference(production.index))
    matching = int((right.reindex(production.index) == production).sum())
    with jf.connect(start=project) as store:
        skew = store.compare("customer_value:orders_180d", against="data/production_customer_value.parquet").feature("orders_180d")
    assert (skew.counts.match, skew.counts.missing_in_production) == (matching, missing)
    assert skew.counts.value_mismatch == len(production) - matching
    assert skew.n == len(right)


def test_the_notebook_reads_without_a_kernel_as_html(executed: nbformat.NotebookNode) -> None:
    html, _ = HTMLExporter(exclude_input_prompt=True).from_notebook_node(executed)
    for words in ("Published customer_value@1", "skew: customer_value@1", "customer_value@1</td>"):
        assert words in html
