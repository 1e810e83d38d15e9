"""The far end of a registry service: what is sent, what is asked again, and how failures are worded."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from jupyter_features.definitions.subject import ROLES, Subject
from jupyter_features.errors import (
    ConfigurationError,
    ForbiddenError,
    InvalidArgumentError,
    JupyterFeaturesError,
    NotAuthenticatedError,
    NotFoundError,
    RegistryError,
    TooManyRequestsError,
)
from jupyter_features.registry.changes import Deprecate, Publish
from jupyter_features.registry.credentials import find_token
from jupyter_features.registry.http_registry import HttpRegistry
from jupyter_features.registry.open_registry import open_registry
from jupyter_features.registry.questions import GetRevision, GetVersion
from jupyter_features.registry.request import Request

from .shelf import make_view, passed

URL = "https://features.example.org"
Answerer = Callable[[httpx.Request], httpx.Response]


class Wire:
    """Plays the service, and keeps what was sent."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.answers = list(answers)
        self.sent: list[httpx.Request] = []
        self.pauses: list[float] = []
        self.registry = HttpRegistry(URL, token="t0ken", transport=httpx.MockTransport(self._answer), sleep=self.pauses.append)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.sent.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def answer(status: int, code: str = "", message: str = "Sentence.", hint: str = "Hint.") -> httpx.Response:
    return httpx.Response(status, json={"error": {"code": code, "message": message, "hint": hint}} if code else None)


PUBLISH = Publish(view=make_view(), environment="dev", evidence=passed(make_view()))
DEPRECATE = Deprecate(name="customer_spend", reason="old")


def test_a_request_is_one_post_with_the_token_in_its_header():
    wire = Wire(httpx.Response(200, json=7))

    assert wire.registry.send(GetRevision()) == 7

    (sent,) = wire.sent
    assert (sent.method, str(sent.url), sent.content) == ("POST", f"{URL}/v1/registry/get-revision", b"{}")
    assert sent.headers["authorization"] == "Bearer t0ken"
    assert "t0ken" not in wire.registry.label + repr(wire.registry)


@pytest.mark.parametrize(
    ("response", "error"),
    [
        (answer(401, "JF402"), NotAuthenticatedError),
        (answer(403, "JF403"), ForbiddenError),
        (answer(404, "JF003"), NotFoundError),
        (answer(400, "JF001"), InvalidArgumentError),
        (answer(429, "JF405"), TooManyRequestsError),
        (answer(500, "HTTP500"), JupyterFeaturesError),
    ],
)
def test_an_error_of_the_service_is_the_same_error_here(response: httpx.Response, error: type[JupyterFeaturesError]):
    with pytest.raises(error) as caught:
        Wire(response).registry.send(DEPRECATE)
    assert (type(caught.value), caught.value.message, caught.value.hint) == (error, "Sentence.", "Hint.")


@pytest.mark.parametrize(
    ("status", "error", "words"),
    [
        (401, NotAuthenticatedError, "does not know who asks"),
        (403, ForbiddenError, "refuses this"),
        (413, InvalidArgumentError, "of this size"),
        (429, TooManyRequestsError, "too often"),
        (302, RegistryError, "the status 302"),
        (502, RegistryError, "the status 502"),
    ],
)
def test_what_stands_before_the_service_is_named_as_such(status: int, error: type[JupyterFeaturesError], words: str):
    with pytest.raises(error, match=f"The registry {URL} .*{words}.*\n.*proxy"):
        Wire(httpx.Response(status, html="<h1>no</h1>", headers={"location": "https://evil.example.org"})).registry.send(DEPRECATE)


def test_an_answer_of_something_else_is_refused():
    for content in (b"<html>", b'{"name": 1}', b"\xff"):
        with pytest.raises(RegistryError, match="cannot be read"):
            Wire(httpx.Response(200, content=content)).registry.send(GetRevision())


@pytest.mark.parametrize("request_", [GetRevision(), PUBLISH], ids=["question", "publish"])
@pytest.mark.parametrize("failure", [httpx.ReadTimeout("slow"), httpx.ReadError("cut"), httpx.ConnectError("down"), answer(503, "JF400")])
def test_what_is_harmless_is_asked_three_times(request_: Request[object], failure: httpx.Response | Exception):
    wire = Wire(failure, failure, failure)

    with pytest.raises(RegistryError):
        wire.registry.send(request_)
    assert (len(wire.sent), wire.pauses) == (3, [0.1, 0.5])


def test_a_question_survives_a_failure_that_passes():
    wire = Wire(httpx.ConnectError("down"), httpx.Response(502), httpx.Response(200, json=7))

    assert wire.registry.send(GetRevision()) == 7


@pytest.mark.parametrize("failure", [httpx.ReadTimeout("slow"), httpx.ReadError("cut")])
def test_a_change_that_may_have_happened_is_not_sent_again(failure: Exception):
    wire = Wire(failure)

    with pytest.raises(RegistryError, match=f"The registry {URL} cannot be reached.*\nThe change may have been made"):
        wire.registry.send(DEPRECATE)
    assert len(wire.sent) == 1


def test_a_change_that_was_never_sent_is_sent_again():
    wire = Wire(httpx.ConnectError("down"), httpx.Response(200, json={"state": "deprecated"}))

    assert wire.registry.send(DEPRECATE).state == "deprecated"


def _dripping(now: list[float]) -> Iterator[bytes]:
    while True:
        now[0] += 1.0
        yield b" "


def test_an_answer_that_never_ends_is_given_up_after_two_minutes():
    now = [0.0]
    transport = httpx.MockTransport(lambda _: httpx.Response(200, content=_dripping(now)))
    registry = HttpRegistry(URL, token="t0ken", transport=transport, monotonic=lambda: now[0])

    with pytest.raises(RegistryError, match="was not complete after 120 seconds"):
        registry.send(GetRevision())
    assert now[0] == 121.0


def test_an_answer_that_is_too_large_is_not_read_to_its_end():
    chunk = b" " * 16_000_000
    sent = []

    def endless() -> Iterator[bytes]:
        while True:
            sent.append(1)
            yield chunk

    transport = httpx.MockTransport(lambda _: httpx.Response(200, content=endless()))
    with pytest.raises(RegistryError, match="larger than 256,000,000 bytes"):
        HttpRegistry(URL, token="t0ken", transport=transport).send(GetRevision())
    assert len(sent) == 17


def test_a_compressed_answer_is_refused_before_it_is_unpacked():
    wire = Wire(httpx.Response(200, headers={"content-encoding": "gzip"}, content=iter([b"no gzip"])))

    with pytest.raises(RegistryError, match="is compressed, which was not asked for"):
        wire.registry.send(GetRevision())
    assert wire.sent[0].headers["accept-encoding"] == "identity"


def test_a_request_out_of_bounds_is_refused_before_it_is_sent():
    wire = Wire()

    with pytest.raises(InvalidArgumentError, match="get-version cannot be read"):
        wire.registry.send(GetVersion(name="x", version=2**40))
    assert wire.sent == []


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://features.example.org", "in the clear"),
        ("http://10.0.0.1:8765", "in the clear"),
        ("http://localhost.example.org", "in the clear"),
        ("http://127.0.0.1@example.org", "credentials"),
        ("https://ada:hunter2@features.example.org", "credentials"),
        ("https://jf_0_0@features.example.org", "credentials"),
        ("https://", "cannot be read"),
        ("https://host:port", "cannot be read"),
        ("https://host/?token=jf", "cannot be read"),
    ],
)
def test_a_url_that_would_give_something_away_is_refused(url: str, words: str, tmp_path: Path):
    with pytest.raises(ConfigurationError, match=words) as caught:
        open_registry(url, folder=tmp_path, subject=Subject(name="ada", roles=ROLES))
    assert "hunter2" not in caught.value.report()
    assert "jf_0" not in caught.value.report()


@pytest.mark.parametrize("url", ["https://features.example.org/", "http://localhost:8765", "http://127.0.0.1:1", "http://[::1]:8765"])
def test_a_service_opens_without_being_reached(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    registry = open_registry(url, folder=tmp_path, subject=Subject(name="ada", roles=ROLES))

    assert registry.label == url.rstrip("/")


@pytest.fixture
def credentials(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The credentials file, which only its owner may read."""
    monkeypatch.delenv("JUPYTER_FEATURES_TOKEN", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    path = tmp_path / "jupyter_features" / "credentials.toml"
    path.parent.mkdir()
    path.write_text(f'["{URL}/"]\ntoken = "jf_1"\n["https://other.example.org"]\ntoken = "jf_2"\n')
    path.chmod(0o600)
    return path


def test_the_token_of_a_service_is_found_by_its_url(credentials: Path, monkeypatch: pytest.MonkeyPatch):
    assert find_token(URL) == find_token(f"{URL}/") == "jf_1"
    assert find_token("https://third.example.org") is None
    monkeypatch.setenv("JUPYTER_FEATURES_TOKEN", " jf_3\n")
    assert find_token(URL) == "jf_3"
    credentials.unlink()
    monkeypatch.delenv("JUPYTER_FEATURES_TOKEN")
    assert find_token(URL) is None


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o620])
def test_a_credentials_file_that_others_can_open_is_refused(credentials: Path, mode: int):
    credentials.chmod(mode)

    with pytest.raises(ConfigurationError, match=r"can be read by others.\n.*chmod 600"):
        find_token(URL)


@pytest.mark.parametrize("content", [b'["x"]\ntoken = jf_secret', b"\xff\xfe", f'["{URL}"]\ntoken = "jf_secret\\r\\nX: y"'.encode()])
def test_a_credentials_file_that_cannot_be_read_is_not_repeated(credentials: Path, content: bytes):
    credentials.write_bytes(content)

    with pytest.raises(ConfigurationError) as caught:
        find_token(URL)
    assert "jf_secret" not in caught.value.report()
    assert caught.value.__cause__ is None


def test_sqlite_needs_no_http_client(tmp_path: Path):
    program = (
        f"import sys; sys.path[:0] = {sys.path!r}\n"
        "from pathlib import Path; import jupyter_features as jf\n"
        f"store = jf.connect(start=Path({str(tmp_path)!r})); store.views(); store.close()\n"
        "print([name for name in ('httpx', 'starlette', 'uvicorn', 'jwt', 'psycopg') if name in sys.modules])"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"
