"""Finding a published feature inside the notebook, and putting a cell that uses it below."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from html import escape
from typing import Any, Protocol

import ipywidgets

from jupyter_features.card import Card
from jupyter_features.definitions.listing import ViewDetail, ViewSummary
from jupyter_features.errors import JupyterFeaturesError
from jupyter_features.operations.view_card import detail_card, list_card
from jupyter_features.widgets.insert_cell import CellInsertion, insert_cell
from jupyter_features.widgets.live_view import LiveView, html_pane

_ANY = ""


class Catalog(Protocol):
    """What browsing needs of a feature store."""

    def views(
        self, query: str = "", *, entity: str | None = None, owner: str | None = None, tag: str | None = None
    ) -> tuple[ViewSummary, ...]:
        """Find published feature views; None leaves a filter out."""

    def view_detail(self, name: str, version: int | None = None) -> ViewDetail:
        """Tell all about one version; None means the one that the environment serves."""


class BrowseView(LiveView):
    """Search and filters above a list; the chosen view in full beside a button that puts a cell.

    Parameters
    ----------
    store
        Asked again at every change, so that what is shown is what is published.
    insert
        Puts a cell with the given source.

    Attributes
    ----------
    search, entity, owner, tag
        What is looked for; filters offer the values that published views have.
    found
        Select over the views found, in the store's order; its value is the name of the view or None.
    detail
        HTML, every value escaped.
    button
        Puts a cell for the chosen view; disabled without one.
    widget
        The whole, as ipywidgets lays it out.
    """

    def __init__(self, store: Catalog, insert: Callable[[str], CellInsertion] = insert_cell) -> None:
        self._store, self._insert = store, insert
        self._shown: str | None = None
        self._snippet = ""
        self.search = ipywidgets.Text(placeholder="name, description, owner, tag", description="Search")
        self.entity, self.owner, self.tag = (_filter(name) for name in ("Entity", "Owner", "Tag"))
        self.found = ipywidgets.Select(description="Views", rows=8, layout=ipywidgets.Layout(width="auto"))
        self.status = html_pane()
        self.detail = html_pane()
        self.button = ipywidgets.Button(description="Put a cell below", icon="plus", disabled=True)
        self.inserted = ipywidgets.VBox()
        filters = ipywidgets.HBox([self.entity, self.owner, self.tag])
        self.widget = ipywidgets.VBox([self.search, filters, self.status, self.found, self.detail, self.button, self.inserted])
        self._offer_filters()
        self._list()
        for looked_for in (self.search, self.entity, self.owner, self.tag):
            looked_for.observe(self._list, names="value")
        self.found.observe(self._show, names="value")
        self.button.on_click(self._put)

    def card(self) -> Card:
        """Show every published view as a table, or why there is none."""
        try:
            return list_card(self._store.views())
        except JupyterFeaturesError as error:
            return Card(title="The registry cannot be read", state="failed", facts=[("error", error.message)], next_step=error.hint)

    def _offer_filters(self) -> None:
        published = self._find()
        _offer(self.entity, (view.entity for view in published))
        _offer(self.owner, (view.owner for view in published))
        _offer(self.tag, (tag for view in published for tag in view.tags))

    def _list(self, _change: object = None) -> None:
        wanted = {"entity": self.entity.value, "owner": self.owner.value, "tag": self.tag.value}
        views = self._find(self.search.value, **{name: value for name, value in wanted.items() if value})
        chosen = self.found.value
        self.found.options = [(f"{view.name}@{view.version}  ({view.entity}, {view.owner})", view.name) for view in views]
        names = [view.name for view in views]
        self.found.value = chosen if chosen in names else next(iter(names), None)
        self._show()

    def _find(self, query: str = "", **filters: str) -> tuple[ViewSummary, ...]:
        try:
            views = self._store.views(query, **filters)
        except JupyterFeaturesError as error:
            self._say(error.report())
            return ()
        nothing = "No published feature view fits." if query or filters else "No feature view is published yet."
        self._say("" if views else nothing)
        return views

    def _show(self, _change: object = None) -> None:
        if self.found.value == self._shown:
            return
        self._shown, self._snippet = self.found.value, ""
        self.detail.value, self.inserted.children = "", ()
        if self._shown is not None:
            try:
                view = self._store.view_detail(self._shown)
            except JupyterFeaturesError as error:
                self._say(error.report())
            else:
                self._snippet, self.detail.value = view.snippet, detail_card(view).to_html()
        self.button.disabled = not self._snippet

    def _put(self, _button: object) -> None:
        self.inserted.children = (self._insert(self._snippet).widget,)

    def _say(self, sentence: str) -> None:
        self.status.value = f'<p role="status">{escape(sentence)}</p>' if sentence else ""


def _filter(name: str) -> Any:
    return ipywidgets.Dropdown(options=[("any", _ANY)], value=_ANY, description=name)


def _offer(dropdown: Any, values: Iterable[str]) -> None:
    # An empty owner or tag would read as "any".
    dropdown.options = [("any", _ANY), *((value, value) for value in sorted(set(values) - {_ANY}))]
