"""Make `cdnow_purchases.parquet` from the CDNOW log inside the PyPI wheel of `lifetimes` 0.11.3.

Run it with `python examples/data/make_purchases.py`; it needs pip and the package index. The wheel is read as an
archive; the package is neither installed nor imported.
"""

from __future__ import annotations

import io
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

WHEEL = "lifetimes==0.11.3"
MEMBER = "lifetimes/datasets/CDNOW_master.txt"
TARGET = Path(__file__).parent / "cdnow_purchases.parquet"
SCHEMA = pa.schema(
    [("customer_id", pa.int64()), ("purchased_at", pa.timestamp("us")), ("cds", pa.int32()), ("amount", pa.float64())]
)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:", "--dest", folder, WHEEL]
        subprocess.run(command, check=True)
        (wheel,) = Path(folder).glob("*.whl")
        text = zipfile.ZipFile(wheel).read(MEMBER).decode("ascii")
    table = read_purchases(text)
    pq.write_table(table, TARGET, compression="zstd")
    print(f"{TARGET.name}: {table.num_rows} purchases by {len(table['customer_id'].unique())} customers, {TARGET.stat().st_size} bytes")


def read_purchases(text: str) -> pa.Table:
    """Read the log: customer_id, day (midnight UTC), number of CDs, value in US dollars."""
    frame = pd.read_csv(io.StringIO(text), sep=r"\s+", skiprows=1, names=["customer_id", "day", "cds", "amount"], dtype={"day": str})
    purchased_at = pd.to_datetime(frame["day"], format="%Y%m%d")
    columns = [frame["customer_id"], purchased_at.astype("datetime64[us]"), frame["cds"], frame["amount"]]
    return pa.Table.from_arrays([pa.array(column, field.type) for column, field in zip(columns, SCHEMA, strict=True)], schema=SCHEMA)


if __name__ == "__main__":
    main()
