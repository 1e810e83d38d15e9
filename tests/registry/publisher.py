"""Publish versions of one view from a process of its own: `publisher.py REGISTRY VIEW LABEL COUNT`, one line per version."""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec

from jupyter_features.definitions.feature_view import CompiledView
from jupyter_features.errors import JupyterFeaturesError
from jupyter_features.registry.registry import Registry


def main(path: str, view_file: str, label: str, count: str) -> None:
    """Publish COUNT fingerprints that begin with LABEL; an error is printed, and what can be read after it."""
    registry = Registry(Path(path))
    view = msgspec.json.decode(Path(view_file).read_bytes(), type=CompiledView)
    for number in range(int(count)):
        new = msgspec.structs.replace(view, fingerprint=f"{label}-{number}")
        try:
            version, _ = registry.publish(new, environment="dev", author=label, checks=[], tests=0)
            print(version.version, flush=True)
        except JupyterFeaturesError as error:
            print(type(error).__name__, error.message, registry.names())


if __name__ == "__main__":
    main(*sys.argv[1:])
