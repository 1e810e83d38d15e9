"""The OpenAPI page describes what the service does, and nothing that it allows makes the service fail."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from jupyter_features.definitions.subject import ROLES, Subject
from jupyter_features.registry.changes import CHANGES, CreateToken, Publish
from jupyter_features.registry.questions import QUESTIONS
from jupyter_features.registry.request import request_name
from jupyter_features.registry.sql_registry import SqlRegistry
from jupyter_features.registry.sqlite import SqliteDatabase
from jupyter_features.serving.openapi import openapi
from jupyter_features.serving.serve import make_service
from jupyter_features.serving.settings import ServiceSettings

from ..loopback import Loopback
from ..registry.shelf import make_view, passed
from .conftest import ROOMY, Service

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of the libraries it brings along
    import schemathesis
    from schemathesis.checks import not_a_server_error
    from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance

PAGE = openapi("0")
OPERATIONS = {
    operation.ok().definition.raw["operationId"]: operation.ok() for operation in schemathesis.openapi.from_dict(PAGE).get_all_operations()
}
CHECKS = [not_a_server_error, content_type_conformance, response_schema_conformance, status_code_conformance]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, loopback: Loopback) -> Iterator[tuple[str, str]]:
    """URL of a service over a registry with a published view, and a token with every role."""
    database = SqliteDatabase(tmp_path_factory.mktemp("openapi") / "registry.db")
    registry = SqlRegistry(database, subject=Subject(name="ada", roles=ROLES))
    registry.send(Publish(view=make_view(), environment="dev", evidence=passed(make_view())))
    secret = registry.send(CreateToken(subject="ada", roles=ROLES)).secret
    loopback.app = make_service(database, ServiceSettings(limits=ROOMY))
    yield loopback.url, secret
    registry.close()


def test_every_request_is_described_with_its_text_and_role():
    for kind in (*QUESTIONS, *CHANGES):
        operation = PAGE["paths"][f"/v1/registry/{request_name(kind)}"]["post"]
        assert operation["summary"]
        assert operation["description"].endswith(f"`{kind.takes[-1]}`.")
        assert {"200", "400", "401", "403", "413", "429"} <= set(operation["responses"])
    assert len(PAGE["paths"]) == len(QUESTIONS) + len(CHANGES) + 3
    assert PAGE["security"] == [{"bearer": []}]


def test_the_page_is_served_and_valid(service: Service):
    page = service.client.get("/openapi.json").json()

    assert page["openapi"] == "3.1.0"
    assert page["paths"] == PAGE["paths"]


@pytest.mark.parametrize("name", OPERATIONS)
def test_nothing_that_the_page_allows_makes_the_service_fail(running: tuple[str, str], name: str):
    url, secret = running

    @settings(max_examples=25, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=OPERATIONS[name].as_strategy())
    def check(case: Any) -> None:
        response = case.call(base_url=url, headers={"Authorization": f"Bearer {secret}"})
        case.validate_response(response, checks=CHECKS)

    check()
