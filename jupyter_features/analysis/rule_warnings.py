"""Rules that warn: what gives no wrong value, and yet is seldom meant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlglot import exp

from jupyter_features.analysis.noqa import Noqa, read_noqa
from jupyter_features.analysis.parse import parsed
from jupyter_features.analysis.severity import CHANGEABLE, Severities
from jupyter_features.analysis.sql_text import SqlText
from jupyter_features.definitions.feature_view import FeatureView
from jupyter_features.definitions.source import Source
from jupyter_features.dtypes import is_float
from jupyter_features.errors import DefinitionError, Place

_EQUALITIES = (exp.EQ, exp.NEQ, exp.NullSafeEQ, exp.NullSafeNEQ)


@dataclass(frozen=True)
class RuleWarning:
    """One breach of a rule; `place` is None where the text at fault is not in the body."""

    rule: str
    message: str
    hint: str = ""
    place: Place | None = None

    @property
    def line(self) -> str:
        """Say it in one line."""
        where = f"line {self.place.line}: " if self.place else ""
        return f"{where}{self.message} [{self.rule}]"


def rule_warnings(
    definition: FeatureView, sources: Mapping[str, Source], severities: Severities = CHANGEABLE, *, first_line: int = 1
) -> tuple[RuleWarning, ...]:
    """Give the warnings of a definition that compiles, in the order of their lines.

    Parameters
    ----------
    sources
        Declared source of each reference alias.
    first_line
        The number that the person sees beside the first line of the body.

    Raises
    ------
    DefinitionError
        If a rule that the project has made an error is broken; no comment silences that.
    """
    is_query = definition.sql and not definition.is_on_demand
    found = [*_unbounded(definition, sources), *(_in_sql(SqlText(definition.sql, first_line), sources) if is_query else ())]
    for breach in found:
        if severities[breach.rule] == "error":
            raise DefinitionError(breach.rule, breach.message, hint=breach.hint, place=breach.place)
    comments = read_noqa(definition.body, is_python=bool(definition.python), first_line=first_line)
    told = [breach for breach in found if severities[breach.rule] == "warning"]
    loud = [breach for breach in told if not any(_silences(comment, breach) for comment in comments)]
    idle = [warning for comment in comments for warning in _idle(comment, told)] if severities["JF153"] != "off" else []
    if idle and severities["JF153"] == "error":
        raise DefinitionError("JF153", idle[0].message, hint=idle[0].hint, place=idle[0].place)
    return tuple(sorted([*loud, *idle], key=lambda warning: warning.place.line if warning.place else 0))


def with_noqa_told(error: DefinitionError, body: str, *, is_python: bool) -> DefinitionError:
    """Add to a refusal that a comment cannot silence it, where one tries to."""
    if not any(error.rule in comment.rules for comment in read_noqa(body, is_python=is_python)):
        return error
    hint = " ".join(filter(None, (error.hint, f"A noqa cannot silence {error.rule}: it is an error.")))
    return type(error)(error.rule, error.message, hint=hint, place=error.place)


def _silences(comment: Noqa, breach: RuleWarning) -> bool:
    return bool(comment.reason) and comment.speaks_of(breach.rule, breach.place)


def _idle(comment: Noqa, told: list[RuleWarning]) -> Iterator[RuleWarning]:
    for rule in comment.rules:
        if rule not in CHANGEABLE:
            yield RuleWarning("JF153", f"{rule} is no warning, so a noqa cannot silence it.", "Remove it.", comment.place)
        elif not any(comment.speaks_of(rule, breach.place) for breach in told if breach.rule == rule):
            yield RuleWarning("JF153", f"This noqa silences nothing: {rule} has nothing to say here.", "Remove it.", comment.place)
        elif not comment.reason:
            yield RuleWarning("JF153", f"This noqa gives no reason, so {rule} stands.", f"Write why after {rule}.", comment.place)


def _unbounded(definition: FeatureView, sources: Mapping[str, Source]) -> Iterator[RuleWarning]:
    for reference in definition.sources:
        if reference.lookback is None and sources[reference.alias].kind == "events":
            message = f"{reference.alias!r} is read without a lookback, so all history counts."
            yield RuleWarning("JF152", message, f"Say how far back: --source {reference.source}:90d.")


def _in_sql(text: SqlText, sources: Mapping[str, Source]) -> Iterator[RuleWarning]:
    floats = _float_columns(sources)
    (query,) = [statement for statement in parsed(text.text) if statement is not None and not isinstance(statement, exp.Semicolon)]
    for node in query.walk():
        if isinstance(node, exp.Lead):
            yield RuleWarning("JF120", "LEAD looks at later rows.", "LAG looks back.", text.place(node))
        elif isinstance(node, exp.WindowSpec) and "FOLLOWING" in (node.args.get("start_side"), node.args.get("end_side")):
            yield RuleWarning("JF120", "This window looks at later rows.", "End it at CURRENT ROW.", text.place(node.parent))
        elif isinstance(node, _EQUALITIES) and _compares_fraction(node, floats):
            message = "Floating point numbers are compared for equality."
            yield RuleWarning("JF151", message, "Compare with a tolerance, or cast to DECIMAL.", text.place(node))


def _float_columns(sources: Mapping[str, Source]) -> set[str]:
    """Name the columns that are floating point numbers in every source that has them, in lower case."""
    dtypes: dict[str, set[bool]] = {}
    for source in sources.values():
        for column in source.columns:
            dtypes.setdefault(column.name.lower(), set()).add(is_float(column.dtype))
    return {name for name, kinds in dtypes.items() if kinds == {True}}


def _compares_fraction(node: exp.Expr, floats: set[str]) -> bool:
    """Tell whether a floating point column is compared with another one, or with a number that has a fraction."""
    sides = [side.unnest() for side in (node.this, node.expression)]
    columns = [isinstance(side, exp.Column) and side.name.lower() in floats for side in sides]
    fractions = [isinstance(side, exp.Literal) and not side.is_string and "." in side.this and float(side.this) % 1 != 0 for side in sides]
    return any(columns) and (all(columns) or any(fractions))
