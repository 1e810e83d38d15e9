"""The reference names every verb, option and call, and none that does not exist."""

from __future__ import annotations

import argparse
import inspect
import re
from pathlib import Path

import pytest

import jupyter_features as jf
from jupyter_features.cli.parser import build_parser
from jupyter_features.feature_store import FeatureStore

PAGE = (Path(__file__).parents[2] / "docs" / "reference.md").read_text("utf-8")
# Said once above all verbs.
OF_EVERY_VERB = {"-h", "--help", "--debug"}
# For the magics, so that an error gives the line of the cell.
NOT_FOR_CALLERS = {"self", "first_line"}


# Each verb is a thin shell over these calls.
CALLS: dict[str, tuple[str, ...]] = {
    "connect": ("describe",), "doctor": ("doctor",), "entity": ("entity",), "source": ("source",), "define": ("define",),
    "test": ("test",), "check": ("check",), "list": ("search",), "search": ("search",), "browse": ("search",),
    "show": ("view_detail", "bound_sql"), "diff": ("diff",), "history": ("history",), "plan": ("plan",),
    "publish": ("publish", "publish_notebook"), "promote": ("promote",), "rollback": ("rollback",), "yank": ("yank",),
    "certify": ("certify",), "deprecate": ("deprecate",), "retire": ("retire",), "export": ("export",), "import": ("import_",),
    "service": ("service", "services"), "model": ("model", "models"), "team": ("team", "teams"),
    "get": ("preview", "latest_instant"),
    "materialize": ("materialize",), "online": ("online",), "skew": ("compare",),
    "token": ("create_token", "tokens", "revoke_token"),
}  # fmt: skip
# Runs until it is stopped.
OF_THE_TERMINAL = {"serve"}
PARAMETERS = {"--dry-run": "dry_run", "--reason": "reason", "--ack": "acknowledge", "--evidence": "evidence"}


def _verbs() -> dict[str, argparse.ArgumentParser]:
    (action,) = [action for action in build_parser()._actions if isinstance(action, argparse._SubParsersAction)]
    return dict(action.choices)


def _sections() -> dict[str, str]:
    verbs = PAGE.partition("\n## Verbs\n")[2].partition("\n## ")[0]
    return {heading: text for heading, _, text in (section.partition("\n") for section in verbs.split("\n### ")[1:])}


def _calls() -> dict[str, set[str]]:
    found = re.findall(r"`(?:store|jf)\.(\w+)\(([^)]*)\)`", PAGE)
    return {name: {word.strip("* ") for word in words.split(",")} - {""} for name, words in found}


def _public_calls() -> dict[str, set[str]]:
    methods = {name: member for name, member in inspect.getmembers(FeatureStore, inspect.isfunction) if not name.startswith("_")}
    return {
        name: set(inspect.signature(member).parameters) - NOT_FOR_CALLERS for name, member in (methods | {"connect": jf.connect}).items()
    }


def test_every_verb_has_its_section_in_the_parsers_order():
    assert list(_sections()) == list(_verbs())


@pytest.mark.parametrize("verb", _verbs())
def test_the_section_of_a_verb_names_exactly_its_options(verb: str):
    options = {name for action in _verbs()[verb]._actions for name in action.option_strings} - OF_EVERY_VERB
    table = "\n".join(line for line in _sections()[verb].splitlines() if line.startswith("| `"))

    assert set(re.findall(r"`(--[a-z-]+)", table)) == options


def test_every_public_call_stands_there_with_exactly_its_parameters():
    assert _calls() == _public_calls()


def test_every_verb_has_its_calls():
    assert set(CALLS) | OF_THE_TERMINAL == set(_verbs())


@pytest.mark.parametrize("verb", CALLS)
def test_a_verb_takes_nothing_that_its_calls_do_not_take(verb: str):
    calls = _public_calls()
    options = {name for action in _verbs()[verb]._actions for name in action.option_strings}

    assert {PARAMETERS[name] for name in options & set(PARAMETERS)} <= {parameter for call in CALLS[verb] for parameter in calls[call]}
