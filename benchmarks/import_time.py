"""What `import jupyter_features` costs over the bare interpreter: `python benchmarks/import_time.py`."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

CLAIM_SECONDS = 0.3
RUNS = 15


def main() -> int:
    """Print both medians and their difference; exit with 1 if the claim does not hold."""
    bare, package = [], []
    # In turns, so that a busy moment of the machine falls on both alike; the first pair only warms the file cache.
    for _ in range(RUNS + 1):
        bare.append(_seconds("pass"))
        package.append(_seconds("import jupyter_features"))
    before, after = statistics.median(bare[1:]), statistics.median(package[1:])
    cost = after - before
    print(f"bare interpreter          {before:.3f} s  (median of {RUNS} runs)")
    print(f"import jupyter_features   {after:.3f} s  (median of {RUNS} runs)")
    print(f"the import costs          {cost:.3f} s  (claim: under {CLAIM_SECONDS} s)")
    return 0 if cost < CLAIM_SECONDS else 1


def _seconds(code: str) -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True)
    return time.perf_counter() - start


if __name__ == "__main__":
    sys.exit(main())
