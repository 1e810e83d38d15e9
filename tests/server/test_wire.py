"""The JSON examples are values of the types that the handlers answer with: neither side can rename a field alone."""

from __future__ import annotations

import msgspec
import pytest

from jupyter_features.definitions.listing import ViewDetail, ViewPage
from jupyter_features.feature_store.cells.compare_cells import NotebookStates
from jupyter_features.feature_store.cells.publish_cells import CellPublication
from jupyter_features.operations.plan_move import MovePlan
from jupyter_features.server.bodies import Me


@pytest.mark.parametrize(
    ("name", "type_"),
    [
        ("views.json", ViewPage),
        ("views_empty.json", ViewPage),
        ("view_detail.json", ViewDetail),
        ("me.json", Me),
        ("plan_promote.json", MovePlan),
        ("plan_refused.json", MovePlan),
        ("notebook_states.json", NotebookStates),
        ("cell_published.json", CellPublication),
    ],
)
def test_an_example_holds_every_field_of_its_type_and_no_other(fixture, name: str, type_: type):
    example = fixture(name)

    assert msgspec.json.decode(msgspec.json.encode(msgspec.convert(example, type_))) == example
