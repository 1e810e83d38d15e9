"""What search reads: a document for each version, a full-text index in the database's own kind, and the words there are."""

from __future__ import annotations

import msgspec
from sqlalchemy import Connection, select, text

from jupyter_features.definitions.feature_view import FeatureViewVersion
from jupyter_features.definitions.listing import FeatureSummary, ViewSummary
from jupyter_features.registry.find import owner_of
from jupyter_features.registry.metadata import Metadata, edited_metadata, newest_metadata
from jupyter_features.registry.schema import search_columns, search_documents, search_grams, search_tags, search_words
from jupyter_features.registry.versions import published_names, versions_of
from jupyter_features.registry.words import Words, words_of

FIELDS = Words.__struct_fields__
"""Columns of the SQLite index, in order."""
# PostgreSQL knows four weights; the six fields share them.
_WEIGHTS = dict(zip(FIELDS, "AABCCD", strict=True))


def index_version(connection: Connection, version: FeatureViewVersion) -> None:
    """Write the document of a version anew; whatever changes its words calls this."""
    metadata = newest_metadata(edited_metadata(connection, version.name), version)
    _index(connection, version, msgspec.structs.replace(metadata, owner=owner_of(connection, version.name)))


def index_view(connection: Connection, name: str) -> None:
    """Write the documents of every version of a view anew; for what changes all of them, such as the owner."""
    for version in versions_of(connection, name):
        index_version(connection, version)


def index_everything(connection: Connection) -> None:
    """Write every document; for a registry that was made before there was an index."""
    for name in published_names(connection):
        index_view(connection, name)


def _index(connection: Connection, version: FeatureViewVersion, metadata: Metadata) -> None:
    words = words_of(version, metadata)
    here = (search_documents.c.name == version.name) & (search_documents.c.version == version.version)
    row = {
        "entity": version.view.entity.label,
        "owner": metadata.owner,
        "summary": msgspec.json.encode(_summary(version, metadata)).decode(),
        "words": msgspec.json.encode(words).decode(),
    }
    known = connection.execute(select(search_documents.c.id, search_documents.c.words).where(here)).one_or_none()
    if known is None:
        insert = search_documents.insert().values(name=version.name, version=version.version, **row)
        document_id = int(connection.execute(insert.returning(search_documents.c.id)).scalar_one())
    else:
        document_id = int(known.id)
        connection.execute(search_documents.update().where(here).values(**row))
    _tag(connection, version, metadata)
    _trace(connection, version)
    if known is None or known.words != row["words"]:
        _WRITERS[connection.dialect.name](connection, document_id, words)
        _learn(connection, {word for field in FIELDS for word in getattr(words, field)})


def _summary(version: FeatureViewVersion, metadata: Metadata) -> ViewSummary:
    return ViewSummary(
        name=version.name,
        version=version.version,
        entity=version.view.entity.label,
        owner=metadata.owner,
        description=metadata.description,
        tags=metadata.tags,
        features=tuple(FeatureSummary(feature.name, feature.dtype) for feature in version.view.features),
        published_at=version.published_at,
    )


def _tag(connection: Connection, version: FeatureViewVersion, metadata: Metadata) -> None:
    here = (search_tags.c.name == version.name) & (search_tags.c.version == version.version)
    connection.execute(search_tags.delete().where(here))
    rows = [{"name": version.name, "version": version.version, "tag": tag} for tag in sorted(set(metadata.tags))]
    if rows:
        connection.execute(search_tags.insert(), rows)


def _trace(connection: Connection, version: FeatureViewVersion) -> None:
    """Keep which source columns have a say in a version; they never change."""
    here = (search_columns.c.name == version.name) & (search_columns.c.version == version.version)
    if connection.execute(select(search_columns.c.source).where(here).limit(1)).scalar() is not None:
        return
    lineage = {each for feature in version.view.features for each in (*feature.value_lineage, *feature.row_lineage)}
    pairs = (each.partition(".") for each in sorted(lineage))
    rows = [{"name": version.name, "version": version.version, "source": source, "column": column} for source, _, column in pairs]
    if rows:
        connection.execute(search_columns.insert(), rows)


def _write_sqlite(connection: Connection, document_id: int, words: Words) -> None:
    fields = {field: " ".join(getattr(words, field)) for field in FIELDS}
    names = ", ".join(FIELDS)
    connection.execute(text("DELETE FROM search_index WHERE rowid = :id"), {"id": document_id})
    insert = f"INSERT INTO search_index (rowid, {names}) VALUES (:id, {', '.join(f':{field}' for field in FIELDS)})"  # noqa: S608 (names of ours)
    connection.execute(text(insert), {"id": document_id, **fields})


def _write_postgres(connection: Connection, document_id: int, words: Words) -> None:
    # Our own words, not the parser's: the same word is found on every database. Words are letters, digits and underscores.
    vector = " ".join(f"'{word}':{position}{_WEIGHTS[field]}" for field in FIELDS for position, word in enumerate(getattr(words, field), 1))
    statement = (
        "INSERT INTO search_index (id, vector) VALUES (:id, CAST(:vector AS tsvector))"
        " ON CONFLICT (id) DO UPDATE SET vector = excluded.vector"
    )
    connection.execute(text(statement), {"id": document_id, "vector": vector})


_WRITERS = {"sqlite": _write_sqlite, "postgresql": _write_postgres}


def grams_of(word: str) -> set[str]:
    """Cut a word into runs of three letters, its ends marked, as a typo leaves most of them whole."""
    marked = f"^{word}$"
    return {marked[start : start + 3] for start in range(len(marked) - 2)}


def _learn(connection: Connection, words: set[str]) -> None:
    ordered = sorted(words)
    known: set[str] = set()
    for start in range(0, len(ordered), 500):
        known |= set(connection.execute(select(search_words.c.word).where(search_words.c.word.in_(ordered[start : start + 500]))).scalars())
    new = [word for word in ordered if word not in known]
    if new:
        connection.execute(search_words.insert(), [{"word": word} for word in new])
        # Who mistypes a word means one of letters.
        grams = [{"gram": gram, "word": word} for word in new if not any(map(str.isdigit, word)) for gram in sorted(grams_of(word))]
        if grams:
            connection.execute(search_grams.insert(), grams)
