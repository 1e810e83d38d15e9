from typing import Any

from IPython.core.interactiveshell import InteractiveShell

from jupyter_features.errors import ConfigurationError
from jupyter_features.widgets.browse_view import BrowseView
from jupyter_features.widgets.insert_cell import CellInsertion
from jupyter_features.widgets.live_view import WIDGET_VIEW_MIME

IMAGE = "<img"


def found(view: BrowseView) -> list[str]:
    return [name for _, name in view.found.options]


def test_every_published_view_is_listed_and_the_first_one_shown(store: Any) -> None:
    view = BrowseView(store)
    assert view.found.options == (
        ("customer_value@2  (customer, growth)", "customer_value"),
        ("store_traffic@2  (store, retail)", "store_traffic"),
    )
    assert "What a customer spends." in view.detail.value
    assert not view.button.disabled


def test_typing_narrows_the_list_and_clearing_brings_it_back(store: Any) -> None:
    view = BrowseView(store)
    view.search.value = "SPENDS"
    assert found(view) == ["customer_value"]
    view.search.value = ""
    assert found(view) == ["customer_value", "store_traffic"]


def test_filters_offer_what_is_published_and_work_together(store: Any) -> None:
    view = BrowseView(store)
    assert [value for _, value in view.tag.options] == ["", "ltv", "ops"]
    view.tag.value = "ltv"
    assert found(view) == ["customer_value", "store_traffic"]
    view.owner.value = "retail"
    assert found(view) == ["store_traffic"]
    view.entity.value = "customer"
    assert found(view) == []


def test_the_chosen_view_stays_chosen_while_it_is_among_those_found(store: Any) -> None:
    view = BrowseView(store)
    view.found.value = "store_traffic"
    view.tag.value = "ltv"
    assert view.found.value == "store_traffic"
    view.owner.value = "growth"
    assert view.found.value == "customer_value"


def test_the_detail_has_types_sql_sources_and_lineage(store: Any) -> None:
    detail = BrowseView(store).detail.value
    for text in (
        "customer_id BIGINT",
        "growth",
        "DOUBLE",
        "WHERE value &lt; 9",
        "data/purchases.parquet",
        "90d",
        "purchases.value",
        "purchases.day",
        "dev",
    ):
        assert text in detail


def test_a_hostile_description_is_inert_in_detail_list_and_text(store: Any) -> None:
    view = BrowseView(store)
    view.found.value = "store_traffic"
    assert "&lt;img" in view.detail.value
    assert IMAGE not in view.detail.value
    assert IMAGE not in view._repr_mimebundle_()["text/html"]


def test_nothing_found_is_said_and_leaves_nothing_to_insert(store: Any) -> None:
    view = BrowseView(store)
    view.search.value = "no such words"
    assert "No published feature view fits." in view.status.value
    assert (view.found.value, view.detail.value, view.button.disabled) == (None, "", True)


def test_an_empty_registry_is_said_in_other_words(store: Any) -> None:
    store.published.clear()
    view = BrowseView(store)
    assert "No feature view is published yet." in view.status.value
    assert view.card().to_text() == "No feature view is published yet\nNext: %%feature NAME, then %feature publish NAME"


def test_a_registry_that_cannot_be_read_says_why_and_recovers(store: Any) -> None:
    store.failure = ConfigurationError(f"registry.db {IMAGE}> cannot be read.", hint="Mend it.")
    view = BrowseView(store)
    assert "JF005: registry.db &lt;img&gt; cannot be read." in view.status.value
    assert view.card().to_text().startswith("[x] The registry cannot be read")
    store.failure = None
    view.search.value = "customer"
    assert found(view) == ["customer_value"]
    assert view.status.value == ""


def test_a_view_that_vanished_since_it_was_listed_is_said(store: Any) -> None:
    view = BrowseView(store)
    del store.published[1]
    view.found.value = "store_traffic"
    assert "no feature view named &#x27;store_traffic&#x27;" in view.status.value
    assert (view.detail.value, view.button.disabled) == ("", True)


def test_the_button_puts_a_cell_for_the_chosen_view(store: Any, opener: Any, comms: list[Any]) -> None:
    view = BrowseView(store, insert=lambda source: CellInsertion(source, opener))
    view.found.value = "store_traffic"
    view.button.click()
    assert comms[0].sent == [{"source": 'store.online(["store_traffic:spend"], [{"customer_id": 1}]).to_pandas()'}]
    assert len(view.inserted.children) == 1
    view.found.value = "customer_value"
    assert view.inserted.children == ()


def test_the_display_is_a_widget_beside_a_complete_table(store: Any) -> None:
    bundle = BrowseView(store)._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "text/html", WIDGET_VIEW_MIME}
    assert bundle["text/plain"] == (
        "Published feature views (2)\n"
        "  view              entity    owner   features  description\n"
        "  customer_value@2  customer  growth  spend     What a customer spends.\n"
        "  store_traffic@2   store     retail  spend     <img src=x onerror=alert(1)>"
    )
    assert "<td>customer_value@2</td>" in bundle["text/html"]


def test_the_readable_forms_name_no_model_and_stay_equal(store: Any) -> None:
    first, second = (BrowseView(store)._repr_mimebundle_() for _ in range(2))
    assert first["text/plain"] == second["text/plain"]
    assert first["text/html"] == second["text/html"]


def test_a_real_shell_formats_all_three_forms(store: Any) -> None:
    data, _ = InteractiveShell().display_formatter.format(BrowseView(store))
    assert set(data) == {"text/plain", "text/html", WIDGET_VIEW_MIME}
