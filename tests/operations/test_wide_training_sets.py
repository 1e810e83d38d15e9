"""Many features of many views at once, each joined to the caller's rows and never to another's answer."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from jupyter_features.feature_store import FeatureStore


def test_two_hundred_features_of_five_views_stand_in_the_order_of_the_request(store: FeatureStore, project: Path) -> None:
    numbers = range(40)
    for view in range(5):
        features = ", ".join(f"SUM(amount) + {view * 100 + number} AS f{view}_{number}" for number in numbers)
        store.define(f"v{view}", sql=f"SELECT customer_id, {features} FROM purchases GROUP BY 1", entity="customer", sources=["purchases"])
    asked = [f"v{view}@draft:f{view}_{number}" for number in numbers for view in (4, 0, 2, 1, 3)]
    rows = pd.DataFrame({"customer_id": [2, 1, 9, 1], "as_of": pd.to_datetime(["1998-07-01"] * 4, utc=True)}, index=[7, 7, 0, 1])
    frame = store.training_set(rows, asked).to_pandas()
    assert list(frame.index) == [7, 7, 0, 1]
    # A view's columns stand together, in the order of its first mention.
    assert list(frame.columns[2:]) == [f"f{view}_{number}" for view in (4, 0, 2, 1, 3) for number in numbers]
    for view in range(5):
        for number in numbers:
            # Customer 2 spent 5.5 and customer 1 spent 70 in all; nobody knows customer 9.
            shift = view * 100 + number
            assert frame[f"f{view}_{number}"].iloc[[0, 1, 3]].tolist() == [5.5 + shift, 70.0 + shift, 70.0 + shift]
            assert frame[f"f{view}_{number}"].isna().iloc[2]
