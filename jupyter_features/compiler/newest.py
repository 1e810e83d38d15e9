"""The newest row of a state source: looked up for each question, or with the span of instants at which it is the newest."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from jupyter_features.compiler.visibility import column, newest_first, visible_since
from jupyter_features.definitions.source import Source

NEWEST = "__jf_newest"
UNTIL = "__jf_until"
_RANK = "__jf_rank"
_MATCHED, _TIED = "__jf_matched", "__jf_tied"


def newest_rows(source: Source, table: str, latest: exp.Select, *, carried: Sequence[str], conditions: Sequence[exp.Expr]) -> exp.Select:
    """Look up the row that counts for each question.

    Aggregating instants first reads two narrow columns for all history, and whole rows only once for each question;
    ranking whole rows would carry all of them.

    Parameters
    ----------
    table
        The engine's name of the source's rows.
    latest
        One row per question: the `carried` columns, the join keys under the entity's names, and `__jf_newest`, the
        greatest visible event timestamp.
    carried
        Columns of `latest` to keep; the first tells questions apart. Empty means that the key itself is the question.
    conditions
        What rows `s` of the source must still meet for a question `l`, such as to have arrived.

    Returns
    -------
    exp.Select
        The carried columns and all columns of the source; one row per question.
    """
    rows = rows_at_newest(source, table, latest, carried=carried, conditions=conditions)
    question = carried[:1] or source.key_columns
    names = (*carried, *source.column_names)
    return _first_of_tied(source, rows, question, names) if carried else _first(source, rows.subquery("s", copy=False), question, names)


def rows_at_newest(source: Source, table: str, latest: exp.Select, *, carried: Sequence[str], conditions: Sequence[exp.Expr]) -> exp.Select:
    """Look up all rows of the newest instant of each question: the row that counts, and those that tie with it.

    Parameters and answer are those of `newest_rows`, but a question whose newest rows tie has one row for each of them.
    """
    assert source.event_timestamp is not None
    same = [exp.EQ(this=column("s", own), expression=column("l", key)) for key, own in source.key]
    same.append(exp.EQ(this=column("s", source.event_timestamp), expression=column("l", NEWEST)))
    # What is said of the key and the event timestamp holds for all rows of that key and instant, and would cost a check each.
    implied = {*source.key_columns, source.event_timestamp}
    rest = [each for each in conditions if any(node.table == "s" and node.name not in implied for node in each.find_all(exp.Column))]
    rows = exp.select(*(column("l", name) for name in carried), *(column("s", name) for name in source.column_names))
    rows = rows.from_(latest.subquery("l", copy=False), copy=False)
    return rows.join(exp.table_(table, alias="s"), on=exp.and_(*same, *rest, copy=False), copy=False)


def _first_of_tied(source: Source, rows: exp.Select, question: Sequence[str], names: Sequence[str]) -> exp.Select:
    """Rank only the rows of questions that have several, which are few: ranking carries all columns."""
    asked = [column("s", name) for name in question]
    many = exp.GT(this=exp.Count(this=exp.Star()), expression=exp.Literal.number(1))
    tied = exp.select(*asked).from_(_matched()).group_by(*asked).having(many)
    alone = _beside_tied(question, "left").where(exp.Is(this=column("t", question[0]), expression=exp.Null()), copy=False)
    several = _first(
        source, exp.Subquery(this=_beside_tied(question, "inner"), alias=exp.TableAlias(this=exp.to_identifier("s"))), question, names
    )
    both = exp.union(alone, several, distinct=False, copy=False).subquery("s", copy=False)
    chosen = exp.select(*(column("s", name) for name in names), copy=False).from_(both, copy=False)
    for name, query in ((_MATCHED, rows), (_TIED, tied)):
        chosen = chosen.with_(name, as_=query, materialized=True, copy=False)
    return chosen


def _matched() -> exp.Expr:
    return exp.to_table(_MATCHED).as_("s", copy=False)


def _beside_tied(question: Sequence[str], join: str) -> exp.Select:
    same = [exp.EQ(this=column("s", name), expression=column("t", name)) for name in question]
    every = exp.Column(this=exp.Star(), table=exp.to_identifier("s"))
    tied = exp.to_table(_TIED).as_("t", copy=False)
    return exp.select(every).from_(_matched(), copy=False).join(tied, on=exp.and_(*same, copy=False), join_type=join, copy=False)


def _first(source: Source, rows: exp.Subquery, question: Sequence[str], names: Sequence[str]) -> exp.Select:
    asked = [column("s", name) for name in question]
    rank = exp.Window(this=exp.RowNumber(), partition_by=asked, order=exp.Order(expressions=newest_first(source, "s")))
    kept = [column("s", name) for name in names]
    ranked = exp.select(*kept, exp.alias_(rank, _RANK, quoted=True, copy=False), copy=False).from_(rows, copy=False)
    first = exp.EQ(this=column("s", _RANK), expression=exp.Literal.number(1))
    return exp.select(*kept).from_(ranked.subquery("s", copy=False), copy=False).where(first, copy=False)


def newest_instant(source: Source) -> exp.Expr:
    """Aggregate the event timestamps of rows `s` to `__jf_newest`."""
    assert source.event_timestamp is not None
    return exp.alias_(exp.Max(this=column("s", source.event_timestamp)), NEWEST, quoted=True)


def rows_until(source: Source, table: str) -> exp.Select:
    """Give each row the instant from which on a newer row of its key is visible.

    The row that counts at an instant is the one that is visible then and whose `__jf_until` lies after it: this holds for
    exactly one row of each key that has a visible one, with no need to know the questions.

    Returns
    -------
    exp.Select
        All columns of the source and `__jf_until`, infinity for the newest row of all; rows that are never visible, or
        never the newest, may be missing.
    """
    since, conditions = visible_since(source, "s")
    newer = exp.Window(
        this=exp.Min(this=since),
        partition_by=[column("s", name) for name in source.key_columns],
        order=exp.Order(expressions=newest_first(source, "s")),
        spec=exp.WindowSpec(kind="ROWS", start="UNBOUNDED", start_side="PRECEDING", end=exp.Literal.number(1), end_side="PRECEDING"),
    )
    until = exp.Coalesce(this=newer, expressions=[exp.cast(exp.Literal.string("infinity"), "TIMESTAMP", dialect="duckdb")])
    names = [column("s", name) for name in source.column_names]
    return exp.select(*names, exp.alias_(until, UNTIL, quoted=True)).from_(exp.to_table(table).as_("s")).where(*conditions)
