"""A training set on a few entities with very many events, against tiles of a day written by hand, in one run.

`python benchmarks/hot_set.py [EVENTS [ROWS]]`; by default 2,000,000 events of 10 customers and 20,000 rows, once over all
history and once over 90 days. Joining every row with every event of its customer compares some 10^9 pairs.
"""

from __future__ import annotations

import sys

from windowed_aggregates import FEATURES
from workload import Workload, compare, in_turns

_SUMS = {"orders": "SUM(orders)", "spend": "SUM(spend)", "items": "SUM(items)", "top": "MAX(top)", "spend_7d": "SUM(spend_7d)"}


def main(events: int = 2_000_000, rows: int = 20_000) -> None:
    """Print both times, their ratio, and whether the answers agree, for each lookback."""
    with Workload(events=events, keys=10, rows=rows) as work:
        names = ", ".join(f"{text.format(sum='SUM(amount)', as_of='as_of()')} AS {name}" for name, text in FEATURES.items())
        for days in (None, 90):
            work.define("hot", f"SELECT key_id, {names} FROM log GROUP BY key_id", kind="events", lookback=days and f"{days}d")
            ours, hand = in_turns(lambda: work.training_set("hot"), lambda days=days: work.by_hand(by_hand(days)))
            print(f"{events:,} events of 10 customers x {rows:,} rows, {f'{days} days' if days else 'all history'}")
            compare("day tiles by hand", ours, hand, list(FEATURES))


def by_hand(days: int | None) -> str:
    """Write day tiles: whole days added up once, and the rows of days that a bound cuts through."""
    lengths = [7, days] if days else [7]
    edges = "".join(f", date_trunc('day', as_of - INTERVAL {length} DAY) AS edge_{length}" for length in lengths)
    first = f"AND day > edge_{days}" if days else ""
    bound = f"AND happened_at >= as_of - INTERVAL {days} DAY" if days else ""
    cut = " UNION ".join(f"SELECT row, key_id, as_of, {edge} AS day FROM asked" for edge in ["last", *(f"edge_{n}" for n in lengths)])
    rows = ", ".join(f"{text.format(sum='SUM(amount)', as_of='as_of')} AS {name}" for name, text in FEATURES.items())
    tiles = ", ".join(f"{text.format(sum='SUM(amount)')} AS {name}" for name, text in FEATURES.items() if name != "spend_7d")
    whole = ", ".join(f"{_SUMS[name]} AS {name}" for name in FEATURES if name != "spend_7d")
    return f"""
        WITH days AS MATERIALIZED (SELECT *, date_trunc('day', happened_at) AS day FROM log),
        tiles AS MATERIALIZED (SELECT key_id, day, {tiles} FROM days GROUP BY ALL),
        asked AS MATERIALIZED (SELECT *, date_trunc('day', as_of) AS last {edges} FROM entity_rows),
        cut AS MATERIALIZED ({cut}),
        parts AS (
            SELECT row, {whole}, SUM(spend) FILTER (WHERE day > edge_7) AS spend_7d
            FROM asked JOIN tiles USING (key_id) WHERE day < last AND day <> edge_7 {first} GROUP BY row
            UNION ALL
            SELECT row, {rows} FROM cut JOIN days USING (key_id, day) WHERE happened_at < as_of {bound} GROUP BY row
        )
        SELECT row, {", ".join(f"{text} AS {name}" for name, text in _SUMS.items())} FROM parts GROUP BY row"""


if __name__ == "__main__":
    main(*(int(text) for text in sys.argv[1:]))
