"""A Python definition: exactly one function, after the imports it needs, and nothing else."""

from __future__ import annotations

import ast
import builtins
import symtable
from dataclasses import dataclass

from jupyter_features.analysis.python_names import BUILTINS, IMPORT_OF, check_import, check_names
from jupyter_features.analysis.python_text import PythonText
from jupyter_features.errors import did_you_mean

_Function = ast.FunctionDef
_RESULT = "It gives a dict of features."


@dataclass(frozen=True)
class PythonSource:
    """A function that may be a feature definition.

    Parameters
    ----------
    name
        The function's own name.
    parameters
        In order.
    tree
        Imports and function without docstrings and annotations; it keeps the line numbers of the text.
    words
        Texts and attribute names in the function: the columns that it may read are among them.
    """

    name: str
    parameters: tuple[str, ...]
    tree: ast.Module
    words: frozenset[str]

    @property
    def normal(self) -> str:
        """The text without comments, docstrings, annotations and the function's own name: equal for equal meaning."""
        tree = ast.parse(ast.unparse(self.tree))
        for node in ast.walk(tree):
            if isinstance(node, _Function) and node.name == self.name:
                node.name = "feature"
            if isinstance(node, ast.Name) and node.id == self.name:
                node.id = "feature"
        return ast.unparse(tree)


def parse_python(source: PythonText) -> PythonSource:
    """Read a definition in Python and check what can be told without running it.

    Raises
    ------
    DefinitionError
        JF140 it cannot be parsed, JF141 not exactly one plain function after imports, JF142 a name of the notebook,
        JF144 an import that is not on the list, JF145 a clock, chance, a file, or a way around these rules.
    """
    module = _parse(source)
    function = _only_function(source, module)
    for node in ast.walk(module):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            check_import(source, node)
    check_names(source, function)
    _check_closure(source, module, function)
    _strip(module)
    return PythonSource(function.name, _parameters(source, function), module, _words(function))


def check_parameters(source: PythonText, function: PythonSource, offered: tuple[str, ...], noun: str) -> None:
    """Refuse a function that asks for something else than it is given.

    Parameters
    ----------
    offered
        Names of all arguments; each must be taken, except `as_of`.
    noun
        What the arguments are, such as `source`.

    Raises
    ------
    DefinitionError
        JF143.
    """
    node = next(each for each in ast.walk(_parse(source)) if isinstance(each, _Function))
    for argument in node.args.args:
        if argument.arg not in offered:
            hint = did_you_mean(argument.arg, offered) or f"It may take {', '.join(offered)}."
            raise source.refuse("JF143", f"There is no {noun} named {argument.arg!r}.", argument, hint=hint)
    for name in offered:
        if name not in function.parameters and name != "as_of":
            raise source.refuse(
                "JF143", f"The function does not take the {noun} {name!r}.", node, hint=f"Add the parameter {name}, or remove the {noun}."
            )


def _parse(source: PythonText) -> ast.Module:
    try:
        return ast.parse(source.text)
    except SyntaxError as error:
        place = source.place_of_line(error.lineno or 1, max(0, (error.offset or 1) - 1))
        refused = source.refuse("JF140", f"This is not Python: {error.msg}.")
        raise type(refused)("JF140", refused.message, place=place) from error
    except ValueError as error:
        raise source.refuse("JF140", f"This is not Python: {error}.") from error


def _only_function(source: PythonText, module: ast.Module) -> ast.FunctionDef:
    functions = [node for node in module.body if isinstance(node, _Function)]
    for statement in module.body:
        if not (_is_text(statement) or isinstance(statement, (ast.Import, ast.ImportFrom, _Function))):
            message = "The cell holds more than one function and its imports."
            raise source.refuse("JF141", message, statement, hint="Move it into the function.")
    if len(functions) != 1:
        where = functions[1] if functions else None
        raise source.refuse(
            "JF141", f"The cell has {len(functions)} functions; a definition is exactly one.", where, hint="Nest helpers inside it."
        )
    (function,) = functions
    if function.decorator_list:
        raise source.refuse("JF141", "A decorator would wrap the function in code that is not kept.", function.decorator_list[0])
    for node in ast.walk(function):
        if isinstance(node, (ast.AsyncFunctionDef, ast.Await, ast.ClassDef, ast.Global)):
            raise source.refuse("JF141", f"{_SAID[type(node)]} cannot stand in a definition.", node)
        if isinstance(node, (ast.Yield, ast.YieldFrom)):
            raise source.refuse("JF141", "A generator gives its answer piece by piece.", node, hint="Return it.")
    return function


_SAID = {ast.AsyncFunctionDef: "An async function", ast.Await: "await", ast.ClassDef: "A class", ast.Global: "global"}


def _parameters(source: PythonText, function: ast.FunctionDef) -> tuple[str, ...]:
    arguments = function.args
    special = [*arguments.posonlyargs, *arguments.kwonlyargs, *filter(None, (arguments.vararg, arguments.kwarg))]
    if special or arguments.defaults:
        node = special[0] if special else arguments.defaults[0]
        raise source.refuse("JF143", "The function takes plain parameters without defaults.", node, hint="Name each source.")
    return tuple(argument.arg for argument in arguments.args)


def _check_closure(source: PythonText, module: ast.Module, function: ast.FunctionDef) -> None:
    """Refuse names that only this notebook knows: the function must mean the same everywhere."""
    imported = {_bound(alias) for node in module.body if isinstance(node, (ast.Import, ast.ImportFrom)) for alias in node.names}
    free = _global_names(symtable.symtable(ast.unparse(_without_annotations(module)), "<feature>", "exec")) - imported - {function.name}
    for node in ast.walk(function):
        if not isinstance(node, ast.Name) or node.id not in free or node.id in BUILTINS:
            continue
        if hasattr(builtins, node.id):
            raise source.refuse("JF145", f"{node.id} is not on the list of what a definition may use.", node)
        if node.id in IMPORT_OF:
            raise source.refuse(
                "JF142", f"{node.id!r} is not imported in this cell.", node, hint=f"Add {IMPORT_OF[node.id]!r} above the function."
            )
        raise source.refuse(
            "JF142",
            f"{node.id!r} is not defined in this cell: production does not have your notebook's variables.",
            node,
            hint="Define it inside the function, or declare it as a source.",
        )


def _without_annotations(module: ast.Module) -> ast.Module:
    copy = ast.parse(ast.unparse(module))
    _strip(copy)
    return copy


def _global_names(table: symtable.SymbolTable) -> set[str]:
    own = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_global() and symbol.is_referenced()}
    return own.union(*(_global_names(child) for child in table.get_children()))


def _bound(alias: ast.alias) -> str:
    return alias.asname or alias.name.partition(".")[0]


def _strip(module: ast.Module) -> None:
    """Drop what does not compute: docstrings and annotations, which may name modules that are not imported."""
    for node in ast.walk(module):
        if isinstance(node, _Function):
            node.returns = None
            for argument in node.args.args:
                argument.annotation = None
        if isinstance(node, (ast.Module, _Function)):
            node.body = [_plain(child) for child in node.body if not _is_text(child)] or [ast.Pass(lineno=1, col_offset=0)]
    ast.fix_missing_locations(module)


def _plain(node: ast.stmt) -> ast.stmt:
    if isinstance(node, ast.AnnAssign) and node.value is not None:
        return ast.copy_location(ast.Assign(targets=[node.target], value=node.value), node)
    return node


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _words(function: ast.FunctionDef) -> frozenset[str]:
    texts = {node.value for node in ast.walk(function) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return frozenset(texts | {node.attr for node in ast.walk(function) if isinstance(node, ast.Attribute)})
