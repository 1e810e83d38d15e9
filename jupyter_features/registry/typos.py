"""Typos: what somebody who wrote a word that occurs nowhere may have meant."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher

from sqlalchemy import Connection, exists, func, select

from jupyter_features.registry.schema import search_grams, search_words
from jupyter_features.registry.search_index import grams_of

# Of the words that share most letters, so many are compared letter by letter.
_COMPARED = 40
_LEAST_LIKENESS = 0.7


def occurring(connection: Connection, words: Sequence[str]) -> set[str]:
    """Choose the words that some word of a document begins with."""
    if not words:
        return set()
    begin = (exists().where(search_words.c.word >= word, search_words.c.word < word + "\U0010ffff") for word in words)
    found = connection.execute(select(*(each.label(f"word_{index}") for index, each in enumerate(begin)))).one()
    return {word for word, does_occur in zip(words, found, strict=True) if does_occur}


def corrected(connection: Connection, word: str) -> str | None:
    """Find the word that is most like one that occurs nowhere; None if none is like it.

    Two neighbouring letters the wrong way round come first: in a short word they leave no run of three letters whole.
    """
    query = select(search_words.c.word).where(search_words.c.word.in_(_swapped(word))).order_by(search_words.c.word)
    if swapped := connection.execute(query.limit(1)).scalar():
        return str(swapped)
    shared = func.count().label("shared")
    query = select(search_grams.c.word, shared).where(search_grams.c.gram.in_(sorted(grams_of(word)))).group_by(search_grams.c.word)
    rows = connection.execute(query.order_by(shared.desc(), search_grams.c.word).limit(_COMPARED))
    likeness = {row.word: SequenceMatcher(None, word, row.word).ratio() for row in rows}
    best = min(likeness, key=lambda each: (-likeness[each], each), default=None)
    return best if best is not None and likeness[best] >= _LEAST_LIKENESS else None


def _swapped(word: str) -> list[str]:
    pairs = range(len(word) - 1)
    return sorted({f"{word[:place]}{word[place + 1]}{word[place]}{word[place + 2 :]}" for place in pairs} - {word})
