"""`jupyter features VERB ...`: the terminal's door."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

from jupyter_features.cli.parser import parse
from jupyter_features.cli.verbs import Body, run_verb, what_exists_already
from jupyter_features.errors import InvalidArgumentError, JupyterFeaturesError
from jupyter_features.feature_store import connect

USAGE_ERROR = 2
EVALUATION_ERROR = 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb and give the exit code: 0 done, 1 the answer is no, 2 usage, 3 it could not be evaluated."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        return _run(words)
    except JupyterFeaturesError as error:
        if "--debug" in words:
            traceback.print_exc()
        print(error.report(), file=sys.stderr)
        return USAGE_ERROR if isinstance(error, InvalidArgumentError) else EVALUATION_ERROR
    except KeyboardInterrupt:
        print("Interrupted; nothing was half-written.", file=sys.stderr)
        return 130


def _run(words: list[str]) -> int:
    options = parse(words)
    for name in ("out", "widget"):
        if getattr(options, name, None):
            raise InvalidArgumentError(f"--{name} needs a notebook.", hint="Leave it out in the terminal.")
    body = _read_body(options.file) if getattr(options, "file", None) else None
    with connect() as store:
        result = run_verb(store, options, body)
        print(result.whole_text())
        if more := what_exists_already(store, options):
            print(more.whole_text())
    exit_code = getattr(result, "exit_code", None)
    if exit_code is not None:
        return int(exit_code)
    return 0 if getattr(result, "is_passed", True) else 1


def _read_body(path: Path) -> Body:
    try:
        return Body(sys.stdin.read() if str(path) == "-" else path.read_text("utf-8"))
    except OSError as error:
        raise InvalidArgumentError(f"{str(path)!r} cannot be read: {error.strerror}.") from error


if __name__ == "__main__":
    sys.exit(main())
