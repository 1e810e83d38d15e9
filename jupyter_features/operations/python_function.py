"""A definition's function, made from its text and called so that its mistakes are told with their line."""

from __future__ import annotations

import builtins
import traceback
from collections.abc import Callable, Mapping
from functools import lru_cache
from types import ModuleType
from typing import Any

from jupyter_features.analysis.python_names import BUILTINS, MODULES
from jupyter_features.analysis.python_source import PythonSource, parse_python
from jupyter_features.analysis.python_text import PythonText
from jupyter_features.errors import FeatureFunctionError, Place

_FILE = "<feature>"


class PythonFunction:
    """The one function of a definition, which sees nothing but its arguments and its own imports.

    Parameters
    ----------
    name
        Name of the view, for messages.
    text
        The definition as written; it passes the rules.
    """

    def __init__(self, name: str, text: str) -> None:
        self._name = name
        self._text = PythonText(text)
        self.source: PythonSource = parse_python(self._text)
        self._function = _load(self.source, name)

    def __call__(self, arguments: Mapping[str, object], subject: Callable[[], str]) -> Any:
        """Call the function with those of the arguments that it takes.

        Parameters
        ----------
        subject
            Says in words what the call is about, such as one entity at an instant, should it fail.

        Raises
        ------
        FeatureFunctionError
            If the function raises; the line is shown.
        """
        try:
            return self._function(**{name: arguments[name] for name in self.source.parameters})
        except Exception as error:  # the author's code may raise anything; it is told with its line, and chained
            message = f"{self._name!r} fails for {subject()}: {type(error).__name__}: {str(error)[:200]}."
            hint = "Mend the function, or handle such rows in it."
            raise FeatureFunctionError(message, hint=hint, place=self._place(error)) from error

    def _place(self, error: Exception) -> Place | None:
        lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == _FILE]
        return self._text.place_of_line(lines[-1]) if lines and lines[-1] else None


@lru_cache(maxsize=256)
def load_function(name: str, text: str) -> PythonFunction:
    """Make a definition's function; the same text is loaded once."""
    return PythonFunction(name, text)


def _load(source: PythonSource, name: str) -> Callable[..., object]:
    namespace: dict[str, Any] = {"__builtins__": _builtins(), "__name__": f"feature_{name}"}
    try:
        exec(compile(source.tree, _FILE, "exec"), namespace)  # noqa: S102  # the text has passed the rules: imports and one function
    except ImportError as error:
        raise FeatureFunctionError(f"{name!r} needs a module that is not installed here: {error}.", hint="Install it.") from error
    function: Callable[..., object] = namespace[source.name]
    return function


def _builtins() -> dict[str, object]:
    return {name: getattr(builtins, name) for name in BUILTINS} | {"__import__": _import}


def _import(name: str, globals: Any = None, locals: Any = None, fromlist: Any = (), level: int = 0) -> ModuleType:  # noqa: A002  # the names Python calls it with
    # pandas and numpy import late inside their own functions, with their own builtins; this one is the definition's.
    if name.partition(".")[0] not in MODULES:
        raise ImportError(f"{name!r} is not on the list")
    return builtins.__import__(name, globals, locals, fromlist, level)
