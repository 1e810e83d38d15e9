"""Windowed aggregates for a training set, against the best SQL written by hand for the same answer, in one run.

`python benchmarks/windowed_aggregates.py [EVENTS [ROWS]]`; by default 5,000,000 events of 200,000 customers and 100,000
rows. Our sums of floats are exact and rounded once, so they never depend on threads; the SQL by hand is timed with plain
sums, whose last bits may differ from run to run, and with sums that add in the order of the values.
"""

from __future__ import annotations

import sys

from workload import HAND_SUM, Workload, compare, in_turns

FEATURES = {
    "orders": "COUNT(*)",
    "spend": "{sum}",
    "items": "SUM(items)",
    "top": "MAX(amount)",
    "spend_7d": "{sum} FILTER (WHERE happened_at >= {as_of} - INTERVAL 7 DAY)",
}


def main(events: int = 5_000_000, rows: int = 100_000) -> None:
    """Print all times, the ratios, and whether the answers agree."""
    with Workload(events=events, keys=200_000, rows=rows) as work:
        names = ", ".join(f"{text.format(sum='SUM(amount)', as_of='as_of()')} AS {name}" for name, text in FEATURES.items())
        work.define("window", f"SELECT key_id, {names} FROM log GROUP BY key_id", kind="events", lookback="90d")
        queries = {label: by_hand(total) for label, total in HAND_SUM.items()}
        print(f"{events:,} events x {rows:,} rows, {len(FEATURES)} features")
        sides = [lambda: work.training_set("window"), *(lambda query=query: work.by_hand(query) for query in queries.values())]
        ours, *hands = in_turns(*sides)
        for label, hand in zip(queries, hands, strict=True):
            compare(label, ours, hand, list(FEATURES))


def by_hand(total: str) -> str:
    """Write the join and the GROUP BY."""
    hand = ", ".join(f"{text.format(sum=total, as_of='as_of')} AS {name}" for name, text in FEATURES.items())
    return f"""SELECT row, {hand} FROM entity_rows JOIN log USING (key_id)
               WHERE happened_at < as_of AND happened_at >= as_of - INTERVAL 90 DAY GROUP BY row"""


if __name__ == "__main__":
    main(*(int(text) for text in sys.argv[1:]))
