"""Search: what an environment serves, best match first; the same order on every database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import (
    CTE,
    ColumnElement,
    Connection,
    Float,
    Integer,
    Row,
    Select,
    TextClause,
    and_,
    case,
    column,
    exists,
    func,
    or_,
    select,
    text,
)

from jupyter_features.definitions.listing import Facets, ViewPage, ViewSummary
from jupyter_features.definitions.standing import State
from jupyter_features.registry.consumers import consumer_names, read_by, reads_by_view
from jupyter_features.registry.questions import SearchViews
from jupyter_features.registry.schema import (
    certifications,
    feature_views,
    pointers,
    search_columns,
    search_documents,
    search_tags,
    sources,
    versions,
)
from jupyter_features.registry.typos import corrected, occurring
from jupyter_features.registry.words import Words, query_words, singular

# So many of the database's best matches are put in order by our own measure.
RANKED = 100

# What a word is worth in each field, whole; the beginning of a word is worth a little less.
_WORTH = {"name": 40, "features": 30, "labels": 25, "description": 15, "columns": 10, "logic": 5}
_WHOLE_NAME, _WHOLE_FEATURE, _BEGINNING = 100, 50, 0.8

Documents = Select[Any]


def search_views(connection: Connection, request: SearchViews, now: datetime, revision: int, facets: Facets, total: int) -> ViewPage:
    """See `SearchViews`.

    Parameters
    ----------
    facets, total
        Of the environment; they do not depend on the query.
    """
    asked = query_words(request.query)
    words, told = _correct(connection, asked)
    found: tuple[list[ViewSummary], int] = ([], 0)
    if words or not request.query.strip():
        listed = _filtered(_listed(request), request, now)
        found = _ranked(connection, listed, words, request, now) if words else _page(connection, listed, request, now, total)
    return ViewPage(
        environment=request.environment,
        revision=revision,
        total=total,
        matches=found[1],
        facets=facets,
        views=tuple(found[0]),
        corrected=told,
    )


def facets_of(connection: Connection, environment: str) -> tuple[Facets, int]:
    """Collect what one can filter an environment by, and count its views."""
    served = search_documents.join(pointers, _is_served(environment))
    entities, owners = (
        tuple(sorted(connection.execute(select(each).select_from(served).distinct()).scalars()))
        for each in (search_documents.c.entity, search_documents.c.owner)
    )
    same = (search_tags.c.name == pointers.c.name) & (search_tags.c.version == pointers.c.version)
    tags = select(search_tags.c.tag).join(pointers, same).where(pointers.c.environment == environment).distinct()
    total = connection.execute(select(func.count()).select_from(served)).scalar_one()
    states: tuple[State, ...] = ("certified", "deprecated", "published", "retired")
    facets = Facets(
        entities=entities,
        owners=owners,
        tags=tuple(sorted(connection.execute(tags).scalars())),
        states=states,
        sources=tuple(sorted(connection.execute(select(sources.c.name)).scalars())),
        consumers=consumer_names(connection),
    )
    return facets, int(total)


def _correct(connection: Connection, words: tuple[str, ...]) -> tuple[tuple[str, ...], str]:
    """Replace words that occur nowhere by what they are most like; tell what is searched for instead."""
    known = occurring(connection, [singular(word) for word in words])
    meant = [word if singular(word) in known else corrected(connection, word) or word for word in words]
    return tuple(meant), " ".join(meant) if tuple(meant) != words else ""


def _is_served(environment: str) -> ColumnElement[bool]:
    return and_(
        search_documents.c.name == pointers.c.name,
        search_documents.c.version == pointers.c.version,
        pointers.c.environment == environment,
    )


def _listed(request: SearchViews) -> Documents:
    """Choose the documents of what the environment serves; or of the newest version of each view, if retired ones are asked for."""
    if request.state == "retired":
        newest = select(func.max(versions.c.version)).where(versions.c.name == search_documents.c.name).scalar_subquery()
        return select(search_documents.c.id).where(search_documents.c.version == newest)
    return select(search_documents.c.id).join(pointers, _is_served(request.environment))


def _filtered(listed: Documents, request: SearchViews, now: datetime) -> Documents:
    document = search_documents.c
    for kept, value in ((document.entity, request.entity), (document.owner, request.owner)):
        listed = listed if value is None else listed.where(kept == value)
    if request.state is not None:
        listed = _with_life(listed).where(_state(now) == request.state)
    if request.tag is not None:
        is_tagged = exists().where(
            search_tags.c.name == document.name, search_tags.c.version == document.version, search_tags.c.tag == request.tag
        )
        listed = listed.where(is_tagged)
    if request.source is not None:
        listed = listed.where(_is_traced(*request.source.partition(".")[::2]))
    if request.consumer is not None:
        listed = listed.where(document.name.in_(read_by(request.consumer)))
    return listed


def _is_traced(source: str, column: str) -> ColumnElement[bool]:
    """Whether a source, or one of its columns, has a say in a document's version."""
    document = search_documents.c
    found = exists().where(
        search_columns.c.name == document.name, search_columns.c.version == document.version, search_columns.c.source == source
    )
    return found.where(search_columns.c.column == column) if column else found


def _with_life(documents: Documents) -> Documents:
    return documents.join(feature_views, feature_views.c.name == search_documents.c.name)


def _state(now: datetime) -> ColumnElement[str]:
    """Say where a document's version is in its life, as `Standings.of` does; what is served is never yanked. Needs `_with_life`."""
    certified, others = certifications.c, certifications.alias()
    is_its_own = and_(certified.name == search_documents.c.name, certified.version == search_documents.c.version)
    same = and_(others.c.name == search_documents.c.name, others.c.version == search_documents.c.version)
    newest = select(func.max(others.c.event_id)).where(same).scalar_subquery()
    is_certified = exists().where(is_its_own, certified.event_id == newest, or_(certified.expires_at.is_(None), certified.expires_at > now))
    return case((feature_views.c.state != "published", feature_views.c.state), (is_certified, "certified"), else_="published")


def _page(connection: Connection, listed: Documents, request: SearchViews, now: datetime, total: int) -> tuple[list[ViewSummary], int]:
    """List by name; the page is chosen before any document is read."""
    chosen = listed.order_by(search_documents.c.name).limit(request.limit).offset(request.offset).subquery()
    documents = select(search_documents.c.summary, _state(now).label("state")).join(chosen, chosen.c.id == search_documents.c.id)
    rows: Sequence[Row[Any]] = connection.execute(_with_life(documents).order_by(search_documents.c.name)).all()
    is_narrowed = any((request.entity, request.owner, request.tag, request.state, request.source, request.consumer))
    count = connection.execute(select(func.count()).select_from(listed.subquery())).scalar_one() if is_narrowed else total
    return [line for line, _ in _lines(connection, rows, now)], int(count)


def _ranked(
    connection: Connection, listed: Documents, words: tuple[str, ...], request: SearchViews, now: datetime
) -> tuple[list[ViewSummary], int]:
    """List by text, then certified, then real usage, then name; beyond the best 100 in the database's own order."""
    found = _FOUND[connection.dialect.name](tuple(map(singular, words)))
    matching = listed.join(found, found.c.id == search_documents.c.id)
    every = func.count().over().label("every")
    # The best are chosen before any document is read: those are wide, and a common word is in all of them.
    best_first = matching.add_columns(found.c.rank, every).order_by(found.c.rank, search_documents.c.name)
    chosen = best_first.limit(max(RANKED, request.offset + request.limit)).subquery()
    documents = select(search_documents.c.summary, search_documents.c.words, chosen.c.every, _state(now).label("state"))
    documents = _with_life(documents.join(chosen, chosen.c.id == search_documents.c.id))
    rows: Sequence[Row[Any]] = connection.execute(documents.order_by(chosen.c.rank, search_documents.c.name)).all()
    lines = _lines(connection, rows, now)
    scores = {line.name: _score(words, row.words) for line, row in lines[:RANKED]}

    def place(item: tuple[ViewSummary, object]) -> tuple[float, bool, int, str]:
        line = item[0]
        return (-scores[line.name], line.state != "certified", -(line.reads or 0), line.name)

    ordered = [line for line, _ in (*sorted(lines[:RANKED], key=place), *lines[RANKED:])]
    return ordered[request.offset : request.offset + request.limit], int(rows[0].every) if rows else 0


def _found_sqlite(words: tuple[str, ...]) -> CTE:
    """Match every word, or its beginning; the smallest rank is the best. The index goes first: it knows how little it finds."""
    query = " AND ".join(f'"{word}"*' for word in words)
    match = text("SELECT rowid AS id, bm25(search_index, 10, 8, 6, 4, 2, 1) AS rank FROM search_index WHERE search_index MATCH :words")
    return _as_cte(match, query).prefix_with("MATERIALIZED")


def _found_postgres(words: tuple[str, ...]) -> CTE:
    query = " & ".join(f"'{word}':*" for word in words)
    match = text(
        "SELECT id, -ts_rank('{0.05, 0.2, 0.5, 1.0}', vector, CAST(:words AS tsquery)) AS rank"
        " FROM search_index WHERE vector @@ CAST(:words AS tsquery)"
    )
    return _as_cte(match, query).prefix_with("MATERIALIZED")


def _as_cte(match: TextClause, query: str) -> CTE:
    return match.bindparams(words=query).columns(column("id", Integer), column("rank", Float)).cte("found")


_FOUND = {"sqlite": _found_sqlite, "postgresql": _found_postgres}


def _lines(connection: Connection, rows: Sequence[Row[Any]], now: datetime) -> list[tuple[ViewSummary, Row[Any]]]:
    """Add to each row's summary what changes without a new document: the state and the readers."""
    readers = reads_by_view(connection, now)
    lines = []
    for row in rows:
        summary = msgspec.json.decode(row.summary, type=ViewSummary)
        reads = None if readers is None else readers.get(summary.name, 0)
        lines.append((msgspec.structs.replace(summary, state=row.state, reads=reads), row))
    return lines


def _score(query: tuple[str, ...], stored: str) -> float:
    """Add up what each word of a query is worth where it counts most."""
    words = msgspec.json.decode(stored, type=Words)
    return sum(max(_best_worth(word, words), _best_worth(singular(word), words)) for word in query)


def _best_worth(word: str, words: Words) -> float:
    if words.name[:1] == (word,):
        return _WHOLE_NAME
    best = 0.0
    for field, worth in _WORTH.items():
        # Fields that follow are worth less, except for the whole name of a feature.
        if best >= worth and not (field == "features" and "_" in word):
            break
        best = max(best, _worth(word, field, getattr(words, field)))
    return best


def _worth(word: str, field: str, found: tuple[str, ...]) -> float:
    if word in found:
        return _WHOLE_FEATURE if field == "features" and "_" in word else _WORTH[field]
    return _WORTH[field] * _BEGINNING if any(each.startswith(word) for each in found) else 0.0
