from datetime import timedelta

import pytest

from jupyter_features.definitions.source_reference import SourceReference, as_source_references, parse_source_reference
from jupyter_features.errors import InvalidArgumentError


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("invoices", SourceReference("invoices", "invoices")),
        ("invoices:90d", SourceReference("invoices", "invoices", timedelta(days=90))),
        ("invoices:7d as week", SourceReference("invoices", "week", timedelta(days=7))),
    ],
)
def test_a_source_reference_is_read_and_written_back(text: str, reference: SourceReference) -> None:
    assert parse_source_reference(text) == reference
    assert str(reference) == text


def test_a_dict_and_a_list_mean_the_same() -> None:
    assert as_source_references({"a": "7d", "b": None}) == as_source_references(["a:7d", "b"])


def test_two_references_need_two_names() -> None:
    with pytest.raises(InvalidArgumentError, match="Two source references are named 'a'"):
        as_source_references(["a:7d", "a:90d"])
