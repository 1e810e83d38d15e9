"""What a feature cell costs over running the same SQL bare: `python benchmarks/preview.py [EVENTS]`, by default 500,000.

Prints the median of defining and previewing a view whose text is new each time, as when one edits a cell, against the same
SELECT with its bounds written by hand; and what compiling costs of that, warm.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime

from workload import Workload

CLAIM_MS, COMPILE_CLAIM_MS = 50, 20
RUNS = 15
AS_OF = datetime(2024, 12, 31, tzinfo=UTC)
SQL = """SELECT key_id,
       COUNT(DISTINCT items) AS orders_90d,
       SUM(items * amount) AS spend_90d,
       SUM(items * amount) FILTER (WHERE happened_at >= {as_of} - INTERVAL 7 DAY) AS spend_7d
FROM log
WHERE items > {minimum} {bounds}
GROUP BY key_id"""


def main(events: int = 500_000) -> int:
    """Print the medians and their difference; exit with 1 if a claim does not hold."""
    with Workload(events=events, keys=5_000, rows=1) as work:
        literal = f"TIMESTAMP '{AS_OF:%Y-%m-%d}'"
        bounds = f"AND happened_at < {literal} AND happened_at >= {literal} - INTERVAL 90 DAY"
        work.define("cell", SQL.format(as_of="as_of()", minimum=-1, bounds=""), kind="events", lookback="90d", as_of=AS_OF)
        # In turns, so that a busy moment of the machine falls on all alike.
        times: dict[str, list[float]] = {"bare": [], "cell": [], "compile": []}
        for run in range(RUNS + 2):
            new = SQL.format(as_of="as_of()", minimum=f"0 AND {run} >= 0", bounds="")
            bare = SQL.format(as_of=literal, minimum=f"0 AND {run} >= 0", bounds=bounds)
            times["bare"].append(_ms(lambda bare=bare: work.by_hand(bare)))
            times["cell"].append(_ms(lambda new=new: str(work.look("cell", new, as_of=AS_OF))))
            times["compile"].append(_ms(lambda new=new: work.compile(f"{new} HAVING COUNT(*) > 0", lookback="90d")))
    bare, cell, compiled = (statistics.median(each[2:]) for each in times.values())
    print(f"the SQL bare               {bare:7.1f} ms  (median of {RUNS} runs, {events:,} events)")
    print(f"a feature cell             {cell:7.1f} ms")
    print(f"the cell costs             {cell - bare:7.1f} ms more  (claim: under {CLAIM_MS} ms)")
    print(f"of that, compiling takes   {compiled:7.1f} ms  (claim: under {COMPILE_CLAIM_MS} ms)")
    return 0 if cell - bare < CLAIM_MS and compiled < COMPILE_CLAIM_MS else 1


def _ms(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return 1000 * (time.perf_counter() - start)


if __name__ == "__main__":
    sys.exit(main(*(int(text) for text in sys.argv[1:])))
