"""Access tokens from making to revoking, over HTTP and at rest."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from sqlalchemy import Connection

from jupyter_features.registry.changes import RevokeToken
from jupyter_features.registry.questions import ListEvents, ListTokens
from jupyter_features.registry.sqlite import SqliteDatabase

from ..registry.shelf import NOW
from .conftest import Service


def test_the_secret_is_in_the_answer_once_and_nowhere_else(service: Service):
    admin = service.token("root", ("admin",))

    made = service.post("create-token", {"subject": "ada", "roles": ["author"]}, token=admin).json()

    assert service.post("who-am-i", token=made["secret"]).json()["name"] == "ada"
    assert made["secret"] not in service.post("list-tokens", token=admin).text
    assert made["secret"] not in service.post("list-events", token=admin).text
    files = [path.read_bytes() for path in service.path.parent.iterdir() if path.is_file()]
    secret = made["secret"].split("_", 2)[2]
    assert not any(secret.encode() in content for content in files)
    assert any(made["id"].encode() in content for content in files)  # so it was looked for in the right place


def test_two_tokens_share_nothing(service: Service):
    first, second = service.token(), service.token()

    assert first != second
    assert len(first.split("_", 2)[2]) == 43  # 256 bits


def test_a_token_ends_when_it_expires(service: Service):
    token = service.token("ada", days=1)
    assert service.post("who-am-i", token=token).status_code == 200

    service.now[0] = NOW + timedelta(days=1)

    assert service.post("who-am-i", token=token).status_code == 401


def test_a_revoked_token_opens_nothing_at_once_and_others_go_on(service: Service):
    ada, bob = service.token("ada"), service.token("bob")
    line = next(line for line in service.registry.send(ListTokens()) if line.subject == "ada")
    assert service.post("who-am-i", token=ada).status_code == 200

    service.registry.send(RevokeToken(id=line.id))
    service.registry.send(RevokeToken(id=line.id))

    assert service.post("who-am-i", token=ada).status_code == 401
    assert service.post("who-am-i", token=bob).status_code == 200
    assert [event.action for event in service.registry.send(ListEvents(name=line.id))] == ["token_created", "token_revoked"]


def test_the_last_use_is_shown_to_the_hour(service: Service):
    token = service.token("ada")

    def last_used() -> object:
        return service.registry.send(ListTokens())[0].last_used_at

    assert last_used() is None
    service.post("who-am-i", token=token)
    assert last_used() == NOW
    service.now[0] = NOW + timedelta(minutes=59)
    service.post("who-am-i", token=token)
    assert last_used() == NOW
    service.now[0] = NOW + timedelta(minutes=60)
    service.post("who-am-i", token=token)
    assert last_used() == NOW + timedelta(minutes=60)


def test_using_a_token_leaves_the_revision(service: Service):
    token = service.token("ada")

    assert service.post("get-revision", token=token).json() == service.post("get-revision", token=token).json() == 1


def test_nobody_who_reads_waits_for_a_writer_because_of_the_last_use(service: Service, monkeypatch: pytest.MonkeyPatch):
    token, waited = service.token("ada"), []
    writing = SqliteDatabase.writing

    def write(database: SqliteDatabase, *, wait_seconds: float | None = None) -> AbstractContextManager[Connection]:
        waited.append(wait_seconds)
        return writing(database, wait_seconds=wait_seconds)

    monkeypatch.setattr(SqliteDatabase, "writing", write)
    with writing(service.registry.database):
        assert [service.post("who-am-i", token=token).status_code for _ in range(3)] == [200, 200, 200]
        assert service.registry.send(ListTokens())[0].last_used_at is None
    assert waited == [0.05]

    service.now[0] = NOW + timedelta(minutes=1)
    service.post("who-am-i", token=token)
    assert service.registry.send(ListTokens())[0].last_used_at == service.now[0]
