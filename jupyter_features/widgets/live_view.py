"""A widget and its readable stand-in, in one display."""

from __future__ import annotations

from typing import Any

import ipywidgets

from jupyter_features.card import Displayed

WIDGET_VIEW_MIME = "application/vnd.jupyter.widget-view+json"


def html_pane() -> Any:
    """Make an empty HTML widget that JupyterLab lays out like a cell's output; what is put in must be escaped."""
    pane = ipywidgets.HTML()
    pane.add_class("jp-RenderedHTMLCommon")
    return pane


class LiveView(Displayed):
    """A result that is a widget where widgets run, and its card in exports, terminals and untrusted notebooks.

    Attributes
    ----------
    widget
        The `ipywidgets.Widget` to show.
    """

    widget: Any

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        # The widget's own text names a random model; the card's is the same for the same values.
        bundle = super()._repr_mimebundle_(include, exclude)
        live = self.widget._repr_mimebundle_(include=include, exclude=exclude)
        return bundle | {WIDGET_VIEW_MIME: live[WIDGET_VIEW_MIME]}
