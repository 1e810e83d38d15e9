"""Typos: what somebody who wrote a word that occurs nowhere may have meant."""

from __future__ import annotations

from difflib import SequenceMatcher

from sqlalchemy import Connection, func, select

from jupyter_features.registry.schema import search_grams, search_words
from jupyter_features.registry.search_index import grams_of

# Of the words that share most letters, so many are compared letter by letter.
_COMPARED = 40
_LEAST_LIKENESS = 0.7


def occurs(connection: Connection, word: str) -> bool:
    """Tell whether any document has a word that begins with this one."""
    beyond = word + "\U0010ffff"
    query = select(search_words.c.word).where(search_words.c.word >= word, search_words.c.word < beyond).limit(1)
    return connection.execute(query).scalar() is not None


def corrected(connection: Connection, word: str) -> str | None:
    """Find the word that is most like one that occurs nowhere; None if none is like it."""
    shared = func.count().label("shared")
    query = select(search_grams.c.word, shared).where(search_grams.c.gram.in_(sorted(grams_of(word)))).group_by(search_grams.c.word)
    rows = connection.execute(query.order_by(shared.desc(), search_grams.c.word).limit(_COMPARED))
    likeness = {row.word: SequenceMatcher(None, word, row.word).ratio() for row in rows}
    best = min(likeness, key=lambda each: (-likeness[each], each), default=None)
    return best if best is not None and likeness[best] >= _LEAST_LIKENESS else None
