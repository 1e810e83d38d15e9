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
    assert source.event_timestamp is not None
    same = [exp.EQ(this=column("s", own), expression=column("l", key)) for key, own in source.key]
    same.append(exp.EQ(this=column("s", source.event_timestamp), expression=column("l", NEWEST)))
    # What is said of the key and the event timestamp holds for all rows of that key and instant, and would cost a check each.
    implied = {*source.key_columns, source.event_timestamp}
    rest = [each for each in conditions if any(node.table == "s" and node.name not in implied for node in each.find_all(exp.Column))]
    rows = exp.select(*(column("l", name) for name in carried), *(column("s", name) for name in source.column_names))
    rows = rows.from_(latest.subquery("l")).join(exp.to_table(table).as_("s"), on=exp.and_(*same, *rest))
    question = carried[:1] or source.key_columns
    names = (*carried, *source.column_names)
    return _first_of_tied(source, rows, question, names) if carried else _first(source, rows.subquery("s"), question, names)


def _first_of_tied(source: Source, rows: exp.Select, question: Sequence[str], names: Sequence[str]) -> exp.Select:
    """Rank only the rows of questions that have several, which are few: ranking carries all columns."""
    tied = exp.select(*(column("s", name) for name in question)).from_(exp.to_table(_MATCHED).as_("s"))
    tied = tied.group_by(*(column("s", name) for name in question)).having(
        exp.GT(this=exp.Count(this=exp.Star()), expression=exp.Literal.number(1))
    )
    same = [exp.EQ(this=column("s", name), expression=column("t", name)) for name in question]
    matched = exp.select(*(column("s", name) for name in names)).from_(exp.to_table(_MATCHED).as_("s"))
    alone = matched.join(exp.to_table(_TIED).as_("t"), on=exp.and_(*same), join_type="left")
    alone = alone.where(exp.Is(this=column("t", question[0]), expression=exp.Null()))
    several = matched.join(exp.to_table(_TIED).as_("t"), on=exp.and_(*(each.copy() for each in same)))
    both = exp.union(alone, _first(source, several.subquery("s"), question, names), distinct=False)
    chosen = exp.select(*(column("s", name) for name in names)).from_(both.subquery("s"))
    return chosen.with_(_MATCHED, as_=rows, materialized=True).with_(_TIED, as_=tied, materialized=True)


def _first(source: Source, rows: exp.Subquery, question: Sequence[str], names: Sequence[str]) -> exp.Select:
    asked = [column("s", name) for name in question]
    rank = exp.Window(this=exp.RowNumber(), partition_by=asked, order=exp.Order(expressions=newest_first(source, "s")))
    ranked = exp.select(*(column("s", name) for name in names), exp.alias_(rank, _RANK, quoted=True)).from_(rows).subquery("s")
    first = exp.EQ(this=column("s", _RANK), expression=exp.Literal.number(1))
    return exp.select(*(column("s", name) for name in names)).from_(ranked).where(first)


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
