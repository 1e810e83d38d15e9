"""Hostile names, texts, SQL and numbers: stored or refused, never executed, never a failure, and by every kind of registry alike."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from jupyter_features.definitions.subject import ROLES, Subject
from jupyter_features.error_body import ErrorBody
from jupyter_features.errors import JupyterFeaturesError
from jupyter_features.registry import changes, questions
from jupyter_features.registry.http_registry import API
from jupyter_features.registry.postgres import PostgresDatabase
from jupyter_features.registry.questions import GetDetail, GetVersion, ListEvents, SearchViews
from jupyter_features.registry.request import Request, request_name
from jupyter_features.registry.sql_registry import SqlRegistry
from jupyter_features.registry.sqlite import SqliteDatabase
from jupyter_features.registry.validate import read_request
from jupyter_features.registry.words import query_words

from ...loopback import Loopback
from ...postgres import PostgresServer
from ...registry.shelf import NOW, make_view, passed
from .doors import Door, HttpDoor
from .samples import every_change, every_question, fill

# What only somebody else could mend; nobody may cause it by what she sends.
NOT_THE_CALLERS = {"JF000", "JF005", "JF006", "JF400", "JF401", "HTTP500"}

TEXTS = (
    "", " ", "\0", "a\0b", "\ud800", "x" * 64, "x" * 130, "x" * 20_000, "\\u0000", "\u202egnp", "e\u0301\U0001f4a9", "a\nb", "NaN",
    "'; DROP TABLE events; --", '" OR 1=1 --', "<script>alert(1)</script>", "../../etc/passwd", "%s %(name)s {0} ${x}",
    "customer_spend", "dev", "growth", "ada", "customer_spend@1", "customer_spend@99999999999999999999:spend_90d", "weather[a=b]:c as d",
    "9999-12-31T23:59:59.999999-14:00", "0001-01-01T00:00:00+14:00", "1998-07-02T00:00:00", "P999999999D", "-P1D",
    "(" * 200, "SELECT " + "(" * 300 + "1" + ")" * 300, "SELECT 1", 'SELECT "a"."b" FROM "a" AS "a"', "SELECT * FROM invoices",
    "WITH RECURSIVE t AS (SELECT 1 UNION ALL SELECT 1 FROM t) SELECT * FROM t",
)  # fmt: skip
NUMBERS = (0, -1, 1, 2, 3, 10_001, 2**31 - 1, 2**31, 2**63, -(2**63), 2**70, 10**400, 1.5, 1e308, -0.0)
SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=40)
VALUES = st.sampled_from(TEXTS) | st.sampled_from(NUMBERS) | SCALARS | st.sampled_from([[], {}, [[]]])
BODIES = st.recursive(VALUES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)).map(
    lambda value: json.dumps(value).encode()
)


class Trio:
    """The same registry three times: in a file, in PostgreSQL, and behind a service."""

    def __init__(self, doors: list[Door], client: httpx.Client) -> None:
        self.direct = [door.direct.as_subject(Subject(name="ada", roles=ROLES)) for door in doors]
        self._client = client
        (self.token_id, *_) = [fill(registry) for registry in self.direct]

    def outcomes(self, kind: type[Request[Any]], body: bytes) -> list[tuple[str, str]]:
        """Send the same text to all three; code and sentence of the refusal, empty if it was answered."""
        return [self._direct(registry, kind, body) for registry in self.direct[:2]] + [self._over_http(kind, body)]

    def _direct(self, registry: SqlRegistry, kind: type[Request[Any]], body: bytes) -> tuple[str, str]:
        try:
            registry.send(read_request(kind, body))
        except JupyterFeaturesError as error:
            return error.code, error.message
        return "", ""

    def _over_http(self, kind: type[Request[Any]], body: bytes) -> tuple[str, str]:
        response = self._client.post(f"{API}/{request_name(kind)}", content=body)
        if response.status_code == 200:
            return "", ""
        detail = msgspec.json.decode(response.content, type=ErrorBody).error
        assert response.status_code < 500, detail
        return detail.code, detail.message


@pytest.fixture(scope="module")
def trio(tmp_path_factory: pytest.TempPathFactory, postgres: PostgresServer, loopback: Loopback) -> Iterator[Trio]:
    folder: Path = tmp_path_factory.mktemp("hostile")
    doors = [
        Door(SqliteDatabase(folder / "direct.db")),
        Door(PostgresDatabase(postgres.new_registry_url())),
        HttpDoor(SqliteDatabase(folder / "served.db"), loopback),
    ]
    headers = {"Authorization": f"Bearer ada:{','.join(ROLES)}"}
    # The longest text of one query is read in seconds where the machine is busy.
    with httpx.Client(base_url=loopback.url, trust_env=False, headers=headers, timeout=60) as client:
        yield Trio(doors, client)
    for door in doors:
        door.close()


def paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """List the ways to every value inside a JSON value."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield (*path, key)
        yield from paths(inner, (*path, key))


def replaced(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    """Copy a JSON value with one part replaced."""
    if not path:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = replaced(value[path[0]], path[1:], new)
    return copy


SAMPLES = {kind: msgspec.to_builtins(request) for kind, request in (every_question() | every_change("0")).items()}
WAYS = [(kind, path) for kind, sample in SAMPLES.items() for path in paths(sample)]


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(way=st.sampled_from(WAYS), value=VALUES)
@example(way=(questions.SearchViews, ("limit",)), value=-1)
@example(way=(questions.SearchViews, ("offset",)), value=-1)
@example(way=(questions.ListEvents, ("after",)), value=2**63)
@example(way=(questions.GetVersion, ("name",)), value="a\0b")
@example(way=(changes.Publish, ("view", "definition", "description")), value="a\0b")
@example(way=(changes.Publish, ("view", "definition", "owner")), value="x" * 100)
@example(way=(changes.Publish, ("view", "fingerprint")), value="x" * 200)
@example(way=(changes.CreateToken, ("expires_at",)), value="9999-12-31T23:59:59-05:00")
@example(way=(changes.CreateToken, ("expires_at",)), value="0001-01-01T00:00:00+05:00")
@example(way=(changes.Certify, ("expires_at",)), value="1998-07-02T00:00:00")
@example(way=(changes.ChangeTeam, ("name",)), value="x" * 100)
@example(way=(changes.Publish, ("evidence", "tests")), value=10**30)
@example(way=(changes.Publish, ("evidence", "tests")), value=2**40)
@example(way=(changes.Publish, ("evidence", "tests")), value=-1)
@example(way=(changes.RecordUses, ("uses", 0, "version")), value=2**63)
def test_one_hostile_value_is_answered_alike_and_by_nobody_with_a_failure(trio: Trio, way: tuple[Any, Any], value: Any) -> None:
    kind, path = way
    body = json.dumps(replaced(SAMPLES[kind], path, value)).encode()

    outcomes = trio.outcomes(kind, body)

    assert outcomes[0] == outcomes[1] == outcomes[2]
    assert outcomes[0][0] not in NOT_THE_CALLERS


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kind=st.sampled_from(list(SAMPLES)), body=st.binary(max_size=60) | BODIES)
def test_any_body_is_answered_alike(trio: Trio, kind: type[Request[Any]], body: bytes) -> None:
    outcomes = trio.outcomes(kind, body)

    assert outcomes[0] == outcomes[1] == outcomes[2]
    assert outcomes[0][0] not in NOT_THE_CALLERS


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    depth=st.integers(1, 60_000), opening=st.sampled_from(["(", "[", "a + ", "NOT ", "- ", "CASE WHEN TRUE THEN ", "(SELECT 1 FROM ", "f("])
)
def test_sql_of_any_depth_is_refused_or_stored(trio: Trio, depth: int, opening: str) -> None:
    closing = {"(": ")", "[": "]", "CASE WHEN TRUE THEN ": " END", "(SELECT 1 FROM ": ")", "f(": ")"}.get(opening, "")
    value = f"{opening * depth}1{closing * depth}"
    sql = f'SELECT "invoices"."customer_id" AS "customer_id", {value} AS "spend_90d" FROM "invoices" AS "invoices"'
    view = msgspec.structs.replace(make_view("deep"), normal_sql=sql, fingerprint=f"d{depth}")
    body = msgspec.json.encode(changes.Publish(view=view, environment="dev", evidence=passed(view), base=None))

    assert {outcome[0] for outcome in trio.outcomes(changes.Publish, body)} <= {"", "JF410", "JF411"}


@pytest.mark.parametrize(
    "text", ["'; DROP TABLE events; --", "<script>alert(1)</script>", "%s %(x)s", "\u202egnp \U0001f4a9", "\\u0000", "a\nb\tc"]
)
def test_words_come_back_as_they_were_written(door: Door, text: str) -> None:
    registry = door.open()
    view = make_view(description=text, tags=(text,), sql=f"SELECT '{text}'")

    registry.send(changes.Publish(view=view, environment="dev", evidence=passed(view)))
    registry.send(changes.Deprecate(name="customer_spend", reason=text))

    detail = registry.send(GetDetail(name="customer_spend"))
    assert (detail.description, detail.tags, detail.body, detail.standing.reason) == (text, (text,), f"SELECT '{text}'", text)
    assert registry.send(ListEvents())[-1].detail == text
    assert registry.send(SearchViews(query=text)).matches == 1


def test_a_text_of_very_many_words_is_stored_and_found_by_its_first(door: Door) -> None:
    words = ["".join(letters) for letters in product("abcdefghijklmnopqrstuvwxyz", repeat=4)][:19_000]
    wide = ["\U00020000" * 62 + chr(0x20000 + number) for number in range(1_500)]
    for name, text in (("many", words), ("wide", wide)):
        view = make_view(name, sql=" ".join(text), tags=())
        door.open().send(changes.Publish(view=view, environment="dev", evidence=passed(view)))

        assert door.open().send(SearchViews(query=text[0])).matches == 1


def test_of_a_query_of_very_many_words_the_first_are_looked_for(door: Door) -> None:
    view = make_view()
    door.open().send(changes.Publish(view=view, environment="dev", evidence=passed(view)))
    unknown = " ".join(f"zzq{number}" for number in range(1_000))

    assert door.open().send(SearchViews(query=unknown)).matches == 0
    assert len(query_words(unknown)) == 32


@pytest.mark.parametrize(
    "request_",
    [
        GetVersion(name="a\0b"),
        GetVersion(name="\ud800"),
        GetVersion(name="x", version=2**70),
        GetVersion(name="x", version=10**5000),
        SearchViews(limit=-1),
        SearchViews(offset=-1),
        SearchViews(limit=10_001),
        ListEvents(after=2**63),
        changes.Certify(name="x", version=1, evidence="y", expires_at=NOW.replace(tzinfo=None)),
    ],
    ids=[str(n) for n in range(9)],
)
def test_what_json_or_a_database_cannot_carry_is_refused_in_python_too(door: Door, request_: Request[Any]) -> None:
    with pytest.raises(ValueError, match=r"JF001: The request .* cannot be read"):
        door.open().send(request_)
