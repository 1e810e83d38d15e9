"""The names a Python definition may use; modules and builtins that are not here are refused, never guessed."""

from __future__ import annotations

import ast

from jupyter_features.analysis.python_text import PythonText

# An allow-list, as for SQL functions: what a module does on import cannot be told from its name.
MODULES = frozenset(
    {
        "bisect",
        "calendar",
        "collections",
        "dataclasses",
        "datetime",
        "decimal",
        "fractions",
        "functools",
        "heapq",
        "itertools",
        "math",
        "numpy",
        "operator",
        "pandas",
        "re",
        "scipy",
        "statistics",
        "string",
        "typing",
        "zoneinfo",
    }
)

# hash() and id() differ from process to process; print() and input() talk to somebody.
BUILTINS = frozenset(
    {
        "abs",
        "all",
        "any",
        "bool",
        "bytes",
        "chr",
        "complex",
        "dict",
        "divmod",
        "enumerate",
        "filter",
        "float",
        "format",
        "frozenset",
        "int",
        "isinstance",
        "issubclass",
        "iter",
        "len",
        "list",
        "map",
        "max",
        "min",
        "next",
        "object",
        "ord",
        "pow",
        "range",
        "repr",
        "reversed",
        "round",
        "set",
        "slice",
        "sorted",
        "str",
        "sum",
        "tuple",
        "zip",
        "ArithmeticError",
        "AssertionError",
        "AttributeError",
        "Exception",
        "IndexError",
        "KeyError",
        "LookupError",
        "NotImplementedError",
        "OverflowError",
        "StopIteration",
        "TypeError",
        "ValueError",
        "ZeroDivisionError",
    }
)

IMPORT_OF = {
    "pd": "import pandas as pd",
    "np": "import numpy as np",
    "math": "import math",
    "re": "import re",
    "datetime": "import datetime",
    "timedelta": "from datetime import timedelta",
}

_CLOCKS = frozenset({"now", "today", "utcnow"})
_CHANCE = frozenset({"random", "sample", "shuffle", "default_rng"})
_OUTSIDE = frozenset(
    {
        "attrgetter",
        "eval",
        "format_map",
        "methodcaller",
        "query",
        "fromfile",
        "genfromtxt",
        "load",
        "loadtxt",
        "memmap",
        "save",
        "savetxt",
        "savez",
        "tofile",
        "pickle",
        "io",
        "ctypeslib",
    }
)
_WRITERS = ("to_clipboard", "to_csv", "to_excel", "to_feather", "to_hdf", "to_parquet", "to_pickle", "to_sql", "to_stata")


def check_import(source: PythonText, node: ast.Import | ast.ImportFrom) -> None:
    """Refuse an import that is not on the list.

    Raises
    ------
    DefinitionError
        JF144.
    """
    if isinstance(node, ast.ImportFrom) and node.level:
        raise source.refuse("JF144", "A relative import means nothing outside its package.", node)
    for alias in node.names:
        module = node.module or "" if isinstance(node, ast.ImportFrom) else alias.name
        if alias.name == "*":
            raise source.refuse("JF144", "import * hides which names the function uses.", node, hint="Name them.")
        if module.partition(".")[0] not in MODULES:
            raise source.refuse(
                "JF144", f"A definition cannot import {module!r}.", alias, hint=f"It may import {', '.join(sorted(MODULES))}."
            )
        _check_word(source, alias.name.rpartition(".")[2], alias)


def check_names(source: PythonText, function: ast.FunctionDef) -> None:
    """Refuse what is no pure function of the arguments.

    Raises
    ------
    DefinitionError
        JF145.
    """
    for node in ast.walk(function):
        if isinstance(node, ast.Attribute):
            _check_word(source, node.attr, node)
        elif isinstance(node, ast.MatchClass):
            for word in node.kwd_attrs:
                _check_word(source, word, node.cls)
        elif isinstance(node, ast.Constant) and node.value in _WRITERS:
            # As in .apply("to_csv"): no column is called so.
            _check_word(source, node.value, node)
        elif isinstance(node, ast.Name):
            _check_private(source, node.id, node)


def _check_word(source: PythonText, word: str, node: ast.expr | ast.alias) -> None:
    _check_private(source, word, node)
    if word in _CLOCKS:
        raise source.refuse(
            "JF145", f"{word}() would leak the moment of computation into the past.", node, hint="Take as_of: the instant asked about."
        )
    if word in _CHANCE:
        raise source.refuse("JF145", f"{word} gives another answer every time.", node, hint="A feature must be reproducible.")
    if word.startswith("read_") or word in _OUTSIDE or word in _WRITERS:
        hint = "Filter like rows[rows['amount'] > 10]." if word == "query" else "Declare data as a source."
        raise source.refuse("JF145", f"{word} reaches outside the function.", node, hint=hint)


def _check_private(source: PythonText, word: str, node: ast.expr | ast.alias) -> None:
    if word.startswith("__"):
        raise source.refuse("JF145", f"{word} reaches behind Python's own rules.", node)
