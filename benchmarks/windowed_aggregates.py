"""Windowed aggregates for a training set, against the best SQL written by hand for the same answer, in one run.

`python benchmarks/windowed_aggregates.py [EVENTS [ROWS]]`; by default 5,000,000 events of 200,000 customers and 100,000
rows. Our sums of floats add in the order of their values, so that they never depend on threads; the SQL by hand is timed
with plain sums, which may differ in the last bits from run to run, and once with the same order.
"""

from __future__ import annotations

import sys

from workload import HAND_SUM, Workload, best_of, compare

FEATURES = {
    "orders": "COUNT(*)",
    "spend": "{sum}",
    "items": "SUM(items)",
    "top": "MAX(amount)",
    "spend_7d": "{sum} FILTER (WHERE happened_at >= {as_of} - INTERVAL 7 DAY)",
}


def main(events: int = 5_000_000, rows: int = 100_000) -> None:
    with Workload(events=events, keys=200_000, rows=rows) as work:
        names = ", ".join(f"{text.format(sum='SUM(amount)', as_of='as_of()')} AS {name}" for name, text in FEATURES.items())
        work.define("window", f"SELECT key_id, {names} FROM log GROUP BY key_id", kind="events", lookback="90d")
        ours, found = best_of(lambda: work.training_set("window"))
        print(f"{events:,} events x {rows:,} rows, {len(FEATURES)} features")
        for label, total in HAND_SUM.items():
            hand = ", ".join(f"{text.format(sum=total, as_of='as_of')} AS {name}" for name, text in FEATURES.items())
            query = f"""SELECT row, {hand} FROM entity_rows JOIN log USING (key_id)
                        WHERE happened_at < as_of AND happened_at >= as_of - INTERVAL 90 DAY GROUP BY row"""
            seconds, expected = best_of(lambda query=query: work.by_hand(query))
            compare(label, ours, found, seconds, expected, list(FEATURES))


if __name__ == "__main__":
    main(*(int(text) for text in sys.argv[1:]))
