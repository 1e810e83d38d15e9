"""The REST handlers of the notebook that is open in the browser. None of them needs a kernel."""

from __future__ import annotations

from jupyter_server.auth.decorator import authorized
from tornado import web

from jupyter_features.server.answering import FeatureHandler
from jupyter_features.server.bodies import CellBody, NotebookBody


class NotebookStatesHandler(FeatureHandler):
    """Compares the feature cells of a notebook with the registry; nothing of it is run."""

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Answer with `NotebookStates`."""
        await self.answer_with(self._states)

    def _states(self) -> object:
        from jupyter_features.feature_store.cells.compare_cells import notebook_states

        body = self.body(NotebookBody)
        return notebook_states(body.content, folder=self.folder(body.path), open_store=self.open_store)


class NotebookPlanHandler(FeatureHandler):
    """Plans to publish one feature cell."""

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Answer with a `MovePlan`."""
        await self.answer_with(self._plan)

    def _plan(self) -> object:
        from jupyter_features.feature_store.cells.publish_cells import plan_cell

        body = self.body(CellBody)
        return plan_cell(body.content, body.name, cell=body.cell, folder=self.folder(body.path), open_store=self.open_store)


class NotebookPublishHandler(FeatureHandler):
    """Publishes one feature cell."""

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Answer with the `CellPublication`; what refuses it is answered as an error."""
        await self.answer_with(self._publish)

    def _publish(self) -> object:
        from jupyter_features.feature_store.cells.publish_cells import publish_cell

        body = self.body(CellBody)
        return publish_cell(
            body.content,
            body.name,
            cell=body.cell,
            folder=self.folder(body.path),
            reason=body.reason,
            acknowledge=body.acknowledge,
            follows=body.follows,
            open_store=self.open_store,
        )
