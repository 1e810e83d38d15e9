"""Notebooks: the feature cells of a notebook file, published without running anything else of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

from jupyter_features.config import load_settings
from jupyter_features.errors import InvalidArgumentError
from jupyter_features.feature_store.parts import Parts

if TYPE_CHECKING:
    from jupyter_features.feature_store.cells.bench import OpenStore
    from jupyter_features.feature_store.cells.publish_cells import NotebookPublication


class Notebooks(Parts):
    """What is done with a notebook file."""

    def publish_notebook(
        self, path: str | Path, names: Sequence[str] = (), *, dry_run: bool = False, reason: str = "", acknowledge: Sequence[str] = ()
    ) -> NotebookPublication:
        """Publish the feature cells of a notebook that differ from this registry, in their order; no other cell is run.

        A name that is defined more than once is published as its last cell has it. A cell that is refused stops no other, and
        drafts stay as they are.

        Parameters
        ----------
        path
            Notebook of this project; relative paths of its sources start from its folder.
        names
            Views to publish; by default all that the notebook defines.
        dry_run
            Plan everything, publish nothing.
        reason, acknowledge
            As in `publish`.

        Raises
        ------
        InvalidArgumentError
            If the file is no notebook, or belongs to another project.
        NotFoundError
            If the notebook does not define one of the names.
        """
        # Late, as nothing else needs IPython and the parser of lines.
        from jupyter_features.feature_store.cells.publish_cells import publish_notebook, read_notebook

        path = self._start / path
        content = read_notebook(path)
        self._check_project(path.parent)
        return publish_notebook(
            content,
            folder=path.parent,
            names=list(names) or None,
            dry_run=dry_run,
            reason=reason,
            acknowledge=acknowledge,
            # Of a store that has all verbs, as every store that somebody has.
            open_store=cast("OpenStore", self._apart),
        )

    def _check_project(self, folder: Path) -> None:
        found = load_settings(folder.resolve(), {})
        own, (_, origin) = found.project, found.rules
        # A folder that no file makes part of a project is one of its own only for who works there.
        if own != self.settings.project and origin != "default":
            raise InvalidArgumentError(
                f"{folder} belongs to the project in {own}, and this is connected to the one in {self.settings.project}.",
                hint=f"Go there: cd {own}, or jf.connect(start={str(folder)!r}).",
            )
