"""A registry under pressure: `python benchmarks/pressure.py [SECONDS [KILLS]]`, by default 60 seconds and 200 kills.

Eight processes on SQLite and sixteen on PostgreSQL publish, promote and search at once; then a process that publishes is
killed at random moments. Prints what was done, and exits with 1 if a version or an event is lost or double, a reader has
seen the registry go back, or it is not whole after a kill.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import msgspec

sys.path.insert(0, str(Path(__file__).parent.parent))

from jupyter_features.definitions.subject import ROLES, Subject
from jupyter_features.registry.open_registry import open_registry
from tests.postgres import running_postgres
from tests.registry.pressure import check_nothing_lost, check_whole, kill_at_random, press, totals
from tests.registry.shelf import make_view

PROCESSES = {"sqlite": 8, "postgresql": 16}


def main(seconds: float = 60, kills: int = 200) -> int:
    """Press both kinds of database; tell the first thing that does not hold."""
    with tempfile.TemporaryDirectory() as folder, running_postgres() as server:
        view_file = Path(folder) / "view.json"
        view_file.write_bytes(msgspec.json.encode(make_view()))
        for kind, processes in PROCESSES.items():
            urls = [f"sqlite:///{folder}/{name}.db" if kind == "sqlite" else server.new_url() for name in ("pressed", "killed")]
            try:
                print(f"{kind}: {processes} processes for {seconds:.0f} s", flush=True)
                answers = press(urls[0], view_file, processes=processes, seconds=seconds)
                registry = open_registry(urls[0], folder=Path.cwd(), subject=Subject(name="ada", roles=ROLES))
                found = check_whole(registry)
                check_nothing_lost(registry, answers)
                registry.close()
                print(f"  {totals(answers)}; {found:,} versions, none lost, none double, every event there, no reader went back")
                found = kill_at_random(urls[1], view_file, kills=kills)
                print(f"  killed {kills} times while publishing: whole every time, {found:,} versions in the end", flush=True)
            except AssertionError as error:
                print(f"  FAILED: {error}")
                return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*(float(text) for text in sys.argv[1:2]), *(int(text) for text in sys.argv[2:3])))
