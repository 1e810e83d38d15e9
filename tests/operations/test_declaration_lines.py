"""Declarations as lines: read exactly as they were written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_features.definitions.entity import Entity, JoinKey
from jupyter_features.errors import InvalidArgumentError
from jupyter_features.operations.declaration_lines import SourceDeclaration, read_declarations, write_declarations

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
ENTITY = Entity(name="customer", join_keys=(JoinKey("customer_id", "BIGINT"), JoinKey("land", "VARCHAR")))


def make(**changed: object) -> SourceDeclaration:
    fields: dict[str, object] = {
        "name": "purchases", "location": "data/my purchases.parquet", "entity": "customer", "kind": "events",
        "event_timestamp": "at", "arrival": "loaded_at", "tie_break": ("a", "b"), "key": {"customer_id": "id"},
        "inclusive": True, "description": "Rows.",
    }  # fmt: skip
    return SourceDeclaration(**(fields | changed))


def test_a_declaration_is_the_line_that_declares_it() -> None:
    assert write_declarations([make(), ENTITY]) == (
        "entity customer --key customer_id:BIGINT --key land:VARCHAR\n"
        "source purchases 'data/my purchases.parquet' --entity customer --kind events --event-time at --arrival loaded_at"
        " --tie-break a,b --key customer_id=id --inclusive --description Rows.\n"
    )


@given(description=TEXTS, location=TEXTS.filter(bool))
def test_words_come_back_as_they_were(description: str, location: str) -> None:
    source = make(description=description, location=location)

    assert read_declarations(write_declarations([source])) == (source,)


def test_a_global_source_keeps_the_columns_that_tell_its_rows_apart() -> None:
    source = make(entity=None, kind="state", key=["land", "year"], inclusive=False)

    assert read_declarations(write_declarations([source])) == (source,)


def test_a_column_that_a_line_cannot_name_is_refused() -> None:
    with pytest.raises(InvalidArgumentError, match="Source 'purchases' cannot be exported"):
        write_declarations([make(tie_break=("a,b",))])


@pytest.mark.parametrize("line", ["entity", "source a", "source a b --kind events", "source a b --nope 1", "view x", "entity 'a"])
def test_a_line_that_declares_nothing_is_told(line: str) -> None:
    with pytest.raises(InvalidArgumentError, match=r"declares no|not closed|no join key"):
        read_declarations(line)
