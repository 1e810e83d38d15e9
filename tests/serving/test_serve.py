"""Starting the service: what is refused, TLS, proxies, and the terminal's two verbs."""

from __future__ import annotations

import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
import uvicorn
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

import jupyter_features as jf
from jupyter_features.cli.main import main
from jupyter_features.cli.parser import parse
from jupyter_features.cli.verbs import run_verb
from jupyter_features.errors import ConfigurationError, ForbiddenError, InvalidArgumentError, NotAuthenticatedError, RegistryError
from jupyter_features.registry.sqlite import SqliteDatabase
from jupyter_features.serving import serve as serve_module
from jupyter_features.serving.protocol import PromptProtocol
from jupyter_features.serving.serve import _config, make_service, serve
from jupyter_features.serving.settings import Limits, ServiceSettings

Terminal = Callable[..., tuple[int, str]]


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    """Run a verb in a fresh project; exit code and all that it printed."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv("JUPYTER_FEATURES_TOKEN", raising=False)

    def run(*words: str) -> tuple[int, str]:
        code = main(words)
        captured = capsys.readouterr()
        return code, captured.out + captured.err

    return run


def secret_in(text: str) -> str:
    (found,) = re.findall(r"jf_[0-9a-f]{12}_[\w-]{43}", text)
    return str(found)


@contextmanager
def served(folder: Path, *words: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Run `jupyter features serve` in a process of its own; its URL."""
    command = [sys.executable, "-m", "jupyter_features.cli.main", "serve", "--port", "0", *words]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout is not None
        try:
            line = process.stdout.readline()
            match = re.search(r"is served at (\S+);", line)
            assert match, line + process.stdout.read()
            yield match[1], process
        finally:
            if process.poll() is None:
                process.kill()


def certificate(folder: Path) -> tuple[str, str]:
    """Make a certificate of 127.0.0.1 that signs itself."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now - timedelta(days=1), now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    certfile, keyfile = folder / "server.pem", folder / "server.key"
    certfile.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    keyfile.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain))
    return str(certfile), str(keyfile)


def test_a_token_is_made_listed_and_revoked_in_the_terminal(terminal: Terminal) -> None:
    code, made = terminal("token", "--create", "ada", "--role", "author", "--role", "certifier", "--days", "30")
    secret = secret_in(made)
    listed = terminal("token", "--list")[1]
    token_id = secret.split("_")[1]

    assert code == 0
    assert "this is the only time that the secret is shown" in made
    assert f"--revoke {token_id}" in made
    assert token_id in listed
    assert secret not in listed
    assert "author, certifier" in listed
    assert terminal("token", "--revoke", token_id) == (0, f"[ok] Token {token_id} of ada is revoked\n")
    assert terminal("token", "--revoke", "0")[0] == 3
    assert terminal("token", "--create", "ada", "--days", "0")[0] == terminal("token")[0] == 2


def test_a_store_works_through_the_service_as_the_one_whose_token_it_has(
    terminal: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = secret_in(terminal("token", "--create", "grace", "--days", "1")[1])
    with served(tmp_path) as (url, process):
        monkeypatch.setenv("JUPYTER_FEATURES_TOKEN", secret)
        monkeypatch.setenv("JUPYTER_FEATURES_AUTHOR", "somebody else")
        with jf.connect(url, start=tmp_path) as store:
            assert (store.who_am_i().name, store.who_am_i().roles) == ("grace", ("author",))
            assert store.team("growth").members == ("grace",)
            assert [event.author for event in store.history("growth")] == ["grace"]
            with pytest.raises(ForbiddenError, match="'grace' may not list-tokens"):
                store.tokens()
            assert secret not in str(store.describe().card())
        monkeypatch.setenv("JUPYTER_FEATURES_TOKEN", secret[:-1] + ("a" if secret[-1] != "a" else "b"))
        with jf.connect(url, start=tmp_path) as store, pytest.raises(NotAuthenticatedError, match="does not know this token"):
            store.who_am_i()
        process.send_signal(signal.SIGINT)
        log = process.stdout.read() if process.stdout else ""
        assert process.wait(timeout=30) == 0
    assert log.endswith("[ok] The registry service has stopped\n")
    assert secret not in log
    assert "401" in log


def test_the_service_speaks_tls_with_a_certificate(terminal: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTER_FEATURES_TOKEN", secret_in(terminal("token", "--create", "ada")[1]))
    certfile, keyfile = certificate(tmp_path)
    with served(tmp_path, "--certfile", certfile, "--keyfile", keyfile) as (url, _):
        assert url.startswith("https://127.0.0.1:")
        assert httpx.get(f"{url}/livez", verify=ssl.create_default_context(cafile=certfile), trust_env=False).status_code == 200
        with (
            jf.connect(url, start=tmp_path) as store,
            pytest.raises(RegistryError, match=r"cannot be reached: .*CERTIFICATE_VERIFY_FAILED"),
        ):
            store.who_am_i()


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "", "features.example.org"])
def test_tokens_do_not_cross_a_network_in_the_clear(host: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"in the clear.\n.*--certfile.*--behind-proxy"):
        ServiceSettings(host=host)
    assert ServiceSettings(host=host, is_behind_proxy=True).host == host
    assert ServiceSettings(host=host, certfile="x").host == host


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.1.2.3"])
def test_this_machine_may_be_spoken_to_in_the_clear(host: str) -> None:
    assert ServiceSettings(host=host).host == host


def test_a_start_that_cannot_be_is_refused_in_words(terminal: Terminal, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        settings = ServiceSettings(port=taken.getsockname()[1])
        with pytest.raises(ConfigurationError, match=r"cannot listen on 127.0.0.1:.*\n.*--port"):
            serve(SqliteDatabase(tmp_path / "registry.db"), settings)
    for words, sentence in (
        (("--host", "0.0.0.0"), "in the clear"),
        (("--certfile", "no.pem"), "no.pem cannot be used"),
        (("--keyfile", "no.key"), "needs its certificate"),
        (("--oidc-issuer", "https://login.example.org"), "need each other"),
        (("--group-role", "reviewers=king"), "not of the form GROUP=ROLE"),
        (("--jupyterhub-url", "http://hub.example.org"), "in the clear"),
    ):
        code, said = terminal("serve", "--port", "0", *words)
        assert code in (2, 3)
        assert sentence in said


@pytest.mark.parametrize("line", ["serve", "token --create ada"])
def test_a_notebook_keeps_no_secret_and_does_not_hang(line: str, tmp_path: Path) -> None:
    async def run() -> None:
        with jf.connect(start=tmp_path) as store:
            run_verb(store, parse(line.split()), None)

    with pytest.raises(InvalidArgumentError, match="Use a terminal"):
        anyio.run(run)


def _address_seen(settings: ServiceSettings, peer: str) -> Any:
    """Ask through the server's own middleware whom it takes the caller for."""
    seen: dict[str, Any] = {}

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.update(client=scope["client"][0], scheme=scope["scheme"])

    config = uvicorn.Config(app, proxy_headers=settings.is_behind_proxy, forwarded_allow_ips=settings.trusted_proxies, log_config=None)
    config.load()
    headers = [(b"x-forwarded-for", b"203.0.113.7"), (b"x-forwarded-proto", b"https")]
    scope = {"type": "http", "client": (peer, 1), "scheme": "http", "headers": headers}
    anyio.run(config.loaded_app, scope, None, None)
    return seen["client"], seen["scheme"]


@pytest.mark.parametrize(
    ("settings", "peer", "seen"),
    [
        (ServiceSettings(), "127.0.0.1", ("127.0.0.1", "http")),
        (ServiceSettings(is_behind_proxy=True), "127.0.0.1", ("203.0.113.7", "https")),
        (ServiceSettings(is_behind_proxy=True), "198.51.100.9", ("198.51.100.9", "http")),
        (ServiceSettings(is_behind_proxy=True, trusted_proxies="198.51.100.0/24"), "198.51.100.9", ("203.0.113.7", "https")),
    ],
)
def test_forwarded_headers_count_from_trusted_proxies_only(settings: ServiceSettings, peer: str, seen: tuple[str, str]) -> None:
    assert _address_seen(settings, peer) == seen


@contextmanager
def listening(tmp_path: Path, **limits: Any) -> Iterator[tuple[str, int]]:
    """Run the service's own server in a thread; its address."""
    database, settings = SqliteDatabase(tmp_path / "registry.db"), ServiceSettings(limits=Limits(**limits))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(_config(make_service(database, settings), settings))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        yield listener.getsockname()
        server.should_exit = True
        thread.join(timeout=20)


ALIVE = b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.mark.parametrize("said", [b"", b"GET /livez HTTP/1.1\r\nHost: x\r\nX-Slow: "])
@pytest.mark.parametrize("requests", [0, 1])
def test_a_connection_on_which_no_request_begins_is_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, requests: int, said: bytes
) -> None:
    monkeypatch.setattr(PromptProtocol, "head_seconds", 0.2)
    monkeypatch.setattr(serve_module, "_KEEP_ALIVE_SECONDS", 0.5)
    with listening(tmp_path) as address, socket.create_connection(address, timeout=20) as connection:
        for _ in range(requests):
            connection.sendall(ALIVE)
            assert received(connection, b'{"status": "alive"}').startswith(b"HTTP/1.1 200 ")
        connection.sendall(said)
        assert connection.recv(10_000) == b""


def received(connection: socket.socket, end: bytes) -> bytes:
    """Receive up to the end of an answer."""
    answer = b""
    while not answer.endswith(end) and (part := connection.recv(10_000)):
        answer += part
    return answer


def test_a_request_that_comes_in_time_is_answered_however_long_it_takes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PromptProtocol, "head_seconds", 0.2)
    head = b"POST /v1/registry/who-am-i HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer x\r\nContent-Length: 2\r\n\r\n"
    with listening(tmp_path) as address, socket.create_connection(address, timeout=20) as connection:
        for _ in range(2):
            connection.sendall(head)
            assert received(connection, b"}}").startswith(b"HTTP/1.1 401 ")
            connection.sendall(b"{}")


def test_there_are_only_so_many_connections(tmp_path: Path) -> None:
    with listening(tmp_path, connections=3) as address:
        waiting = [socket.create_connection(address, timeout=20) for _ in range(2)]
        with socket.create_connection(address, timeout=20) as late:
            late.sendall(ALIVE)
            assert late.recv(10_000).startswith(b"HTTP/1.1 503 ")
        for each in waiting:
            each.close()


@pytest.mark.parametrize(
    ("peer", "forwarded", "path", "status"),
    [
        ("127.0.0.1", "https", "/v1/registry/revision", 401),
        ("127.0.0.1", "http", "/v1/registry/revision", 403),
        ("127.0.0.1", None, "/v1/registry/revision", 403),
        ("198.51.100.9", "https", "/v1/registry/revision", 403),
        ("198.51.100.9", None, "/openapi.json", 403),
        ("198.51.100.9", None, "/livez", 200),
        ("198.51.100.9", None, "/readyz", 200),
    ],
)
def test_behind_a_proxy_only_what_it_got_by_https_is_answered(
    tmp_path: Path, peer: str, forwarded: str | None, path: str, status: int
) -> None:
    settings = ServiceSettings(is_behind_proxy=True)
    config = _config(make_service(SqliteDatabase(tmp_path / "registry.db"), settings), settings)
    config.load()
    headers = {"X-Forwarded-Proto": forwarded} if forwarded else {}

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(config.loaded_app, client=(peer, 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://features") as client:
            return await client.get(path, headers=headers)

    answer = anyio.run(ask)

    assert answer.status_code == status
    if status == 403:
        assert answer.json()["error"]["code"] == "JF403"


def test_the_server_is_configured_as_the_settings_say(tmp_path: Path) -> None:
    database = SqliteDatabase(tmp_path / "registry.db")
    settings = ServiceSettings(host="0.0.0.0", is_behind_proxy=True, trusted_proxies="198.51.100.0/24", limits=Limits(threads=2))

    config = _config(make_service(database, settings), settings)

    assert (config.proxy_headers, config.forwarded_allow_ips, config.server_header) == (True, "198.51.100.0/24", False)
    assert serve_module._SERVICE.roles == ("viewer",)
