"""What every verb of the facade works with; the only place that picks concrete parts."""

from __future__ import annotations

import getpass
import os
import warnings
from datetime import datetime
from pathlib import Path
from typing import Self

from jupyter_features.analysis.severity import severities
from jupyter_features.clock import Clock, system_clock, to_utc
from jupyter_features.config import STATE_FOLDER, Settings
from jupyter_features.definitions.feature_view import CompiledView
from jupyter_features.definitions.subject import ROLES, Subject
from jupyter_features.drafts import Drafts
from jupyter_features.engines.duckdb.engine import DuckDBEngine
from jupyter_features.errors import FeatureWarning
from jupyter_features.online.sqlite import SqliteOnlineStore
from jupyter_features.operations.catalog import Catalog
from jupyter_features.operations.check import Checker
from jupyter_features.operations.compile_once import CompileOnce
from jupyter_features.operations.defined import Defined
from jupyter_features.operations.duplicate_search import DuplicateSearch
from jupyter_features.operations.newest_instant import newest_instant
from jupyter_features.operations.use_log import UseLog
from jupyter_features.registry.open_registry import open_registry
from jupyter_features.registry.questions import GetRevision

ViewLike = str | Defined


class Parts:
    """One project's settings, engine, registry, online store and drafts.

    Parameters
    ----------
    start
        Folder that relative paths of sources start from.
    subject
        Who asks the registry; None means whoever works on this machine.
    drafts
        File of the drafts; None means the project's own.
    computes
        Whether defining computes a first look. If not, no row is computed and no function is called: a definition in
        Python that is not published word for word has no features and no fingerprint.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        start: Path,
        clock: Clock = system_clock,
        subject: Subject | None = None,
        drafts: Path | None = None,
        computes: bool = True,
    ) -> None:
        self.settings = settings
        self._start = start
        self._subject = subject
        self._clock = clock
        self._engine = DuckDBEngine(settings.project)
        rules, origin = settings.rules
        self._severities = severities(rules, origin=origin)
        self._checker = Checker(self._engine, self._severities)
        self._registry = open_registry(settings.registry.value, folder=settings.project, subject=subject or _local_subject(), clock=clock)
        self._uses = UseLog(self._registry)
        self._duplicates = DuplicateSearch(self._registry)
        self._online = SqliteOnlineStore(settings.sqlite_path(settings.online))
        self._drafts = Drafts(drafts or settings.project / STATE_FOLDER / "drafts.db")
        self._computes = computes
        self._catalog = Catalog(self._drafts, self._registry, settings.environment.value)
        self._compiler = CompileOnce(self._catalog, self._engine)
        self._has_warned_of_naive_time = False

    @property
    def environment(self) -> str:
        """Name of the environment whose pointers unpinned references follow."""
        return self.settings.environment.value

    def revision(self) -> int:
        """Give the registry's revision: it grows with every change."""
        return self._registry.send(GetRevision())

    def close(self) -> None:
        """Give files and connections back."""
        self._uses.close()
        self._engine.close()
        self._registry.close()
        self._online.close()

    def _apart(self, start: Path, /, *, drafts: Path, computes: bool = True) -> Self:
        """Open the same registry as the same person, with drafts of its own; see the parameters of the class."""
        return type(self)(self.settings, start=start, clock=self._clock, subject=self._subject, drafts=drafts, computes=computes)

    def _compiled(self, view: ViewLike) -> CompiledView:
        return view.view if isinstance(view, Defined) else self._catalog.draft_or_published(view)

    def _latest_instant(self, view: CompiledView) -> datetime:
        """Choose the instant of a first look: just after the newest row, so that old data shows something; at most now."""
        now = to_utc(self._clock())
        newest = newest_instant(view.sources, self._engine)
        return min(now, to_utc(newest)) if newest else now

    def _location(self, data: str | Path) -> str:
        path = (self._start / data).absolute()
        try:
            return Path(os.path.normpath(path)).relative_to(self.settings.project).as_posix()
        except ValueError:
            return path.as_posix()

    def _warn_of_naive_time(self) -> None:
        if not self._has_warned_of_naive_time:
            self._has_warned_of_naive_time = True
            warnings.warn("Instants without a zone are taken as UTC.", FeatureWarning, stacklevel=4)


def name_of(view: ViewLike) -> str:
    """Give the name of a view, however it is given."""
    return view.name if isinstance(view, Defined) else view


def _local_subject() -> Subject:
    """Who works on this machine. Ownership is asked all the same: nobody is an admin, who could join any team, by chance."""
    roles = tuple(role for role in ROLES if role != "admin")
    return Subject(name=os.environ.get("JUPYTER_FEATURES_AUTHOR") or getpass.getuser(), roles=roles)
