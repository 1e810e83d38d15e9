"""Publishing from a notebook and moving versions, over the real feature store, as people with other roles."""

from __future__ import annotations

from functools import partial

import pandas as pd
import pytest

from jupyter_features.config import load_settings
from jupyter_features.definitions.subject import Subject
from jupyter_features.feature_store import FeatureStore
from jupyter_features.feature_store.cells.publish_cells import publish_cell

ENTITY = "%feature entity customer --key customer_id:BIGINT"
SOURCE = "%feature source purchases purchases.parquet --entity customer --kind events --event-time purchased_at"
SPEND = """%%feature spend --entity customer --source purchases:30d --owner growth
-- description: What a customer spent.
SELECT customer_id, SUM(amount) AS spend_30d FROM purchases GROUP BY customer_id
"""
TEST = """%%feature_test spend
given purchases
customer_id | purchased_at | amount
1           | 1998-01-01   | 10.0

expect at 1998-01-10
customer_id | spend_30d
1           | 10.0
"""


def body(*sources: str, **more: object) -> dict[str, object]:
    cells = [{"cell_type": "code", "source": text, "metadata": {}} for text in sources]
    return {"path": "shop/first.ipynb", "content": {"cells": cells}, **more}


def open_as(subject, folder, **apart):
    return FeatureStore(load_settings(folder, {}), start=folder, subject=subject, **apart)


WHOLE = (ENTITY, SOURCE, SPEND, TEST)


@pytest.fixture
def project(jp_root_dir):
    folder = jp_root_dir / "shop"
    folder.mkdir()
    times = pd.to_datetime(["1998-01-01", "1998-01-31"]).astype("datetime64[us]")
    pd.DataFrame({"customer_id": [1, 2], "purchased_at": times, "amount": [5.5, 7.0]}).to_parquet(folder / "purchases.parquet")
    return folder


@pytest.fixture
def be(serve):
    """Makes the server ask the registry as somebody."""

    def ask_as(name: str, *roles: str) -> None:
        serve(partial(open_as, Subject(name=name, roles=roles)))

    return ask_as


@pytest.fixture
def published(be, project):
    """`spend@1`, published by ada from a notebook; she is who asks."""
    be("ada", "author")
    done = publish_cell(
        body(*WHOLE)["content"], "spend", folder=project, open_store=partial(open_as, Subject(name="ada", roles=("author",)))
    )
    assert done.reference == "spend@1"


async def test_a_cell_is_new_planned_published_and_unchanged(ask, be, project):
    be("ada", "author")
    status, states = await ask("notebook", "states", body=body(*WHOLE))
    assert (status, [(cell["name"], cell["state"]) for cell in states["cells"]]) == (200, [("spend", "new")])

    status, plan = await ask("notebook", "plan", body=body(*WHOLE, name="spend"))
    assert (status, plan["step"], plan["before"], plan["tests"], plan["blockers"]) == (200, "publish", None, 1, [])
    assert (await ask("notebook", "states", body=body(*WHOLE)))[1]["cells"][0]["state"] == "new"

    status, done = await ask("notebook", "publish", body=body(*WHOLE, name="spend"))
    assert (status, done["outcome"], done["reference"]) == (200, "published", "spend@1")
    assert (await ask("notebook", "states", body=body(*WHOLE)))[1]["cells"][0]["state"] == "unchanged"
    assert [path.name for path in (project / ".jupyter_features").iterdir() if path.name.startswith("drafts")] == []


async def test_the_cell_that_is_meant_is_planned_and_published(ask, be, project):
    be("ada", "author")
    twice = (ENTITY, SOURCE, SPEND, SPEND.replace("SUM(", "MAX("))

    status, done = await ask("notebook", "publish", body=body(*twice, name="spend", cell=2))
    assert (status, done["index"], done["reference"]) == (200, 2, "spend@1")
    _, plan = await ask("notebook", "plan", body=body(*twice, name="spend", cell=2))
    assert not plan["is_change"]
    assert (await ask("notebook", "plan", body=body(*twice, name="spend")))[1]["is_change"]
    _, states = await ask("notebook", "states", body=body(*twice))
    assert [(cell["owner"], cell["replaced_by"]) for cell in states["cells"]] == [("growth", 3), ("growth", None)]


async def test_what_a_colleague_published_after_the_plan_is_not_published_over(ask, be, published):
    be("ada", "author")
    mine, theirs = SPEND.replace("SUM(", "MAX("), SPEND.replace("SUM(", "MIN(")
    _, plan = await ask("notebook", "plan", body=body(ENTITY, SOURCE, mine, name="spend"))
    assert plan["before"] == 1
    assert (await ask("notebook", "publish", body=body(ENTITY, SOURCE, theirs, name="spend", follows=1)))[0] == 200

    status, refused = await ask("notebook", "publish", body=body(ENTITY, SOURCE, mine, name="spend", follows=1))

    assert (status, refused["error"]["code"]) == (409, "JF411")
    assert "MIN(" in refused["error"]["hint"]
    status, done = await ask("notebook", "publish", body=body(ENTITY, SOURCE, mine, name="spend", follows=2))
    assert (status, done["reference"]) == (200, "spend@3")


async def test_a_cell_that_breaks_a_rule_is_refused_with_the_servers_sentence(ask, be, project):
    be("ada", "author")

    status, answer = await ask("notebook", "plan", body=body(ENTITY, SOURCE, SPEND.replace("SUM(amount)", "RANDOM()"), name="spend"))

    assert status == 422
    assert answer["error"]["code"].startswith("JF1")


async def test_what_is_no_notebook_and_what_lies_outside_is_refused(ask, be, project):
    be("ada", "author")

    assert (await ask("notebook", "states", body={"path": "", "content": {"rows": []}}))[0] == 400
    assert (await ask("notebook", "states", body={"path": "../x.ipynb", "content": {"cells": []}}))[0] == 400


async def test_somebody_else_certifies_after_the_plan(ask, be, published):
    be("ada", "author", "certifier")
    _, own = await ask("views", "spend", "plan-certify", path="shop/first.ipynb", body={"version": 1})
    assert own["blockers"] == ["'ada' published it; somebody else must review it"]

    be("grace", "certifier")
    _, plan = await ask("views", "spend", "plan-certify", path="shop/first.ipynb", body={"version": 1})
    assert (plan["blockers"], plan["tests"], plan["after"]) == ([], 1, 1)
    status, standing = await ask(
        "views", "spend", "certify", path="shop/first.ipynb", body={"version": 1, "evidence": "Compared with the ledger."}
    )
    assert (status, standing["state"], standing["certification"]["by"]) == (200, "certified", "grace")
    assert (await ask("views", path="shop/first.ipynb", state="certified"))[1]["matches"] == 1


async def test_a_version_is_promoted_and_rolled_back_with_a_plan_before(ask, be, published):
    where = {"path": "shop/first.ipynb"}
    _, plan = await ask("views", "spend", "plan-promote", **where, body={"to": "prod"})
    assert (plan["environment"], plan["before"], plan["after"], plan["blockers"]) == ("prod", None, 1, [])
    _, move = await ask("views", "spend", "promote", **where, body={"to": "prod"})
    assert move == {"name": "spend", "environment": "prod", "before": None, "after": 1}

    await ask("notebook", "publish", body=body(ENTITY, SOURCE, SPEND.replace("SUM(", "MAX("), name="spend"))
    _, plan = await ask("views", "spend", "plan-promote", **where, body={"to": "prod"})
    assert (plan["before"], plan["after"], plan["level"]) == (1, 2, "MAJOR")
    assert plan["value_changes"] == [{"feature": "spend_30d", "entities": 1, "changed": 0, "example": ""}]
    _, plan = await ask("views", "spend", "plan-rollback", **where, body={})
    assert (plan["environment"], plan["before"], plan["after"]) == ("dev", 2, 1)
    _, move = await ask("views", "spend", "rollback", **where, body={})
    assert (move["before"], move["after"]) == (2, 1)


async def test_values_are_left_out_of_a_plan_when_the_data_is_gone(ask, be, published, project):
    await ask("notebook", "publish", body=body(ENTITY, SOURCE, SPEND.replace("SUM(", "MAX("), name="spend"))
    (project / "purchases.parquet").unlink()

    _, plan = await ask("views", "spend", "plan-rollback", path="shop/first.ipynb", body={})

    assert (plan["level"], plan["value_changes"]) == ("MAJOR", [])
    assert plan["note"].startswith("Values were not compared: ")


async def test_the_plan_of_a_deprecation_names_who_reads_and_the_view_says_why_afterwards(ask, be, published):
    where = {"path": "shop/first.ipynb"}
    _, plan = await ask("views", "spend", "plan-deprecate", **where, body={})
    assert (plan["step"], plan["consumers"], plan["blockers"]) == ("deprecate", [], [])
    status, answer = await ask("views", "spend", "deprecate", **where, body={"reason": ""})
    assert (status, answer["error"]["message"]) == (400, "This needs a reason.")

    status, standing = await ask("views", "spend", "deprecate", **where, body={"reason": "counts refunds"})
    assert (status, standing["state"], standing["reason"]) == (200, "deprecated", "counts refunds")


async def test_a_viewer_sees_what_stands_against_it_and_is_refused(ask, be, published):
    be("vera", "viewer")
    where = {"path": "shop/first.ipynb"}
    _, plan = await ask("views", "spend", "plan-promote", **where, body={"to": "prod"})
    assert plan["blockers"] == [
        "it takes the role 'author', which 'vera' does not have",
        "it belongs to 'growth', and 'vera' is not a member",
    ]

    status, answer = await ask("views", "spend", "promote", **where, body={"to": "prod"})
    assert (status, answer["error"]["code"]) == (403, "JF403")
    assert (await ask("me", **where))[1] == {"name": "vera", "roles": ["viewer"], "teams": [], "closed_teams": ["growth"]}
