"""Parse: one read-only SELECT in the author's dialect."""

from __future__ import annotations

import re
from functools import lru_cache

import duckdb
import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError, TokenError

from jupyter_features.analysis.sql_text import SqlText
from jupyter_features.errors import DefinitionError, Place

# The engine writes parameters $name; both have the same length, so that places stay.
_PARAMETER = re.compile(r"(?<!:):(?=[A-Za-z_])")
_NEAR = re.compile(r'at or near "(?P<token>[^"]*)"')
_LINE = re.compile(r"^LINE (?P<line>\d+): ", re.MULTILINE)


def parse(source: SqlText) -> exp.Query:
    """Parse the body of a definition.

    Returns
    -------
    exp.Query
        A SELECT or a UNION of them; its nodes remember their offsets in the text.

    Raises
    ------
    DefinitionError
        JF101 empty, JF102 syntax, JF103 several statements, JF104 not a SELECT.
    """
    try:
        statements = [statement.copy() for statement in parsed(source.text) if statement is not None]
    except ParseError as error:
        raise _syntax_error(source, error) from error
    except TokenError as error:
        raise DefinitionError(
            "JF102", "The SQL ends inside a quoted text or comment.", hint="Close the quote.", place=_unclosed_quote(source)
        ) from error
    statements = [statement for statement in statements if not isinstance(statement, exp.Semicolon)]
    if not statements:
        raise DefinitionError(
            "JF101", "The definition is empty.", hint="Write a SELECT with the join key and one column per feature.", place=None
        )
    if len(statements) > 1:
        raise source.refuse("JF103", "A definition is one SELECT; this has two statements.", statements[1], hint="Split it into two cells.")
    (statement,) = statements
    _check_with_engine_parser(source)
    statement = _without_parentheses(statement)
    if not isinstance(statement, exp.Select | exp.SetOperation):
        raise source.refuse("JF104", f"A definition is a SELECT; this is {statement.key.upper()}.", statement, hint="Features only read.")
    return statement


@lru_cache(maxsize=256)
def parsed(text: str) -> tuple[exp.Expr | None, ...]:
    """Read SQL; the trees are shared, so whoever changes one takes a copy."""
    return tuple(sqlglot.parse(text, read="duckdb"))


def _without_parentheses(statement: exp.Expr) -> exp.Expr:
    """Take away parentheses that only group: round the statement, and round a branch of a UNION.

    Those round a UNION that stands on the right of another stay, because there they have a say.
    """
    while _only_groups(statement):
        statement = statement.this
    for node in [node for node in statement.walk() if isinstance(node.parent, exp.SetOperation) and _only_groups(node)]:
        if isinstance(node.this, exp.Select) or (isinstance(node.this, exp.SetOperation) and node.arg_key == "this"):
            node.replace(node.this)
    return statement


def _only_groups(node: exp.Expr) -> bool:
    has_more = any(value for name, value in node.args.items() if name != "this")
    return isinstance(node, exp.Subquery) and not has_more and not node.this.args.get("with_")


def _syntax_error(source: SqlText, error: ParseError) -> DefinitionError:
    fault = error.errors[0]
    token = fault["highlight"] or ""
    lines = source.text.split("\n")
    line = int(fault["line"] or 1)
    # sqlglot's column is that of the token's last character, counted from 1.
    offset = sum(len(text) + 1 for text in lines[: line - 1]) + int(fault["col"] or 1) - max(1, len(token))
    description = str(fault["description"]).split(" but got ")[0].replace(" / Unexpected token", "")
    return DefinitionError(
        "JF102", f"The SQL cannot be read: {description.rstrip('.').lower()} near {token!r}.", place=source.place_at(offset, len(token))
    )


def _unclosed_quote(source: SqlText) -> Place:
    return source.place_at(max(source.text.rfind("'"), source.text.rfind('"'), source.text.rfind("/*"), 0))


def _check_with_engine_parser(source: SqlText) -> None:
    """Refuse what sqlglot forgives, such as two commas in a row."""
    try:
        duckdb.extract_statements(_PARAMETER.sub("$", source.text))
    except duckdb.Error as error:
        message = str(error)
        line, near = _LINE.search(message), _NEAR.search(message)
        place = None
        if line and near:
            start = sum(len(text) + 1 for text in source.text.split("\n")[: int(line["line"]) - 1])
            caret = _caret_offset(message, line.end())
            place = source.place_at(start + caret, len(near["token"]))
        raise DefinitionError("JF102", f"The SQL cannot be read: {message.splitlines()[0].partition(': ')[2]}.", place=place) from error


def _caret_offset(message: str, start: int) -> int:
    prefix_start = message.rfind("\n", 0, start) + 1
    caret_line = message[start:].split("\n")[1] if "\n" in message[start:] else ""
    return max(0, caret_line.find("^") - (start - prefix_start))
