"""The words of a feature view: what search compares, field by field, the logic in words among them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import timedelta

from msgspec import Struct
from sqlglot import exp, parse_one
from sqlglot.errors import SqlglotError

from jupyter_features.definitions.feature_view import CompiledView, FeatureViewVersion
from jupyter_features.definitions.lookback import format_length
from jupyter_features.registry.metadata import Metadata

LONGEST_WORD = 63
MOST_QUERY_WORDS = 32
# PostgreSQL takes less than 1 MB of words and their places for one document; six fields share it.
_FIELD_BYTES, _PLACE_BYTES = 100_000, 8
_WORD = re.compile(r"[^\W_]+(?:_[^\W_]+)*")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
# Words that are in every sentence tell nothing; a query may have them.
_EMPTY_WORDS = frozenset(
    "a an and are as at by for from how in is it its last of on or per than that the their to was what which with".split()  # noqa: SIM905  # thirty quoted words read worse
)
# What people call what SQL writes otherwise.
_SPOKEN = {
    "AVG": "average mean",
    "COUNT": "count number how many",
    "SUM": "sum total",
    "MAX": "maximum largest latest",
    "MIN": "minimum smallest first",
    "STDDEV": "deviation",
    "STDDEV_SAMP": "deviation",
    "MEDIAN": "median",
    "QUANTILE": "percentile",
    "EXTRACT": "part",
    "DATEDIFF": "days between since",
    "DIV": "ratio rate share",
}


class Words(Struct, frozen=True):
    """Words of one document by field, from the most to the least telling; lower case, each once, up to about 100,000 bytes a field."""

    name: tuple[str, ...]
    features: tuple[str, ...]
    labels: tuple[str, ...]
    description: tuple[str, ...]
    columns: tuple[str, ...]
    logic: tuple[str, ...]


def words_of(version: FeatureViewVersion, metadata: Metadata) -> Words:
    """Take the words out of a version in its newest words."""
    view = version.view
    lineage = {column for feature in view.features for column in (*feature.value_lineage, *feature.row_lineage)}
    return Words(
        name=split_words(view.name),
        features=split_words(" ".join(view.feature_names)),
        labels=split_words(" ".join((metadata.owner, *metadata.tags, view.entity.label))),
        description=split_words(metadata.description),
        columns=split_words(" ".join(sorted(lineage))),
        logic=_unique(_logic(view)),
    )


def query_words(query: str) -> tuple[str, ...]:
    """Take the words out of what somebody looks for, the first 32 at most.

    A name with underscores stays one word, and words that tell nothing go.
    """
    found = _unique(match[0].casefold()[:LONGEST_WORD] for match in _WORD.finditer(query))
    return (tuple(word for word in found if word not in _EMPTY_WORDS) or found)[:MOST_QUERY_WORDS]


def singular(word: str) -> str:
    """Leave out the s of a plural: as the beginning of a word it finds both, and whatever else it was the plural of nothing."""
    is_plural = len(word) > 3 and word.endswith("s") and not word.endswith("ss") and "_" not in word
    return word[:-1] if is_plural else word


def split_words(text: str) -> tuple[str, ...]:
    """Give names whole and in their parts: `unit_price` is also `unit` and `price`."""
    return _unique(_split(text))


def _split(text: str) -> Iterator[str]:
    for match in _WORD.finditer(text):
        whole = match[0]
        yield whole.casefold()[:LONGEST_WORD]
        parts = _CAMEL.sub("_", whole).split("_")
        if len(parts) > 1:
            yield from (part.casefold()[:LONGEST_WORD] for part in parts)


def _logic(view: CompiledView) -> Iterator[str]:
    for reference in view.definition.sources:
        yield from _split(f"{reference.source} {reference.alias}")
        yield from _length(reference.lookback)
    for word in _split(view.definition.body):
        yield word
        # The normal form says some of these in functions of our own.
        yield from _split(_SPOKEN.get(word.upper(), ""))
    if view.normal_sql:
        yield from _spoken(view.normal_sql)


def _length(lookback: timedelta | None) -> Iterator[str]:
    """Say a lookback as people do: `30d` is `30 days`, `month`."""
    if lookback is None:
        return
    yield format_length(lookback)
    if lookback % timedelta(days=1) == timedelta():
        days = lookback // timedelta(days=1)
        yield from (str(days), "days")
        yield from {7: ("week",), 30: ("month",), 90: ("quarter",), 365: ("year",)}.get(days, ())
    elif lookback % timedelta(hours=1) == timedelta():
        yield from (str(lookback // timedelta(hours=1)), "hours")


def _spoken(sql: str) -> Iterator[str]:
    try:
        query = parse_one(sql, read="duckdb")
    except (SqlglotError, RecursionError):
        return
    for node in query.walk():
        if isinstance(node, exp.Func):
            yield from _split(f"{node.sql_name()} {_SPOKEN.get(node.sql_name(), '')}")
        elif isinstance(node, exp.Div):
            yield from _split(_SPOKEN["DIV"])
        elif isinstance(node, exp.Distinct):
            yield from ("distinct", "unique", "different")


def _unique(words: Iterable[str]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    room = _FIELD_BYTES
    for word in words:
        if word not in found:
            room -= len(word.encode()) + _PLACE_BYTES
            if room < 0:
                break
            found[word] = None
    return tuple(found)
