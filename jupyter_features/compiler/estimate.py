"""The pair estimate: how many pairs of an instant and a source row that it sees a plan would compare, from samples of both."""

from __future__ import annotations

from datetime import timedelta
from math import isqrt

from sqlglot import exp

from jupyter_features.compiler.spine import AS_OF, ROW, SPINE_TABLE
from jupyter_features.compiler.visibility import column, visible
from jupyter_features.definitions.source import Source
from jupyter_features.definitions.source_reference import SourceReference

SAMPLE_TABLE = "__jf_sample"
PAIRS, ASKED = "__jf_pairs", "__jf_asked"
_LENGTHS = [timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360, 720, 1440, 3 * 1440, 7 * 1440, 28 * 1440, 91 * 1440)]


def sample_query(source: Source, table: str, percent: float) -> exp.Select:
    """Pick rows of a source at random, the same ones each time: its keys and times only."""
    names = dict.fromkeys([*source.key_columns, *(name for name in (source.event_timestamp, source.arrival) if name)])
    rows = exp.to_table(table).as_("s")
    if percent < 100:
        size = exp.Literal.number(f"{percent:.12f}")
        rows.set("sample", exp.TableSample(percent=size, method=exp.var("BERNOULLI"), seed=exp.Literal.number(1)))
    return exp.select(*(column("s", name) for name in names)).from_(rows)


def pairs_query(reference: SourceReference, source: Source, *, is_keyed: bool) -> exp.Select:
    """Count the pairs of rows of `__jf_spine` and of `__jf_sample` that see each other.

    Parameters
    ----------
    is_keyed
        Whether a join key picks the rows of the source.

    Returns
    -------
    exp.Select
        The join keys under the entity's names, `__jf_pairs` and `__jf_asked`, the number of spine rows that see any; one
        row per entity, that with most pairs first. Of a source that no join key reaches one row in all.
    """
    picked = source.key if is_keyed else ()
    keys = [column("p", key) for key, _ in picked]
    same = [exp.EQ(this=column("s", own), expression=column("p", key)) for key, own in picked]
    seen = visible(source, "s", column("p", AS_OF), reference.lookback, is_keyed=is_keyed)
    pairs = exp.alias_(exp.Count(this=exp.Star()), PAIRS, quoted=True)
    asked = exp.alias_(exp.Count(this=exp.Distinct(expressions=[column("p", ROW)])), ASKED, quoted=True)
    counted = exp.select(*keys, pairs, asked).from_(exp.table_(SPINE_TABLE, alias="p"), copy=False)
    counted = counted.join(exp.table_(SAMPLE_TABLE, alias="s"), on=exp.and_(*same, *seen, copy=False), copy=False)
    if not keys:
        return counted
    most_first = exp.Ordered(this=exp.to_identifier(PAIRS, quoted=True), desc=True)
    return counted.group_by(*keys, copy=False).order_by(most_first, copy=False)


def tile_width(window: timedelta, rows_seen: float, edges: int) -> timedelta:
    """Choose the length of a tile so that whole tiles and rows of cut tiles are about equally many.

    Parameters
    ----------
    window
        How far back an instant sees.
    rows_seen
        How many rows it sees.
    edges
        At how many instants rows start or cease to count, each of which cuts a tile.
    """
    wanted = window / max(1, isqrt(max(1, int(edges * rows_seen))))
    return max((length for length in _LENGTHS if length <= wanted), default=_LENGTHS[0])
