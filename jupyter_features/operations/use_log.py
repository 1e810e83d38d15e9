"""Who reads which features is learned from reads: counted in memory, and reported now and then, never while one reads."""

from __future__ import annotations

import atexit
import threading
from collections import Counter
from collections.abc import Sequence
from typing import Literal

from jupyter_features.definitions.consumer import Use
from jupyter_features.errors import RegistryError
from jupyter_features.operations.resolve import ResolvedView
from jupyter_features.registry.bounds import MOST_USES
from jupyter_features.registry.changes import RecordUses
from jupyter_features.registry.registry import Registry

REPORT_SECONDS = 30.0

Kind = Literal["training set", "online"]


class UseLog:
    """Adds up reads of published versions and reports them at most every half minute, and at the end.

    A report that fails is dropped: usage is a hint, and no read may suffer for it.
    """

    def __init__(self, registry: Registry, *, seconds: float = REPORT_SECONDS) -> None:
        self._registry = registry
        self._seconds = seconds
        self._counts: Counter[tuple[str, int, Kind]] = Counter()
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None

    def note(self, views: Sequence[ResolvedView], kind: Kind) -> None:
        """Count one read of each published version; drafts do not count."""
        read = [(view.view.name, view.version, kind) for view in views if view.version is not None]
        if not read:
            return
        with self._lock:
            self._counts.update(read)
            if self._timer is None:
                self._timer = threading.Timer(self._seconds, self.report)
                self._timer.daemon = True  # must not keep a process alive that is done
                self._timer.start()
                atexit.register(self.report)

    def report(self) -> None:
        """Send what was counted since the last report."""
        with self._lock:
            counts, self._counts = self._counts, Counter()
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
                atexit.unregister(self.report)
        if not counts:
            return
        uses = tuple(Use(name=name, version=version, kind=kind, reads=reads) for (name, version, kind), reads in counts.items())
        try:
            for first in range(0, len(uses), MOST_USES):
                self._registry.send(RecordUses(uses=uses[first : first + MOST_USES]))
        except (RegistryError, PermissionError):
            return

    def close(self) -> None:
        """Report what is left."""
        self.report()
