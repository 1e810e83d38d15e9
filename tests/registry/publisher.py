"""Publish versions of one view from a process of its own: `publisher.py REGISTRY VIEW LABEL COUNT`, one line per version."""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec

from jupyter_features.definitions.evidence import GATES, CheckRecord, Evidence
from jupyter_features.definitions.feature_view import CompiledView
from jupyter_features.definitions.subject import ROLES, Subject
from jupyter_features.errors import JupyterFeaturesError, PublishConflictError
from jupyter_features.registry.changes import Publish
from jupyter_features.registry.questions import ListNames, ListVersions
from jupyter_features.registry.sql_registry import SqlRegistry
from jupyter_features.registry.sqlite import SqliteDatabase


def main(path: str, view_file: str, label: str, count: str) -> None:
    """Publish COUNT fingerprints that begin with LABEL; an error is printed, and what can be read after it."""
    registry = SqlRegistry(SqliteDatabase(Path(path)), subject=Subject(name="ada", roles=ROLES))
    view = msgspec.json.decode(Path(view_file).read_bytes(), type=CompiledView)
    for number in range(int(count)):
        try:
            print(publish(registry, msgspec.structs.replace(view, fingerprint=f"{label}-{number}")), flush=True)
        except JupyterFeaturesError as error:
            print(type(error).__name__, error.message, registry.send(ListNames()))


def publish(registry: SqlRegistry, view: CompiledView) -> int:
    """Publish over whatever is served, again if somebody was faster."""
    evidence = Evidence(fingerprint=view.fingerprint, checks=tuple(CheckRecord(name, True) for name in GATES))
    while True:
        known = registry.send(ListVersions(name=view.name))
        base = known[0].version if known else None  # publishers here only ever move the pointer to the newest
        try:
            return registry.send(Publish(view=view, environment="dev", evidence=evidence, base=base)).version.version
        except PublishConflictError:
            continue


if __name__ == "__main__":
    main(*sys.argv[1:])
