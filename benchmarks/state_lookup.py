"""The newest state of each row of a training set, against a plain ASOF JOIN written by hand: time and peak memory, in one run.

`python benchmarks/state_lookup.py [STATES [ROWS]]`; without sizes 1,000,000 states x 100,000 rows, then 10,000,000 x
1,000,000, always ten states a key and 10 features. Each side runs in processes of its own, in turns; a turn is the median
of its runs, the first of which is cold.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from pathlib import Path

import pyarrow.parquet as pq
from workload import Timed, Workload, compare, in_own_process, in_turns, peak_memory

TURNS = 3
COLUMNS = [f"value_{number}" for number in range(10)]
NAMES = ", ".join(COLUMNS)
BY_HAND = f"SELECT row, {NAMES} FROM entity_rows ASOF JOIN log ON entity_rows.key_id = log.key_id AND as_of >= happened_at"


def main(states: int, rows: int) -> None:
    """Print both times and both peaks, their ratios, and whether the answers agree."""
    with tempfile.TemporaryDirectory() as folder:
        with Workload(events=states, keys=max(states // 10, 1), rows=rows, columns=COLUMNS, folder=Path(folder)):
            pass
        print(f"{states:,} states x {rows:,} rows, {len(COLUMNS)} features")
        turns: dict[str, list[tuple[float, int]]] = {"ours": [], "hand": []}
        for _ in range(TURNS):
            for side, found in turns.items():
                found.append(in_own_process(__file__, side, states, rows, folder, f"{folder}/{side}.parquet"))
        ours, hand = (Timed([each for each, _ in found], pq.read_table(f"{folder}/{side}.parquet")) for side, found in turns.items())
        compare("ASOF JOIN by hand", ours, hand, COLUMNS)
        own_memory, memory = (max(each for _, each in found) for found in turns.values())
        print(f"  peak memory: ours {own_memory:,} MB, by hand {memory:,} MB, ratio {own_memory / memory:.2f}")


def one_side(side: str, states: int, rows: int, folder: str, answer: str) -> None:
    """Run one side and print its seconds and its peak of memory."""
    with Workload(events=states, keys=max(states // 10, 1), rows=rows, columns=COLUMNS, folder=Path(folder)) as work:
        if side == "ours":
            work.define("newest", f"SELECT key_id, {NAMES} FROM log", kind="state", lookback=None)
        [timed] = in_turns(lambda: work.training_set("newest") if side == "ours" else work.by_hand(BY_HAND))
        print(statistics.median(timed.seconds), peak_memory())
    pq.write_table(timed.answer, answer)


if __name__ == "__main__":
    if sys.argv[1:2] in (["ours"], ["hand"]):
        one_side(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4], sys.argv[5])
    elif sys.argv[1:]:
        main(int(sys.argv[1]), int(sys.argv[2]) if sys.argv[2:] else 100_000)
    else:
        main(1_000_000, 100_000)
        main(10_000_000, 1_000_000)
