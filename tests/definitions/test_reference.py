import pytest

from jupyter_features.definitions.reference import FeatureReference, parse_reference
from jupyter_features.errors import InvalidArgumentError


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("customer_spend", FeatureReference(view="customer_spend")),
        ("customer_spend@3:spend_90d", FeatureReference(view="customer_spend", version=3, feature="spend_90d")),
        ("customer_spend@draft", FeatureReference(view="customer_spend", version="draft")),
        (
            "weather[airport=origin]:temperature as origin_temperature",
            FeatureReference(view="weather", keys=(("airport", "origin"),), feature="temperature", name="origin_temperature"),
        ),
        ("a[x=y, z=w]", FeatureReference(view="a", keys=(("x", "y"), ("z", "w")))),
    ],
)
def test_a_reference_is_read_and_written_back(text: str, reference: FeatureReference) -> None:
    assert parse_reference(text) == reference
    assert parse_reference(str(reference)) == reference


@pytest.mark.parametrize("text", ["", "a b", "a@", "a@x", "a:", "a[b]", "a;drop", "a:b:c", "ä", "a as"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(InvalidArgumentError):
        parse_reference(text)
