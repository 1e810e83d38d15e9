"""Bearer tokens of an OpenID Connect issuer that runs beside the test."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from jupyter_features.definitions.subject import Subject
from jupyter_features.errors import ConfigurationError, RegistryError
from jupyter_features.serving.oidc import OidcVerifier
from jupyter_features.serving.settings import OidcSettings

from ..loopback import running_loopback
from .conftest import Starter
from .issuer import AUDIENCE, Issuer


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    made = Issuer()
    with running_loopback() as server:
        server.app, made.url = made.app, server.url
        yield made


@pytest.fixture(scope="module")
def verifier(issuer: Issuer) -> OidcVerifier:
    return OidcVerifier(OidcSettings(issuer=issuer.url, audience=AUDIENCE))


def test_a_token_of_the_issuer_speaks_for_its_subject(issuer: Issuer, verifier: OidcVerifier):
    assert verifier.verify(issuer.token()) == Subject(name="ada", roles=("author",))
    assert verifier.verify(issuer.token(key=issuer.elliptic, algorithm="ES256", kid="ec")) == Subject(name="ada", roles=("author",))
    assert verifier.verify(issuer.token(aud=["other", AUDIENCE], nbf=None)) is not None


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "another service"},
        {"aud": None},
        {"aud": []},
        {"iss": "https://login.example.org"},
        {"iss": None},
        {"exp": int(time.time()) - 60},
        {"exp": None},
        {"exp": "soon"},
        {"nbf": int(time.time()) + 3_600},
        {"iat": None},
        {"iat": int(time.time()) + 3_600},
        {"sub": None},
        {"sub": ""},
        {"sub": "a" * 200},
        {"sub": "ada\nroot"},
    ],
)
def test_claims_that_are_wrong_or_missing_open_nothing(issuer: Issuer, verifier: OidcVerifier, changes: dict[str, Any]):
    assert verifier.verify(issuer.token(**changes)) is None


def test_a_signature_of_somebody_else_opens_nothing(issuer: Issuer, verifier: OidcVerifier):
    assert verifier.verify(issuer.token(key=issuer.stranger)) is None
    assert verifier.verify(issuer.token(kid="unknown")) is None
    assert verifier.verify(issuer.token(kid="ec")) is None


def test_a_token_without_a_signature_opens_nothing(issuer: Issuer, verifier: OidcVerifier):
    assert verifier.verify(issuer.unsigned()) is None


def test_a_token_signed_with_a_shared_key_opens_nothing(issuer: Issuer, verifier: OidcVerifier):
    assert verifier.verify(issuer.signed_with_the_public_key()) is None
    assert verifier.verify(issuer.token(key="s" * 32, algorithm="HS256", kid="shared")) is None


def test_a_token_that_was_changed_opens_nothing(issuer: Issuer, verifier: OidcVerifier):
    head, _, signature = issuer.token().split(".")
    _, payload, _ = issuer.token(sub="root", roles=["admin"]).split(".")

    assert verifier.verify(f"{head}.{payload}.{signature}") is None


@pytest.mark.parametrize("bearer", ["", "ey", "ey..", "ey.a.b", "eyJ9.e30.x", "jf_0_0", "a.b.c"])
def test_what_is_no_token_of_the_issuer_is_left_to_others(verifier: OidcVerifier, bearer: str):
    assert verifier.verify(bearer) is None


@pytest.mark.parametrize(
    ("claims", "roles"),
    [
        ({"roles": ["admin", "certifier", "root"]}, ("certifier", "admin")),
        ({"roles": "viewer author"}, ("viewer", "author")),
        ({"roles": {"admin": True}}, ()),
        ({"roles": [["admin"], 7, None]}, ()),
        ({"roles": None}, ()),
    ],
)
def test_roles_are_those_of_the_claim(issuer: Issuer, verifier: OidcVerifier, claims: dict[str, Any], roles: tuple[str, ...]):
    assert verifier.verify(issuer.token(**claims)) == Subject(name="ada", roles=roles)  # type: ignore[arg-type]


def test_groups_are_translated_and_a_group_named_like_a_role_is_none(issuer: Issuer):
    settings = OidcSettings(issuer=issuer.url, audience=AUDIENCE, roles_claim="realm_access.groups")
    verifier = OidcVerifier(settings, (("reviewers", "certifier"),))

    found = verifier.verify(issuer.token(realm_access={"groups": ["reviewers", "admin"]}))

    assert found == Subject(name="ada", roles=("certifier",))


def test_an_email_counts_only_if_the_issuer_has_verified_it(issuer: Issuer):
    verifier = OidcVerifier(OidcSettings(issuer=issuer.url, audience=AUDIENCE, name_claim="email"))

    assert verifier.verify(issuer.token(email="ada@example.org")) is None
    assert verifier.verify(issuer.token(email="ada@example.org", email_verified="true")) is None
    found = verifier.verify(issuer.token(email="ada@example.org", email_verified=True))
    assert found is not None
    assert found.name == "ada@example.org"


def test_an_answer_for_another_issuer_is_not_believed(issuer: Issuer, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(issuer, "claimed_url", "https://login.example.org")

    with pytest.raises(RegistryError, match="cannot be asked for its keys"):
        OidcVerifier(OidcSettings(issuer=issuer.url, audience=AUDIENCE)).verify(issuer.token())


def test_the_issuer_is_asked_for_an_unknown_key_once_in_a_moment(issuer: Issuer):
    now = [0.0]
    verifier = OidcVerifier(OidcSettings(issuer=issuer.url, audience=AUDIENCE), monotonic=lambda: now[0])
    asked = len(issuer.asked)

    assert verifier.recall(issuer.token()) is None
    assert [verifier.verify(issuer.token(kid=f"unknown{n}")) for n in range(5)] == [None] * 5
    assert verifier.recall(issuer.token()) == Subject(name="ada", roles=("author",))
    assert len(issuer.asked) - asked == 1
    now[0] = 10.0
    assert verifier.verify(issuer.token(kid="unknown")) is None
    assert len(issuer.asked) - asked == 2
    now[0] = 310.0  # five minutes after the last answer
    assert verifier.recall(issuer.token()) is None


def test_an_issuer_that_is_down_is_left_alone_for_a_moment(issuer: Issuer, monkeypatch: pytest.MonkeyPatch):
    now = [0.0]
    verifier = OidcVerifier(OidcSettings(issuer=issuer.url, audience=AUDIENCE), monotonic=lambda: now[0])
    monkeypatch.setattr(issuer, "claimed_url", "https://login.example.org")
    with pytest.raises(RegistryError):
        verifier.verify(issuer.token())
    monkeypatch.undo()
    with pytest.raises(RegistryError, match="cannot be asked for its keys"):
        verifier.verify(issuer.token())

    now[0] = 10.0

    assert verifier.verify(issuer.token()) is not None


def test_an_issuer_in_the_clear_is_refused():
    with pytest.raises(ConfigurationError, match="in the clear"):
        OidcVerifier(OidcSettings(issuer="http://login.example.org", audience=AUDIENCE))


def test_the_subject_of_the_token_is_the_author(issuer: Issuer, start: Starter):
    service = start(oidc=OidcSettings(issuer=issuer.url, audience=AUDIENCE))

    assert service.post("change-team", {"name": "growth"}, token=issuer.token(sub="grace")).json()["members"] == ["grace"]
    assert service.post("change-team", {"name": "growth"}, token=issuer.token(aud="other")).status_code == 401


def test_an_issuer_that_is_down_is_no_fault_of_the_caller(issuer: Issuer, start: Starter):
    service = start(oidc=OidcSettings(issuer="http://127.0.0.1:9", audience=AUDIENCE))

    assert service.post("who-am-i", token=issuer.token()).status_code == 503
    assert service.post("who-am-i", token=service.token()).status_code == 200
