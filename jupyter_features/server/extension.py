"""How the Jupyter server takes in the REST handlers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jupyter_server.utils import url_path_join
from tornado.web import Application

from jupyter_features.server.handlers import MeHandler, RevisionHandler, ViewHandler, ViewListHandler
from jupyter_features.server.notebook import NotebookPlanHandler, NotebookPublishHandler, NotebookStatesHandler
from jupyter_features.server.steps import STEPS, StepHandler
from jupyter_features.server.store import STORE_FACTORY, connect_store

if TYPE_CHECKING:
    from jupyter_server.serverapp import ServerApp

API = "/jupyter-features/api/v1"


def _load_jupyter_server_extension(server: ServerApp) -> None:
    """Add the handlers; a store factory that is already in the web settings stays."""
    application: Application = server.web_app
    application.settings.setdefault(STORE_FACTORY, connect_store)
    root = url_path_join(application.settings["base_url"], API)
    application.add_handlers(
        ".*$",
        [
            (url_path_join(root, "views"), ViewListHandler),
            (url_path_join(root, r"views/([^/]+)"), ViewHandler),
            (url_path_join(root, rf"views/([^/]+)/({'|'.join(STEPS)})"), StepHandler),
            (url_path_join(root, "me"), MeHandler),
            (url_path_join(root, "revision"), RevisionHandler),
            (url_path_join(root, "notebook/states"), NotebookStatesHandler),
            (url_path_join(root, "notebook/plan"), NotebookPlanHandler),
            (url_path_join(root, "notebook/publish"), NotebookPublishHandler),
        ],
    )
