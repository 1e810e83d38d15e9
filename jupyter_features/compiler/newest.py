"""The newest row of a state source: first the newest instant of each question, then the row that stands at it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from jupyter_features.compiler.visibility import column, newest_first
from jupyter_features.definitions.source import Source

NEWEST = "__jf_newest"
_RANK = "__jf_rank"


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
    question = [column("l", carried[0])] if carried else [column("s", name) for name in source.key_columns]
    rank = exp.Window(this=exp.RowNumber(), partition_by=question, order=exp.Order(expressions=newest_first(source, "s")))
    ranked = (
        exp.select(
            *(column("l", name) for name in carried),
            *(column("s", name) for name in source.column_names),
            exp.alias_(rank, _RANK, quoted=True),
        )
        .from_(latest.subquery("l"))
        .join(exp.to_table(table).as_("s"), on=exp.and_(*same, *conditions))
        .subquery("s")
    )
    kept = [column("s", name) for name in (*carried, *source.column_names)]
    return exp.select(*kept).from_(ranked).where(exp.EQ(this=column("s", _RANK), expression=exp.Literal.number(1)))


def newest_instant(source: Source) -> exp.Expr:
    """Aggregate the event timestamps of rows `s` to `__jf_newest`."""
    assert source.event_timestamp is not None
    return exp.alias_(exp.Max(this=column("s", source.event_timestamp)), NEWEST, quoted=True)
