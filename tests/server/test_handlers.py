"""What the REST handlers answer."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from jupyter_features.errors import RegistryVersionError


async def test_the_list_is_the_published_example(ask, fixture):
    assert await ask("views") == (200, fixture("views.json"))


async def test_the_revision_is_told_to_who_waits_for_a_change(ask):
    assert await ask("revision") == (200, {"revision": 3})


async def test_a_project_without_a_registry_has_an_empty_list(ask, serve, empty_store, fixture):
    serve(empty_store)

    assert await ask("views") == (200, fixture("views_empty.json"))


async def test_filters_narrow_the_list_but_not_the_facets(ask, fixture):
    status, body = await ask(
        "views",
        query="value",
        entity="customer",
        owner="growth",
        tag="spend",
        state="certified",
        source="purchases.amount",
        consumer="churn",
    )

    assert status == 200
    assert [view["name"] for view in body["views"]] == ["customer_value"]
    assert body["total"] == 3
    assert body["facets"] == fixture("views.json")["facets"]


async def test_an_empty_filter_means_any(ask):
    _, body = await ask("views", entity="", owner="", tag="", state="", source="", consumer="")

    assert len(body["views"]) == 3


async def test_a_state_that_is_none_is_refused(ask):
    status, body = await ask("views", state="approved")

    assert (status, body["error"]["hint"]) == (400, "States are published, certified, deprecated, retired.")


@pytest.mark.parametrize("version", ["9" * 5_000, "-1", "1.0", "\u0663"])
async def test_a_version_that_is_no_number_of_one_is_refused(ask, version):
    status, body = await ask("views", "customer_value", version=version)

    assert (status, body["error"]["code"]) == (400, "JF001")


async def test_who_asks_is_told_with_the_teams_that_are_closed_to_them(ask, fixture):
    assert await ask("me") == (200, fixture("me.json"))


async def test_a_plan_is_the_published_example(ask, fixture):
    assert await ask("views", "customer_value", "plan-promote", body={"to": "prod"}) == (200, fixture("plan_promote.json"))


async def test_a_body_that_is_no_step_is_refused_with_the_field_at_fault(ask):
    status, body = await ask("views", "customer_value", "promote", body={"to": "prod", "force": True})

    assert (status, body["error"]["code"]) == (400, "JF001")
    assert "force" in body["error"]["message"]


async def test_a_stranger_may_change_nothing(ask, stores):
    status, _ = await ask("views", "customer_value", "promote", body={"to": "prod"}, headers={"Authorization": ""})

    assert status == 403
    assert stores == []


async def test_who_may_read_may_not_write_for_that(ask, jp_serverapp, stores):
    class Readers(type(jp_serverapp.authorizer)):
        def is_authorized(self, handler, user, action, resource):
            return (action, resource) != ("write", "jupyter_features")

    jp_serverapp.web_app.settings["authorizer"] = Readers(parent=jp_serverapp)

    assert (await ask("views"))[0] == 200
    assert (await ask("views", "customer_value", "promote", body={"to": "prod"}))[0] == 403
    assert (await ask("notebook", "publish", body={"path": "", "content": {}, "name": "spend"}))[0] == 403
    assert len(stores) == 1


async def test_the_detail_is_the_published_example(ask, fixture):
    assert await ask("views", "customer_value") == (200, fixture("view_detail.json"))


async def test_an_older_version_can_be_asked_for(ask):
    _, body = await ask("views", "customer_value", version="1")

    assert body["version"] == 1


async def test_a_version_that_is_not_a_number_is_refused(ask):
    assert await ask("views", "customer_value", version="one") == (
        400,
        {"error": {"code": "JF001", "message": "'one' is not a version.", "hint": "Versions are whole numbers, such as 3."}},
    )


async def test_an_unknown_name_is_not_found_and_a_close_one_is_suggested(ask, fixture):
    assert await ask("views", "customer_valeu") == (404, fixture("view_not_found.json"))


async def test_the_project_is_the_folder_of_the_notebook(ask, stores, jp_root_dir):
    (jp_root_dir / "analysis").mkdir()

    await ask("views", path="analysis/value.ipynb")
    await ask("views")

    assert [store.folder for store in stores] == [jp_root_dir / "analysis", jp_root_dir]


async def test_every_store_is_closed_even_after_an_error(ask, stores):
    await ask("views")
    await ask("views", "nobody")

    assert [store.is_closed for store in stores] == [True, True]


async def test_a_path_outside_the_server_is_refused_before_a_store_is_opened(ask, stores, fixture):
    assert await ask("views", path="../secrets/notebook.ipynb") == (400, fixture("path_outside.json"))
    assert await ask("views", "customer_value", path="../secrets/notebook.ipynb") == (400, fixture("path_outside.json"))
    assert stores == []


async def test_a_stranger_is_refused(ask, stores):
    status, body = await ask("views", headers={"Authorization": ""})

    assert status == 403
    assert body["error"]["message"] == "You may not read this server's features."
    assert stores == []


async def test_a_user_without_the_permission_is_refused(ask, jp_serverapp, stores):
    class NobodyMayRead(type(jp_serverapp.authorizer)):
        def is_authorized(self, handler, user, action, resource):
            return (action, resource) != ("read", "jupyter_features")

    jp_serverapp.web_app.settings["authorizer"] = NobodyMayRead(parent=jp_serverapp)

    assert (await ask("views"))[0] == 403
    assert stores == []


async def test_the_sentence_of_a_broken_registry_is_handed_on_unchanged(ask, serve):
    def newer(folder: Path) -> None:
        raise RegistryVersionError("The registry was written by version 9.", hint="Upgrade jupyter_features.")

    serve(newer)

    assert await ask("views") == (
        503,
        {"error": {"code": "JF401", "message": "The registry was written by version 9.", "hint": "Upgrade jupyter_features."}},
    )


async def test_an_unforeseen_error_gives_nothing_away(ask, serve):
    def broken(folder: Path) -> None:
        raise RuntimeError("password=hunter2")

    serve(broken)

    assert await ask("views") == (
        500,
        {
            "error": {
                "code": "HTTP500",
                "message": "The features could not be read.",
                "hint": "The log of the Jupyter server says why.",
            }
        },
    )


async def test_the_store_is_asked_outside_the_thread_of_the_server(ask, serve, empty_store):
    threads = []

    def remember(folder: Path):
        threads.append(threading.current_thread())
        return empty_store(folder)

    serve(remember)
    await ask("views")

    assert threads != []
    assert threading.current_thread() not in threads
