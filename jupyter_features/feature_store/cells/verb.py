"""What a verb is, and what all groups of verbs share."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from jupyter_features.card import Displayed
from jupyter_features.errors import InvalidArgumentError
from jupyter_features.feature_store import FeatureStore


@dataclass(frozen=True)
class Body:
    """The text below a cell magic's line, or a file given to the terminal.

    Parameters
    ----------
    first_line
        The number that the person sees beside its first line.
    """

    text: str
    first_line: int = 1


@dataclass(frozen=True)
class Verb:
    """One verb; `run` gets the body for `define` and `test`, else None."""

    name: str
    help: str
    add_arguments: Callable[[ArgumentParser], None]
    run: Callable[[FeatureStore, Namespace, Body | None], Displayed]


def no_arguments(_: ArgumentParser) -> None:
    """Take none."""


def add_name(noun: str) -> Callable[[ArgumentParser], None]:
    """Take one name."""

    def add(parser: ArgumentParser) -> None:
        parser.add_argument("name", metavar="NAME", help=noun)

    return add


def add_filters(parser: ArgumentParser) -> None:
    """Take what narrows a list."""
    for name in ("entity", "owner", "tag"):
        parser.add_argument(f"--{name}", help=f"only views with this {name}")
    parser.add_argument(
        "--state", choices=("published", "certified", "deprecated", "retired"), help="only views whose served version is in this state"
    )
    parser.add_argument("--source", metavar="NAME[.COLUMN]", help="only views in which this source, or this column of it, has a say")
    parser.add_argument("--consumer", metavar="NAME", help="only views that this feature service, model or on-demand view reads")


def add_file(parser: ArgumentParser) -> None:
    """Take the text of a cell from a file."""
    parser.add_argument("--file", type=Path, metavar="FILE", help="file with the text of the cell (terminal only); - is the standard input")


def pair(text: str, option: str) -> tuple[str, str]:
    """Read `NAME=VALUE`."""
    name, sign, value = text.partition("=")
    if not sign or not name.strip():
        raise InvalidArgumentError(f"{text!r} is not of the form NAME=VALUE ({option}).", hint=f"Write it like {option} name=value.")
    return name.strip(), value.strip()


def add_reason(parser: ArgumentParser, *, required: bool = False) -> None:
    """Take a sentence that is recorded."""
    parser.add_argument("--reason", default="", required=required, metavar="TEXT", help="why; recorded")


def add_acknowledgements(parser: ArgumentParser) -> None:
    """Take the names of consumers that a breaking change was announced to."""
    parser.add_argument(
        "--ack", action="append", default=[], metavar="CONSUMER", help="consumer that was told of a breaking change; repeatable"
    )
