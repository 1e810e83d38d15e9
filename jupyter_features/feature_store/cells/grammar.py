"""The grammar of `%feature` lines: words as a shell divides them, and one parser over verbs."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Sequence
from typing import NoReturn

from jupyter_features.errors import InvalidArgumentError, did_you_mean
from jupyter_features.feature_store.cells.verb import Verb


class Parser(argparse.ArgumentParser):
    """Raises our own error where argparse would print usage and leave the process."""

    def error(self, message: str) -> NoReturn:
        """Raise what argparse found, with the usage as the hint."""
        usage = " ".join(self.format_usage().removeprefix("usage: ").replace("[-h] [--debug] ", "").split())
        raise InvalidArgumentError(_sentence(message), hint=f"Usage: {usage}")

    def options(self) -> list[str]:
        """Names of all options that stand on this parser."""
        return [name for action in self._actions for name in action.option_strings]


def build(known: Sequence[Verb]) -> tuple[Parser, dict[str, Parser]]:
    """Build the parser of some verbs, and each verb's own."""
    # Abbreviated options would change their meaning when a new option is added.
    parser = Parser(prog="feature", description="Features, from the notebook to production.", allow_abbrev=False)
    choices = parser.add_subparsers(dest="verb", required=True, parser_class=Parser)
    built = {}
    for verb in known:
        own = choices.add_parser(verb.name, help=verb.help, description=verb.help, allow_abbrev=False)
        own.add_argument("--debug", action="store_true", help="show the whole traceback of an error")
        verb.add_arguments(own)
        built[verb.name] = own
    return parser, built


def parse_with(known: Sequence[Verb], words: Sequence[str]) -> argparse.Namespace:
    """Parse a verb and its options.

    Raises
    ------
    InvalidArgumentError
        If the verb or an option is unknown, missing, or of the wrong form.
    """
    parser, verbs = build(known)
    if not words:
        raise InvalidArgumentError("A verb is missing.", hint=f"Verbs: {', '.join(verbs)}.")
    if words[0] not in verbs and words[0] not in ("-h", "--help"):
        hint = did_you_mean(words[0], list(verbs)) or f"Verbs: {', '.join(verbs)}."
        raise InvalidArgumentError(f"There is no verb {words[0]!r}.", hint=hint)
    namespace, unknown = parser.parse_known_args(list(words))
    if unknown:
        own = verbs[words[0]]
        hint = did_you_mean(unknown[0], own.options()) or f"Options of {words[0]}: {', '.join(own.options()[2:]) or 'none'}."
        raise InvalidArgumentError(f"{words[0]} has no option {unknown[0]!r}.", hint=hint)
    return namespace


def split(line: str) -> list[str]:
    """Split a magic line as a shell does, so that `--source 'invoices:7d as week'` is two words.

    Raises
    ------
    InvalidArgumentError
        If a quote is not closed.
    """
    try:
        return shlex.split(line)
    except ValueError as error:
        raise InvalidArgumentError("A quote on the line is not closed.", hint="Close it, or leave it out.") from error


def _sentence(message: str) -> str:
    message = message.removeprefix("argument ")
    return message[:1].upper() + message[1:].rstrip(".") + "."
