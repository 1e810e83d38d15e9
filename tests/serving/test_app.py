"""What callers get: the answer, or one body that tells what is wrong with their request and nothing else."""

from __future__ import annotations

import asyncio
import logging
import socket
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Semaphore

import httpx
import msgspec
import pytest
from starlette.requests import Request
from starlette.responses import Response

from jupyter_features.definitions.subject import Subject
from jupyter_features.error_body import ErrorBody
from jupyter_features.errors import RegistryError
from jupyter_features.registry.changes import Publish
from jupyter_features.registry.questions import ListEvents
from jupyter_features.registry.sql_registry import SqlRegistry
from jupyter_features.serving.app import answered, make_app
from jupyter_features.serving.settings import Limits
from jupyter_features.serving.verifier import TokenVerifier

from ..loopback import Loopback
from ..registry.shelf import compiled, make_view, passed
from .conftest import Service, Starter


def error_of(response: httpx.Response) -> tuple[int, str, str]:
    """Read the one body; anything else in it fails."""
    assert response.headers["content-type"] == "application/json"
    body = msgspec.json.decode(response.content, type=ErrorBody)
    assert set(msgspec.json.decode(response.content)["error"]) == {"code", "message", "hint"}
    assert "Traceback" not in response.text
    assert "site-packages" not in response.text
    return response.status_code, body.error.code, body.error.message


def test_an_answer_is_the_json_of_its_value(service: Service):
    response = service.post("who-am-i", token=service.token("ada", ("author", "certifier")))

    assert response.status_code == 200
    assert response.json() == {"name": "ada", "roles": ["author", "certifier"]}
    assert response.headers["cache-control"] == "no-store"


def test_without_a_token_nobody_is_known(service: Service):
    response = service.post("get-revision")

    assert error_of(response) == (401, "JF402", "The registry service does not know who asks: there is no token.")
    assert response.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("token", ["x", "jf_000000000000_" + "a" * 43, "ey.ey.ey", "a b", "\xe9", "jf_" + "%" * 50])
def test_a_token_that_opens_nothing_is_refused(service: Service, token: str):
    service.token()
    response = service.client.post(
        "/v1/registry/who-am-i", content=b"{}", headers=[(b"authorization", f"Bearer {token}".encode("latin-1"))]
    )

    assert error_of(response)[:2] == (401, "JF402")


def test_a_token_without_the_role_is_forbidden(service: Service):
    response = service.post("list-tokens", token=service.token("ada"))

    assert error_of(response) == (403, "JF403", "'ada' may not list-tokens: it takes the role 'admin'.")


def test_what_does_not_exist_is_not_found(service: Service):
    token = service.token()

    assert error_of(service.post("get-version", {"name": "spend"}, token=token))[:2] == (404, "JF003")
    assert error_of(service.post("drop-tables", token=token))[:2] == (404, "HTTP404")
    assert error_of(service.client.get("/"))[:2] == (404, "HTTP404")
    assert error_of(service.client.delete("/v1/registry/who-am-i"))[:2] == (405, "HTTP405")


def test_somebody_who_was_faster_is_a_conflict_that_shows_both_changes(service: Service):
    token = service.token()
    sqls = {number: f"SELECT customer_id, SUM(quantity) + {number} AS spend_90d FROM invoices GROUP BY customer_id" for number in (1, 2, 3)}

    def publish(number: int, base: int | None) -> httpx.Response:
        view = compiled(make_view(sql=sqls[number]))
        return service.post("publish", Publish(view=view, environment="dev", evidence=passed(view), base=base), token=token)

    assert publish(1, None).status_code == publish(2, 1).status_code == 200
    response = publish(3, 1)

    assert error_of(response)[:2] == (409, "JF411")
    hint = response.json()["error"]["hint"]
    assert f"+{sqls[2]}" in hint
    assert f"+{sqls[3]}" in hint


def test_a_publish_without_passed_checks_is_refused(service: Service):
    view = make_view()
    request = Publish(view=view, environment="dev", evidence=msgspec.structs.replace(passed(view), fingerprint="another"))

    assert error_of(service.post("publish", request, token=service.token()))[:2] == (422, "JF410")


def test_a_body_over_the_limit_is_refused_announced_or_not(start: Starter):
    service = start(limits=Limits(body_bytes=1_000))
    token = service.token()
    big = b'{"name": "' + b"a" * 1_000 + b'"}'

    announced = service.post("list-versions", big, token=token)
    chunked = service.client.post(
        "/v1/registry/list-versions",
        content=(big[at : at + 100] for at in range(0, len(big), 100)),
        headers={"Authorization": f"Bearer {token}"},
    )

    assert error_of(announced) == error_of(chunked) == (413, "JF007", "The request is larger than 1,000 bytes.")


def test_a_body_that_does_not_arrive_is_not_waited_for(start: Starter):
    service = start(limits=Limits(body_seconds=0.01))
    head = f"POST /v1/registry/who-am-i HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {service.token()}\r\nContent-Length: 10\r\n\r\n{{"
    address = httpx.URL(service.url)

    with socket.create_connection((address.host, address.port or 80), timeout=20) as connection:
        connection.sendall(head.encode())
        answer = connection.recv(10_000)

    assert answer.startswith(b"HTTP/1.1 408 ")


def test_a_subject_that_asks_too_often_is_told_when_to_come_back(start: Starter):
    service = start(limits=Limits(requests_per_second=0.001, burst=3))
    ada, bob = service.token("ada"), service.token("bob")

    assert [service.post("get-revision", token=ada).status_code for _ in range(3)] == [200, 200, 200]
    refused = service.post("get-revision", token=ada)

    assert error_of(refused)[:2] == (429, "JF405")
    assert 1 <= int(refused.headers["retry-after"]) <= 1_000
    assert service.post("get-revision", token=bob).status_code == 200


def test_guessing_tokens_is_slowed_down_and_one_stale_token_is_no_guessing(start: Starter):
    service = start(limits=Limits(failures_per_second=0.001, failures_burst=2))
    good = service.token()

    assert [service.post("get-revision", token="stale").status_code for _ in range(5)] == [401] * 5
    assert service.post("get-revision", token=good).status_code == 200
    assert [service.post("get-revision", token=f"guess{n}").status_code for n in range(3)] == [401, 429, 429]


def test_a_good_token_passes_whatever_its_address_did_before(start: Starter):
    service = start(limits=Limits(failures_per_second=0.001, failures_burst=2))
    good = service.token()

    assert [service.post("get-revision", token=f"guess{n}").status_code for n in range(4)] == [401, 401, 429, 429]

    assert service.post("get-revision", token=good).status_code == 200


class SlowIssuer:
    """Answers about a token when it is let, and then that it cannot."""

    def __init__(self) -> None:
        self.asked, self.go_on = Semaphore(0), Event()

    def recall(self, _: str) -> None:
        return None

    def verify(self, _: str) -> None:
        self.asked.release()
        self.go_on.wait(30)
        raise RegistryError("The issuer cannot be asked.")


def test_who_is_known_does_not_wait_for_a_slow_issuer(start: Starter, loopback: Loopback):
    limits = Limits(threads=1, asking_threads=1, failures_per_second=0.001, failures_burst=4)
    service, issuer = start(), SlowIssuer()
    good = service.token()
    loopback.app = make_app(service.registry, [TokenVerifier(service.registry), issuer], limits)

    with ThreadPoolExecutor(8) as pool:
        strangers = [pool.submit(service.post, "who-am-i", token=f"stranger{n}") for n in range(8)]
        assert issuer.asked.acquire(timeout=30)
        try:
            assert service.post("who-am-i", token=good).status_code == 200
            assert service.client.get("/readyz").status_code == 200
        finally:
            issuer.go_on.set()

    # An issuer that fails is no success of the address: it is not asked again after four failures.
    assert sorted(each.result().status_code for each in strangers) == [429] * 4 + [503] * 4


def test_many_good_tokens_of_one_address_are_asked_about_at_once(start: Starter, loopback: Loopback):
    service, limits = start(), Limits(asking_threads=1, failures_per_second=0.001, failures_burst=1)
    loopback.app = make_app(service.registry, [Believing()], limits)

    with ThreadPoolExecutor(8) as pool:
        users = [pool.submit(service.post, "who-am-i", token=f"user{n}") for n in range(8)]

    assert [each.result().status_code for each in users] == [200] * 8


class Believing:
    """Believes every token, once it was asked."""

    def recall(self, _: str) -> None:
        return None

    def verify(self, bearer: str) -> Subject:
        return Subject(name=bearer)


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[]", b"null", b'{"name": 1}', b'{"nam": "x"}', b'{"name": "x", "author": "eve"}', b"\xff\xfe", b'{"name": "\xff"}',
        b'{"name": "\\ud800"}', b'{"name": "a\\u0000b"}', b"[" * 100_000, b'{"name": ' * 5_000, b'{"name": "' + b"x" * 5_000 + b'"}',
    ],
)  # fmt: skip
def test_a_body_that_cannot_be_read_is_the_callers_mistake(service: Service, body: bytes):
    assert error_of(service.post("list-versions", body, token=service.token()))[:2] == (400, "JF001")


def test_the_author_is_the_subject_whatever_the_body_says(service: Service):
    ada, eve = service.token("ada"), service.token("eve")
    view = compiled(make_view())
    body = msgspec.to_builtins(Publish(view=view, environment="dev", evidence=passed(view)))

    for field in ("author", "subject", "by", "role"):
        assert error_of(service.post("publish", body | {field: "ada"}, token=eve))[:2] == (400, "JF001")
    assert service.post("publish", body, token=ada).json()["version"]["author"] == "ada"

    assert {event.author for event in service.registry.send(ListEvents(name="customer_spend"))} == {"ada"}


def test_an_error_that_nobody_foresaw_gives_a_reference_and_nothing_else(
    service: Service, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    def fail(*_: object) -> None:
        raise ZeroDivisionError("the secret plan")

    token = service.token()
    monkeypatch.setattr(SqlRegistry, "send", fail)
    with caplog.at_level(logging.ERROR, logger="jupyter_features.serving"):
        response = service.post("who-am-i", token=token)

    assert error_of(response) == (500, "HTTP500", "The registry service failed.")
    assert "plan" not in response.text
    (record,) = caplog.records
    reference = response.json()["error"]["hint"].split()[-1].rstrip(".")
    assert reference in record.getMessage()
    assert record.exc_info is not None
    assert token not in caplog.text


def test_a_damaged_registry_is_not_described_to_callers(service: Service, caplog: pytest.LogCaptureFixture):
    token = service.token()
    service.post("get-revision", token=token)
    service.registry.close()
    for suffix in ("", "-wal", "-shm"):
        service.path.with_name(service.path.name + suffix).unlink(missing_ok=True)
    service.path.write_text("no database " * 100)

    response = service.client.get("/readyz")

    assert error_of(response)[:2] == (503, "JF400")
    assert str(service.path) not in response.text
    assert str(service.path) in caplog.text


def test_an_address_with_a_slash_too_many_is_none(service: Service):
    assert error_of(service.client.post("/v1/registry/who-am-i/"))[:2] == (404, "HTTP404")
    assert error_of(service.client.get("/livez/"))[:2] == (404, "HTTP404")


def test_a_request_that_a_stop_ends_is_told_to_come_again():
    async def ask() -> Response:
        has_begun = asyncio.Event()

        async def endpoint(_: Request) -> Response:
            has_begun.set()
            await asyncio.Event().wait()
            raise AssertionError

        task = asyncio.ensure_future(answered(endpoint)(Request({"type": "http"})))
        await has_begun.wait()
        task.cancel()
        return await task

    answer = asyncio.run(ask())

    assert answer.status_code == 503
    assert msgspec.json.decode(answer.body, type=ErrorBody).error.message == "The registry service is being stopped."


def test_the_revision_has_an_etag(service: Service):
    headers = {"Authorization": f"Bearer {service.token()}"}
    first = service.client.get("/v1/registry/revision", headers=headers)
    again = service.client.get("/v1/registry/revision", headers=headers | {"If-None-Match": first.headers["etag"]})
    service.token("bob")
    changed = service.client.get("/v1/registry/revision", headers=headers | {"If-None-Match": first.headers["etag"]})

    assert (first.json(), again.status_code, again.content, changed.json()) == (1, 304, b"", 2)
    assert error_of(service.client.get("/v1/registry/revision"))[0] == 401


def test_probes_need_no_token(service: Service):
    assert service.client.get("/livez").json() == {"status": "alive"}
    assert service.client.get("/readyz").json() == {"status": "ready"}
