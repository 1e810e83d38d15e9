import json
from collections.abc import Callable

from jupyter_features.skew.chart import VEGA_LITE_MIME
from jupyter_features.skew.report import SkewReport

CompareSpend = Callable[..., SkewReport]


def test_the_chart_holds_its_data_and_loads_nothing(compare_spend: CompareSpend) -> None:
    spec = compare_spend({1: 1.0, 2: 2.0}, {1: 1.0, 2: 3.0, 3: None}).charts()[0].spec
    text = json.dumps(spec, allow_nan=False)
    assert spec["$schema"] == "https://vega.github.io/schema/vega-lite/v5.json"
    assert '"url"' not in text
    assert text.count("://") == 1


def test_both_distributions_are_shares_of_their_own_rows(compare_spend: CompareSpend) -> None:
    spec = compare_spend({1: 1.0, 2: 2.0}, {1: 1.0, 2: 3.0, 3: None}).charts()[0].spec
    bars = [bar for layer in spec["vconcat"][0]["layer"] for bar in layer["data"]["values"]]
    shown = {(bar["bin"], bar["side"]): (bar["rows"], bar["share"]) for bar in bars}
    # The definition serves NULL to customer 3, who has no row.
    assert shown == {
        ("1", "notebook"): (1, 0.333333),
        ("1", "production"): (1, 0.333333),
        ("2", "notebook"): (1, 0.333333),
        ("2", "production"): (0, 0.0),
        ("3", "notebook"): (0, 0.0),
        ("3", "production"): (1, 0.333333),
        ("NULL", "notebook"): (1, 0.333333),
        ("NULL", "production"): (1, 0.333333),
    }


def test_only_classes_that_have_rows_are_drawn(compare_spend: CompareSpend) -> None:
    spec = compare_spend({1: 1.0, 2: 2.0}, {1: 1.0, 2: 3.0}).charts()[0].spec
    bars = spec["vconcat"][1]["data"]["values"]
    assert [(bar["class"], bar["rows"]) for bar in bars] == [("match", 1), ("value_mismatch", 1)]


def test_the_bundle_is_vega_lite_beside_text_that_fits(compare_spend: CompareSpend) -> None:
    values = {key: float(key) ** 3 for key in range(200)}
    bundle = compare_spend(values, values).charts()[0]._repr_mimebundle_()
    assert set(bundle) == {VEGA_LITE_MIME, "text/plain"}
    lines = bundle["text/plain"].split("\n")
    assert len(lines) <= 12
    assert max(len(line) for line in lines) <= 80


def test_equal_input_draws_an_equal_chart(compare_spend: CompareSpend) -> None:
    first, second = (compare_spend({1: 1.0, 2: 2.0}, {2: 5.0, 1: float("inf")}).charts()[0].spec for _ in range(2))
    assert json.dumps(first) == json.dumps(second)
