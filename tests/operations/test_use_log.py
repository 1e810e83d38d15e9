"""Reads are counted in memory, and reported in requests of a size that the registry takes."""

from __future__ import annotations

from typing import Any, cast

from jupyter_features.definitions.feature_view import CompiledView
from jupyter_features.operations.resolve import ResolvedView
from jupyter_features.operations.use_log import UseLog
from jupyter_features.registry.changes import RecordUses
from jupyter_features.registry.registry import Registry

from ..registry.shelf import make_view


class Hearing:
    """Hears what is reported."""

    def __init__(self) -> None:
        self.heard: list[RecordUses] = []

    def send(self, request: RecordUses) -> int:
        self.heard.append(request)
        return len(request.uses)


def read(view: CompiledView, version: int) -> ResolvedView:
    return ResolvedView(view=view, version=version, keys={}, outputs=())


def test_many_lines_are_reported_in_several_requests() -> None:
    registry, view = Hearing(), make_view()
    log = UseLog(cast("Registry", cast("Any", registry)))

    log.note([read(view, version) for version in range(1, 2_502)], "online")
    log.note([read(view, 7)], "online")
    log.close()

    assert [len(request.uses) for request in registry.heard] == [1_000, 1_000, 501]
    assert sum(use.reads for request in registry.heard for use in request.uses) == 2_502
    assert {use.kind for request in registry.heard for use in request.uses} == {"online"}
