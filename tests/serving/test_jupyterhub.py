"""User tokens of a JupyterHub that a small server plays."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from jupyter_features.definitions.subject import Subject
from jupyter_features.errors import ConfigurationError, RegistryError
from jupyter_features.serving import jupyterhub
from jupyter_features.serving.jupyterhub import JupyterHubVerifier
from jupyter_features.serving.settings import HubSettings

from ..loopback import running_loopback
from .conftest import Starter


class Hub:
    """Knows tokens, and remembers which it was shown."""

    def __init__(self) -> None:
        self.url = ""
        self.models: dict[str, Any] = {}
        self.status = 200
        self.seen: list[str] = []
        self.app = Starlette(routes=[Route("/hub/api/user", self._user)])

    async def _user(self, request: Request) -> Response:
        token = request.headers["authorization"].removeprefix("token ")
        self.seen.append(token)
        if self.status != 200:
            return Response("<html>", self.status)
        model = self.models.get(token)
        return JSONResponse(model) if model else JSONResponse({"status": 403}, 403)


@pytest.fixture
def hub() -> Iterator[Hub]:
    made = Hub()
    made.models["t0"] = {"kind": "user", "name": "ada", "groups": ["reviewers"], "admin": True, "scopes": ["read:users!user=ada"]}
    made.models["t1"] = {"kind": "service", "name": "cron"}
    made.models["t2"] = {"kind": "user", "name": "ada\x1b[31m", "groups": []}
    made.models["t3"] = {"kind": "user"}
    with running_loopback() as server:
        server.app, made.url = made.app, server.url
        yield made


def test_a_users_token_speaks_for_the_user(hub: Hub):
    verifier = JupyterHubVerifier(HubSettings(url=hub.url), (("reviewers", "certifier"), ("others", "admin")))

    assert verifier.verify("t0") == Subject(name="ada", roles=("viewer", "author", "certifier"))


@pytest.mark.parametrize("token", ["unknown", "t1", "t2", "t3"])
def test_tokens_of_nobody_of_services_and_of_names_that_cannot_stand_open_nothing(hub: Hub, token: str):
    assert JupyterHubVerifier(HubSettings(url=hub.url)).verify(token) is None


def test_a_demanded_scope_must_be_there(hub: Hub):
    assert JupyterHubVerifier(HubSettings(url=hub.url, scope="access:services!service=features")).verify("t0") is None
    assert JupyterHubVerifier(HubSettings(url=hub.url, scope="read:users!user=ada")).verify("t0") is not None


def test_an_answer_is_remembered_for_a_moment_only(hub: Hub):
    now = [0.0]
    verifier = JupyterHubVerifier(HubSettings(url=hub.url), monotonic=lambda: now[0])

    assert verifier.verify("t0") == verifier.verify("t0")
    assert hub.seen == ["t0"]
    del hub.models["t0"]
    now[0] = jupyterhub.REMEMBER_SECONDS

    assert verifier.verify("t0") is None


def test_tokens_of_others_are_not_shown_to_the_hub(hub: Hub):
    verifier = JupyterHubVerifier(HubSettings(url=hub.url))

    assert verifier.verify("jf_000000000000_" + "a" * 43) is None
    assert verifier.verify("eyJhbGciOiJSUzI1NiJ9.e30.c2ln") is None
    assert hub.seen == []


def test_a_hub_that_fails_is_no_fault_of_the_caller(hub: Hub):
    hub.status = 500

    with pytest.raises(RegistryError, match="cannot be asked who this is"):
        JupyterHubVerifier(HubSettings(url=hub.url)).verify("t0")


def test_a_hub_that_fails_is_left_alone_for_a_moment(hub: Hub):
    now = [0.0]
    verifier = JupyterHubVerifier(HubSettings(url=hub.url), monotonic=lambda: now[0])
    hub.status = 500
    with pytest.raises(RegistryError):
        verifier.verify("t0")
    hub.status = 200
    with pytest.raises(RegistryError, match="cannot be asked who this is"):
        verifier.verify("t0")
    assert hub.seen == ["t0"]

    now[0] = 10.0

    assert verifier.verify("t0") == verifier.recall("t0") == Subject(name="ada", roles=("viewer", "author"))


def test_what_no_header_can_hold_is_not_shown_to_the_hub(hub: Hub):
    assert JupyterHubVerifier(HubSettings(url=hub.url)).verify("\xe9") is None
    assert hub.seen == []


def test_a_hub_in_the_clear_is_refused():
    with pytest.raises(ConfigurationError, match="in the clear"):
        JupyterHubVerifier(HubSettings(url="http://hub.example.org"))


def test_a_user_of_the_hub_is_the_author(hub: Hub, start: Starter):
    service = start(hub=HubSettings(url=hub.url))

    assert service.post("change-team", {"name": "growth"}, token="t0").json()["members"] == ["ada"]
    assert service.post("who-am-i", token="nobody").status_code == 401


def test_a_token_that_no_header_can_hold_is_refused_where_there_is_a_hub(hub: Hub, start: Starter):
    service = start(hub=HubSettings(url=hub.url))

    response = service.client.post("/v1/registry/who-am-i", content=b"{}", headers=[(b"authorization", b"Bearer \xe9")])

    assert response.status_code == 401
