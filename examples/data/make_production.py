"""Make `production_customer_value.parquet`: what a separate production pipeline wrote for the first of three months.

The pipeline was written by hand, apart from the feature definition, and has a fault of a common kind: its purchases
arrive a week late, so that at each instant the last seven days are missing. Everything else is right.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

FOLDER = Path(__file__).parent
INSTANTS = ("1998-04-01", "1998-05-01", "1998-06-01")
LATENESS = pd.Timedelta(days=7)


def main() -> None:
    purchases = pd.read_parquet(FOLDER / "cdnow_purchases.parquet")
    table = pd.concat([snapshot(purchases, pd.Timestamp(instant)) for instant in INSTANTS], ignore_index=True)
    table["as_of"] = table["as_of"].astype("datetime64[us]")
    target = FOLDER / "production_customer_value.parquet"
    table.to_parquet(target, index=False, compression="zstd")
    print(f"{target.name}: {len(table)} rows at {len(INSTANTS)} instants, {target.stat().st_size} bytes")


def snapshot(purchases: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """Compute the features at one instant, as the pipeline does."""
    day = purchases["purchased_at"]
    loaded = purchases[(day < as_of - LATENESS) & (day >= as_of - pd.Timedelta(days=180))]
    groups = loaded.groupby("customer_id")
    recent = loaded[loaded["purchased_at"] >= as_of - pd.Timedelta(days=30)].groupby("customer_id")["amount"].sum()
    table = pd.DataFrame(
        {
            "recency_days": (as_of - groups["purchased_at"].max()).dt.days,
            "orders_180d": groups.size(),
            "spend_180d": groups["amount"].sum(),
            "spend_30d": recent,
            "average_order": groups["amount"].mean(),
        }
    )
    return table.rename_axis("customer_id").reset_index().assign(as_of=as_of)


if __name__ == "__main__":
    main()
