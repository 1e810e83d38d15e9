"""The one argument parser behind `%feature`, `%%feature`, `%%feature_test` and `jupyter features`."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from jupyter_features.cli.verbs import VERBS
from jupyter_features.feature_store.cells.grammar import build, parse_with, split

__all__ = ["build_parser", "parse", "split"]


def build_parser() -> argparse.ArgumentParser:
    """Build the parser of all verbs; a namespace it gives has `verb` and the verb's own options."""
    return build(VERBS)[0]


def parse(words: Sequence[str]) -> argparse.Namespace:
    """Parse the words after `%feature` or `jupyter features`; raises what `parse_with` raises."""
    return parse_with(VERBS, words)
