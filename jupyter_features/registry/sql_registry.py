"""The registry over a database: who may ask, in which transaction, and which function answers."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, select

from jupyter_features.clock import Clock, system_clock, to_utc
from jupyter_features.definitions.entity import Entity
from jupyter_features.definitions.feature_service import FeatureService, Model
from jupyter_features.definitions.listing import Facets, ViewPage
from jupyter_features.definitions.source import Source
from jupyter_features.definitions.subject import Subject
from jupyter_features.errors import ForbiddenError, NotFoundError, ReadOnlyError, RegistryError
from jupyter_features.registry import changes, questions
from jupyter_features.registry.accounts import UseNotes, create_token, list_tokens, note_use, revoke_token, subject_of
from jupyter_features.registry.consumers import consumers, record_uses
from jupyter_features.registry.context import Change, count_up, lock
from jupyter_features.registry.database import Database
from jupyter_features.registry.detail import view_detail
from jupyter_features.registry.edit_metadata import edit_metadata
from jupyter_features.registry.event import Event
from jupyter_features.registry.find import find
from jupyter_features.registry.lifecycle import certify, deprecate, retire, yank
from jupyter_features.registry.pointers import promote, rollback
from jupyter_features.registry.publish import check_ready, publish
from jupyter_features.registry.rehearse import rehearse_publish
from jupyter_features.registry.request import Answer, ChangeRequest, Request, may_send, request_name
from jupyter_features.registry.schema import entities, events, models, revisions, services, sources
from jupyter_features.registry.search import facets_of, search_views
from jupyter_features.registry.services import get_kept, newest_of_all, save_model, save_service
from jupyter_features.registry.signatures import list_signatures
from jupyter_features.registry.soundness import problems
from jupyter_features.registry.standings import standings
from jupyter_features.registry.teams import change_team, list_teams
from jupyter_features.registry.validate import validated
from jupyter_features.registry.versions import published_names, versions_of

# A read does not wait longer than that for a writer, only so that its token's last use is known.
_NOTE_SECONDS = 0.05


class FacetCache:
    """The facets of each environment, kept until the registry changes: they are the same for every query."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[int, Facets, int]] = {}

    def of(self, connection: Connection, environment: str, revision: int) -> tuple[Facets, int]:
        """Give the facets and the number of views at a revision."""
        known = self._kept.get(environment)
        if known is None or known[0] != revision:
            if len(self._kept) > 100:  # names of environments come from requests
                self._kept.clear()
            known = self._kept[environment] = (revision, *facets_of(connection, environment))
        return known[1:]


@dataclass(frozen=True)
class Asking:
    """What every question works with: a snapshot, who asks, the time (aware UTC), what was collected before, and where."""

    connection: Connection
    subject: Subject
    now: datetime
    facets: FacetCache
    database: Database


class SqlRegistry:
    """Published feature views in one database, as one subject sees them.

    Nothing is opened or created before it is needed; what was never written to reads as an empty registry.

    Parameters
    ----------
    database
        Closed with the registry.
    subject
        Stands as the author of every event.
    clock
        Gives the time of events.
    """

    def __init__(self, database: Database, *, subject: Subject, clock: Clock = system_clock) -> None:
        self.database = database
        self.subject = subject
        self._clock = clock
        self._facets = FacetCache()
        self._use_notes = UseNotes()

    @property
    def label(self) -> str:
        """What people know it by."""
        return self.database.label

    def send(self, request: Request[Answer]) -> Answer:
        """Answer a request; see `Registry`."""
        request = validated(request)
        if not may_send(self.subject, type(request)):
            roles = " or ".join(map(repr, request.takes))
            raise ForbiddenError(
                f"{self.subject.name!r} may not {request_name(type(request))}: it takes the role {roles}.",
                hint=f"An admin can make a token with it: jupyter features token --create {self.subject.name} --role {request.takes[0]}.",
            )
        answer: Answer = self._change(request) if isinstance(request, ChangeRequest) else self._answer(request)
        return answer

    def as_subject(self, subject: Subject) -> SqlRegistry:
        """Give the same registry as somebody else sees it; it shares the database."""
        other = SqlRegistry(self.database, subject=subject, clock=self._clock)
        other._facets = self._facets
        return other

    def authenticate(self, secret: str) -> Subject | None:
        """Find whom an access token speaks for, and note that it was used; None if it opens nothing."""
        now = to_utc(self._clock())
        with self.database.reading() as connection:
            found = None if connection is None else subject_of(connection, secret, now)
        if found is None:
            return None
        subject, is_to_note = found
        if is_to_note and self._use_notes.is_due(secret, now):
            # Where nobody can write, or somebody else is writing for long, who asks is known all the same.
            with suppress(ReadOnlyError, RegistryError), self.database.writing(wait_seconds=_NOTE_SECONDS) as connection:
                note_use(connection, secret, now)
        return subject

    def close(self) -> None:
        """Let go of everything that is open."""
        self.database.close()

    def _change(self, request: ChangeRequest[Any]) -> Any:
        publication = request.publish if isinstance(request, changes.RehearsePublish) else request
        if isinstance(publication, changes.Publish):
            check_ready(publication)  # before the lock, for it takes longer than all that is done under it
        with self.database.writing() as connection:
            # Reads that are reported are no events, and need not take turns with those who make some.
            revision = None if isinstance(request, changes.RecordUses) else lock(connection)
            change = Change(connection, self.subject, to_utc(self._clock()))
            answer = _CHANGERS[type(request)](change, request)
            if revision is not None:
                count_up(change, revision)
            return answer

    def _answer(self, request: Request[Any]) -> Any:
        if isinstance(request, questions.WhoAmI):
            return self.subject
        with self.database.reading() as connection:
            if connection is None:
                return _answer_empty(request)
            return _ANSWERERS[type(request)](Asking(connection, self.subject, to_utc(self._clock()), self._facets, self.database), request)


def _answer_empty(request: Request[Any]) -> Any:
    """Answer for a registry that nobody has written to."""
    if isinstance(request, questions.GetVersion | questions.GetDetail):
        return find(None, request.name, request.version, request.environment)
    if isinstance(request, questions.GetService | questions.GetModel):
        raise NotFoundError("feature service" if isinstance(request, questions.GetService) else "model", request.name)
    if isinstance(request, questions.SearchViews):
        return ViewPage(environment=request.environment, revision=0, total=0, matches=0, facets=Facets(), views=())
    if isinstance(request, questions.GetEntity | questions.GetSource):
        return None
    return 0 if isinstance(request, questions.GetRevision) else ()


def _revision(asking: Asking, _: questions.GetRevision) -> int:
    return int(asking.connection.execute(select(revisions.c.revision)).scalar_one())


def _version(asking: Asking, request: questions.GetVersion) -> questions.FoundVersion:
    version = find(asking.connection, request.name, request.version, request.environment)
    life = standings(asking.connection, asking.now, [version.name]).of(version.name, version.version)
    return questions.FoundVersion(version=version, standing=life)


def _detail(asking: Asking, request: questions.GetDetail) -> object:
    version = find(asking.connection, request.name, request.version, request.environment)
    return view_detail(asking.connection, version, asking.now)


def _search(asking: Asking, request: questions.SearchViews) -> ViewPage:
    revision = _revision(asking, questions.GetRevision())
    facets, total = asking.facets.of(asking.connection, request.environment, revision)
    return search_views(asking.connection, request, asking.now, revision, facets, total)


def _entity(asking: Asking, request: questions.GetEntity) -> Entity | None:
    definition = asking.connection.execute(select(entities.c.definition).where(entities.c.name == request.name)).scalar()
    return msgspec.json.decode(definition, type=Entity) if definition else None


def _source(asking: Asking, request: questions.GetSource) -> Source | None:
    definition = asking.connection.execute(select(sources.c.definition).where(sources.c.name == request.name)).scalar()
    return msgspec.json.decode(definition, type=Source) if definition else None


def _events(asking: Asking, request: questions.ListEvents) -> tuple[Event, ...]:
    query = select(events).where(events.c.id > request.after).order_by(events.c.id.desc() if request.newest else events.c.id)
    if request.name is not None:
        query = query.where(events.c.name == request.name)
    found = [Event(**row._mapping) for row in asking.connection.execute(query.limit(request.limit))]
    return tuple(reversed(found) if request.newest else found)


def _service(asking: Asking, request: questions.GetService) -> FeatureService:
    return get_kept(asking.connection, services, request.name, request.version, FeatureService, "feature service")


def _model(asking: Asking, request: questions.GetModel) -> Model:
    return get_kept(asking.connection, models, request.name, request.version, Model, "model")


_ANSWERERS: dict[type[Request[Any]], Callable[[Asking, Any], Any]] = {
    questions.GetRevision: _revision,
    questions.GetVersion: _version,
    questions.ListVersions: lambda asking, request: versions_of(asking.connection, request.name),
    questions.GetDetail: _detail,
    questions.SearchViews: _search,
    questions.ListNames: lambda asking, _: published_names(asking.connection),
    questions.ListSignatures: lambda asking, _: list_signatures(asking.connection, asking.now),
    questions.GetEntity: _entity,
    questions.GetSource: _source,
    questions.ListEvents: _events,
    questions.ListConsumers: lambda asking, request: consumers(asking.connection, request.name, asking.now),
    questions.GetService: _service,
    questions.ListServices: lambda asking, _: newest_of_all(asking.connection, services, FeatureService),
    questions.GetModel: _model,
    questions.ListModels: lambda asking, _: newest_of_all(asking.connection, models, Model),
    questions.ListTeams: lambda asking, _: list_teams(asking.connection),
    questions.ListProblems: lambda asking, _: (*asking.database.problems(), *problems(asking.connection)),
    questions.ListTokens: lambda asking, _: list_tokens(asking.connection),
}

_CHANGERS: dict[type[ChangeRequest[Any]], Callable[[Change, Any], Any]] = {
    changes.Publish: publish,
    changes.RehearsePublish: rehearse_publish,
    changes.Promote: promote,
    changes.Rollback: rollback,
    changes.EditMetadata: edit_metadata,
    changes.Yank: yank,
    changes.Certify: certify,
    changes.Deprecate: deprecate,
    changes.Retire: retire,
    changes.SaveService: save_service,
    changes.SaveModel: save_model,
    changes.ChangeTeam: change_team,
    changes.RecordUses: record_uses,
    changes.CreateToken: create_token,
    changes.RevokeToken: revoke_token,
}
