"""Progress of long work: plain lines on the standard error stream, none for what is done within two seconds."""

from __future__ import annotations

import sys
import threading
from types import TracebackType

QUIET_SECONDS = 2.0


class Progress:
    """Tells how many rows are done.

    The first line comes after two seconds, from then on one with every `advance`, and a last one at the end. Work that is
    faster says nothing.

    Parameters
    ----------
    title
        What is being done.
    total
        Number of rows in all.
    """

    def __init__(self, title: str, total: int) -> None:
        self._title = title
        self._total = total
        self._done = 0
        self._is_shown = False
        # One piece of work can take longer than two seconds: the first line must not wait for its end.
        self._timer = threading.Timer(QUIET_SECONDS, self.start)
        self._timer.daemon = True

    def __enter__(self) -> Progress:
        self._timer.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        self._timer.cancel()
        if self._is_shown and kind is not None:
            self._write("stopped at")

    def start(self) -> None:
        """Show the first line, and from now on one for each step; called by itself after two seconds."""
        self._is_shown = True
        self._write("")

    def advance(self, rows: int) -> None:
        """Count rows that are done."""
        self._done += rows
        if self._is_shown:
            self._write("")

    def _write(self, word: str) -> None:
        share = 100 * self._done // self._total if self._total else 100
        done = " ".join(part for part in (word, f"{self._done:,} of {self._total:,} rows ({share}%)") if part)
        sys.stderr.write(f"{self._title}: {done}\n")
        sys.stderr.flush()
