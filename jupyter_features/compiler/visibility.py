"""Visibility: which rows of a source may be seen at an instant. The only place that knows the law."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from sqlglot import exp

from jupyter_features.compiler.knowledge import RESPECT, KnownSource
from jupyter_features.definitions.source import Source

_UNITS = ((timedelta(days=1), "DAY"), (timedelta(hours=1), "HOUR"), (timedelta(minutes=1), "MINUTE"), (timedelta(seconds=1), "SECOND"))


def column(table: str, name: str) -> exp.Column:
    """Name a column of a table, quoted."""
    return exp.column(exp.to_identifier(name, quoted=True), table=exp.to_identifier(table, quoted=True), copy=False)


def visible(source: Source, table: str, as_of: exp.Expr, lookback: timedelta | None, *, is_keyed: bool = True) -> list[exp.Expr]:
    """Bound the rows of `table` to those visible at `as_of`.

    Parameters
    ----------
    table
        Name under which the source's rows stand in the query.
    as_of
        An expression of type TIMESTAMP in UTC.
    lookback
        Rows with event_timestamp < as_of - lookback are invisible; None means all history.
    is_keyed
        Whether a join key picks the rows. Otherwise they are the same for everybody, and an event or static row counts
        whatever its key; a state row without a key is nobody's state still.

    Returns
    -------
    list of exp.Expr
        Conditions that must all hold. Events are visible iff event_timestamp < as_of (`<=` when declared
        inclusive), state iff event_timestamp <= as_of; arrival is compared like its kind; static rows always.
        Of a `KnownSource`, arrival is not compared at all, or with the instant of its knowledge; a source that does
        not declare arrival then knows a row from its event timestamp on.
        A row whose event timestamp or arrival is NULL is never visible. A row whose join key is NULL describes nobody.
    """
    conditions = _known(table, source.key_columns if is_keyed or source.kind == "state" else ())
    if source.event_timestamp is None:
        return conditions
    happened = column(table, source.event_timestamp)
    before = exp.LT if source.kind == "events" and not source.inclusive else exp.LTE
    conditions.append(before(this=happened, expression=as_of.copy()))
    if lookback is not None:
        conditions.append(exp.GTE(this=happened.copy(), expression=exp.Sub(this=as_of.copy(), expression=interval(lookback))))
    arrival, known_at = _arrival(source, as_of)
    if arrival is not None:
        conditions.append(before(this=column(table, arrival), expression=known_at.copy()))
    return conditions


def visible_since(source: Source, table: str) -> tuple[exp.Expr, list[exp.Expr]]:
    """Say from when on a state row is visible, whatever the lookback.

    Returns
    -------
    instant
        An expression of type TIMESTAMP in UTC: the row is visible at this instant and ever after.
    conditions
        What must hold for the row to become visible at all.
    """
    assert source.kind == "state", source.kind
    assert source.event_timestamp is not None
    happened = column(table, source.event_timestamp)
    conditions = _known(table, [*source.key_columns, source.event_timestamp])
    learned, bound = _arrival(source, happened)
    if learned is None:
        return happened, conditions
    arrived = column(table, learned)
    if bound is not happened:
        return happened, [*conditions, exp.LTE(this=arrived, expression=bound)]
    later = exp.Case(ifs=[exp.If(this=exp.GT(this=arrived, expression=happened.copy()), true=arrived.copy())], default=happened.copy())
    return later, [*conditions, *_known(table, [learned])]


def newest_first(source: Source, table: str) -> list[exp.Ordered]:
    """Order a state source's rows so that the one that counts comes first.

    Greatest event timestamp, then arrival, then the tie-break columns as declared, then the remaining columns by
    name; NULL lowest, NaN greatest, so that the choice never depends on the order of rows.
    """
    first = [name for name in (source.event_timestamp, source.arrival) if name]
    named = [*first, *source.tie_break]
    rest = sorted(name for name in source.column_names if name not in named)
    return [exp.Ordered(this=column(table, name), desc=True, nulls_first=False) for name in (*named, *rest)]


def interval(length: timedelta) -> exp.Interval:
    """Write a length of time in its largest whole unit."""
    for unit, name in _UNITS:
        if length % unit == timedelta():
            return exp.Interval(this=exp.Literal.string(str(length // unit)), unit=exp.var(name))
    return exp.Interval(this=exp.Literal.string(str(length // timedelta(microseconds=1))), unit=exp.var("MICROSECOND"))


def _known(table: str, names: Iterable[str]) -> list[exp.Expr]:
    return [exp.Not(this=exp.Is(this=column(table, name), expression=exp.Null())) for name in names]


def _arrival(source: Source, as_of: exp.Expr) -> tuple[str | None, exp.Expr]:
    """Choose the column that tells when a row was learned, None for no bound, and the instant that bounds it."""
    knowledge = source.knowledge if isinstance(source, KnownSource) else RESPECT
    if knowledge.mode == "ignore":
        return None, as_of
    if knowledge.as_known_at is None:
        return source.arrival, as_of
    instant = knowledge.as_known_at.replace(tzinfo=None).isoformat(sep=" ", timespec="microseconds")
    return source.arrival or source.event_timestamp, exp.cast(exp.Literal.string(instant), "TIMESTAMP", dialect="duckdb")
