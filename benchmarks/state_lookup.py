"""The newest state of each row of a training set, against a plain ASOF JOIN written by hand, in one run.

`python benchmarks/state_lookup.py [STATES [ROWS]]`; by default 1,000,000 states of 100,000 keys, 10 columns, and 100,000
rows.
"""

from __future__ import annotations

import sys

from workload import Workload, best_of, compare

COLUMNS = [f"value_{number}" for number in range(10)]


def main(states: int = 1_000_000, rows: int = 100_000) -> None:
    with Workload(events=states, keys=max(states // 10, 1), rows=rows, columns=COLUMNS) as work:
        names = ", ".join(COLUMNS)
        work.define("newest", f"SELECT key_id, {names} FROM log", kind="state", lookback=None)
        ours, found = best_of(lambda: work.training_set("newest"))
        print(f"{states:,} states x {rows:,} rows, {len(COLUMNS)} features")
        query = f"SELECT row, {names} FROM entity_rows ASOF JOIN log ON entity_rows.key_id = log.key_id AND as_of >= happened_at"
        seconds, expected = best_of(lambda: work.by_hand(query))
        compare("ASOF JOIN by hand", ours, found, seconds, expected, COLUMNS)


if __name__ == "__main__":
    main(*(int(text) for text in sys.argv[1:]))
