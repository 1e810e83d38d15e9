"""The same training set with Feast, in an environment of its own: time, peak memory and rows returned, in one run.

`python benchmarks/feast_comparison.py [STATES [ROWS]]`; by default 1,000,000 states of 100,000 keys, 10 features, and
100,000 rows: the newest state of each row, which is what Feast's historical retrieval does. Both of its file based offline
stores are asked, the default one and DuckDB. The environment is made once with pip, in `~/.cache/jupyter_features`, because
Feast needs pandas before 3.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

from workload import Workload, in_own_process

COLUMNS = [f"value_{number}" for number in range(10)]
ENVIRONMENT = Path.home() / ".cache" / "jupyter_features" / "feast"
_FEAST_SIDE = Path(__file__).with_name("feast_side.py")


def main(states: int = 1_000_000, rows: int = 100_000) -> None:
    """Print one line for each side."""
    python = _environment()
    with tempfile.TemporaryDirectory() as folder:
        with Workload(events=states, keys=max(states // 10, 1), rows=rows, columns=COLUMNS, folder=Path(folder)):
            pass
        print(f"{states:,} states x {rows:,} rows, {len(COLUMNS)} features")
        script = Path(__file__).with_name("state_lookup.py")
        ours, memory, table = in_own_process(str(script), "ours", states, rows, folder, f"{folder}/ours.parquet")
        _report("ours", ours, memory, table.num_rows, table.column(COLUMNS[0]).null_count)
        for store in ("file", "duckdb"):
            answer = f"{folder}/{store}.parquet"
            # Feast would tell its maker of each call.
            quiet = {**os.environ, "FEAST_USAGE": "False"}
            done = subprocess.run([python, _FEAST_SIDE, store, folder, answer], capture_output=True, text=True, env=quiet, check=False)
            if done.returncode:
                print(f"  Feast, {store}: failed: {done.stderr.strip().splitlines()[-1][:200]}")
                continue
            seconds, peak, count, nulls = done.stdout.splitlines()[-1].split()
            _report(f"Feast, {store}", float(seconds), int(peak), int(count), int(nulls))
            print(f"    ours takes {ours / float(seconds):.2f} of its time and {memory / int(peak):.2f} of its memory")


def _report(label: str, seconds: float, memory: int, rows: int, nulls: int) -> None:
    print(f"  {label:14} {seconds:8.3f} s  peak {memory:6,} MB  {rows:,} rows, {nulls:,} without a value")


def _environment() -> str:
    python = ENVIRONMENT / "bin" / "python"
    if not python.exists():
        print(f"installing Feast in {ENVIRONMENT} ...")
        venv.create(ENVIRONMENT, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "feast[duckdb]", "pandas<3"], check=True, capture_output=True)
    return str(python)


if __name__ == "__main__":
    main(*(int(text) for text in sys.argv[1:]))
