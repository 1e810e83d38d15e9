"""`%feature VERB`, `%%feature NAME` and `%%feature_test NAME`."""

from __future__ import annotations

import argparse
import keyword
import traceback
from typing import Any

import pandas as pd
from IPython.core.magic import Magics, line_cell_magic, magics_class, no_var_expand
from IPython.display import display as _display

from jupyter_features.card import Displayed
from jupyter_features.cli.parser import build_parser, parse, split
from jupyter_features.cli.verbs import Body, Values, run_verb, what_exists_already
from jupyter_features.errors import FeatureTestError, InvalidArgumentError, JupyterFeaturesError
from jupyter_features.feature_store import FeatureStore, connect
from jupyter_features.operations.defined import Defined
from jupyter_features.operations.test_report import TestReport
from jupyter_features.skew.report import SkewReport
from jupyter_features.widgets.browse_view import BrowseView
from jupyter_features.widgets.skew_view import SkewView

# The line of a cell magic is the first line of its cell.
_BODY_LINE = 2


@magics_class
class FeatureMagics(Magics):
    """One store per notebook, connected by the first magic that needs it."""

    def __init__(self, shell: Any) -> None:
        super().__init__(shell)
        self._shell = shell
        self._store: FeatureStore | None = None

    @property
    def store(self) -> FeatureStore:
        """The notebook's store."""
        if self._store is None:
            self._store = connect()
        return self._store

    @no_var_expand
    @line_cell_magic
    def feature(self, line: str, cell: str | None = None) -> None:
        """Run a verb; as a cell magic, define the feature view that the line names."""
        words = split(line)
        self._run(words if cell is None else ["define", *words], cell)

    @no_var_expand
    @line_cell_magic
    def feature_test(self, line: str, cell: str | None = None) -> None:
        """Test the feature view that the line names on the rows of the cell."""
        self._run(["test", *split(line)], cell)

    def _run(self, words: list[str], cell: str | None) -> None:
        if "-h" in words or "--help" in words:
            print(_help(words))  # noqa: T201  # help is text, as in the terminal
            return
        try:
            self._run_verb(parse(words), None if cell is None else Body(cell, _BODY_LINE))
        except JupyterFeaturesError:
            if "--debug" in words:
                traceback.print_exc()
            raise

    def _run_verb(self, options: argparse.Namespace, body: Body | None) -> None:
        if getattr(options, "file", None) is not None:
            raise InvalidArgumentError("--file is for the terminal.", hint="Write the text in the cell.")
        out = getattr(options, "out", None)
        if out is not None and (not out.isidentifier() or keyword.iskeyword(out)):
            raise InvalidArgumentError(f"{out!r} cannot be a variable.", hint="Use a Python name, such as --out values.")
        if options.verb == "connect" and self._store is not None:
            self._store.close()
            self._store = None
        self._take_frame(options)
        result = run_verb(self.store, options, body)
        if out is not None:
            self._shell.user_ns[out] = _frame(result)
        self._show(options, result)
        if more := what_exists_already(self.store, options):
            _show_now(more)

    def _take_frame(self, options: argparse.Namespace) -> None:
        """Let DATA name a DataFrame of the notebook."""
        name = getattr(options, "data", None) or getattr(options, "against", None)
        value = self._shell.user_ns.get(name) if name else None
        if isinstance(value, pd.DataFrame):
            options.frame = value

    def _show(self, options: argparse.Namespace, result: Displayed) -> None:
        if options.verb == "browse":
            _show_now(BrowseView(self.store))
        elif isinstance(result, SkewReport):
            _show_now(SkewView(result) if options.widget else result)
            if not options.widget:
                worst = min(result.features, key=lambda feature: feature.match_rate if feature.match_rate is not None else -1.0)
                _show_now(next(chart for chart, feature in zip(result.charts(), result.features, strict=True) if feature is worst))
        else:
            _show_now(result)
        if isinstance(result, TestReport) and not result.is_passed:
            # A notebook that runs unattended must stop here, as a test suite would.
            raise FeatureTestError(f"The test of {result.view!r} failed: {len(result.mismatches)} values differ.")


def _show_now(result: object) -> None:
    _display(result)  # type: ignore[no-untyped-call]  # IPython does not annotate it


def register(shell: Any) -> None:
    """Give a shell the magics."""
    shell.register_magics(FeatureMagics)
    if _with_body not in shell.input_transformers_cleanup:
        shell.input_transformers_cleanup.append(_with_body)


def _with_body(lines: list[str]) -> list[str]:
    """Give an empty feature cell an empty body: without one, IPython answers for us, in words that some runners swallow."""
    return [*lines, "\n"] if len(lines) == 1 and lines[0].startswith("%%feature") else lines


def _frame(result: Displayed) -> object:
    if isinstance(result, Defined):
        return result.values.to_pandas()
    assert isinstance(result, Values)
    return result.frame


def _help(words: list[str]) -> str:
    parser: argparse.ArgumentParser = build_parser()
    (verbs,) = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    own = verbs.choices.get(words[0]) if words else None
    return (own or parser).format_help()
