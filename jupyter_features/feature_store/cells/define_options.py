"""Options of a definition from both of their places: the line, and the `-- option: value` lines of the body."""

from __future__ import annotations

from argparse import Namespace

from jupyter_features.errors import InvalidArgumentError
from jupyter_features.operations.header import REPEATABLE, option_values, read_header


def merge_header(options: Namespace, text: str, first_line: int) -> Namespace:
    """Add the header's options to those of the line.

    Raises
    ------
    InvalidArgumentError
        If an option stands in both places, or twice, or is unknown.
    """
    merged = Namespace(**vars(options))
    for name in ("inputs", "request", "returns"):
        setattr(merged, name, [part for text in getattr(merged, name) for part in option_values(name, text)])
    for option in read_header(text, first_line=first_line):
        given = getattr(merged, option.name)
        if option.name in REPEATABLE:
            # A line may hold several sources or tags: "-- tag: ltv, growth".
            setattr(merged, option.name, [*given, *option_values(option.name, option.value)])
        elif given is not None:
            raise InvalidArgumentError(f"{option.name!r} stands on the line and in the body.", hint="Keep one of them.", place=option.place)
        else:
            setattr(merged, option.name, option.value)
    _check_defaults(merged.default)
    return merged


def _check_defaults(defaults: list[str]) -> None:
    names = [text.partition("=")[0].strip() for text in defaults]
    for name in names:
        if names.count(name) > 1:
            raise InvalidArgumentError(f"The default of {name!r} is given twice.", hint="Keep one of them.")
