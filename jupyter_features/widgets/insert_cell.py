"""Putting a cell below, as far as the front end lets us."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal, Protocol

import comm
import ipywidgets

COMM_TARGET = "jupyter_features:insert_cell"

Outcome = Literal["asked", "inserted", "refused"]

_SENTENCES: dict[Outcome, str] = {
    "asked": "The notebook has not answered yet. If no cell appears below, copy this into a new one.",
    "inserted": "The cell is below.",
    "refused": "This front end cannot put cells from here. Copy the cell and paste it where you want it.",
}


class FrontEndComm(Protocol):
    """The part of a Jupyter comm that a cell is put through."""

    def send(self, data: dict[str, Any]) -> None:
        """Send one message to the front end."""

    def on_msg(self, callback: Callable[[dict[str, Any]], None]) -> None:
        """Call back with each message of the front end."""

    def on_close(self, callback: Callable[[dict[str, Any]], None]) -> None:
        """Call back when the front end closes the comm, as it does with a target it does not know."""

    def close(self) -> None:
        """Say that no more messages are wanted."""


OpenComm = Callable[[str], FrontEndComm]


def open_comm(target: str) -> FrontEndComm:
    """Open a comm to the front end; without a kernel it leads nowhere and never answers."""
    opened: FrontEndComm = comm.create_comm(target_name=target)
    return opened


class CellInsertion:
    """One cell on its way into the notebook.

    A button's callback has no execute reply that could carry the cell, and it must not wait, so the source is shown to
    copy at once, and goes away only when the front end says that the cell is there.

    Parameters
    ----------
    source
        Text of the cell.
    opener
        How a comm is opened; replaced in tests.

    Attributes
    ----------
    outcome
        `asked` until the front end answers; `refused` if it cannot or will not.
    widget
        One sentence about the outcome, and the source in a read-only text area until it is inserted.
    """

    def __init__(self, source: str, opener: OpenComm = open_comm) -> None:
        self.source = source
        self.outcome: Outcome = "asked"
        self._status = ipywidgets.Label()
        lines = source.count("\n") + 1
        # Left writable: a disabled box cannot be reached by keyboard, and so not copied from.
        self._copy = ipywidgets.Textarea(value=source, rows=min(lines, 12), layout=ipywidgets.Layout(width="100%"))
        self.widget = ipywidgets.VBox()
        self._settle("asked")
        self._comm = opener(COMM_TARGET)
        self._comm.on_msg(self._answered)
        self._comm.on_close(self._closed)
        # Only now: the answer to a source that travels with the opening may come before anybody listens.
        self._comm.send({"source": source})

    def _answered(self, message: Mapping[str, Any]) -> None:
        answer = message["content"]["data"]
        self._settle("inserted" if isinstance(answer, dict) and answer.get("inserted") is True else "refused")
        self._comm.close()

    def _closed(self, _message: Mapping[str, Any]) -> None:
        # A close after the answer is only good manners.
        if self.outcome == "asked":
            self._settle("refused")

    def _settle(self, outcome: Outcome) -> None:
        self.outcome = outcome
        self._status.value = _SENTENCES[outcome]
        self.widget.children = (self._status,) if outcome == "inserted" else (self._status, self._copy)


def insert_cell(source: str) -> CellInsertion:
    """Ask the front end to put a cell with this source below the current one.

    Display the result's `widget`: it tells whether the cell arrived, and offers the source to copy until it has.
    """
    return CellInsertion(source)
