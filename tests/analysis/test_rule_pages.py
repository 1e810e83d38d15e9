"""Each rule has a page, and the examples of each page are refused and accepted as it says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

import jupyter_features as jf
from jupyter_features.analysis.severity import CHANGEABLE
from jupyter_features.errors import DefinitionError
from jupyter_features.feature_store import FeatureStore
from jupyter_features.operations.defined import Defined
from jupyter_features.operations.header import is_python, read_header

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "docs" / "rules").glob("JF*.md"))
_EXAMPLE = re.compile(r"^```(?:sql|python)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
NOON = pd.Timestamp("1998-01-01 12:00").as_unit("us")
SHOP = {
    "orders": ("events", "ordered_at", {"ordered_at": [NOON], "order_id": [7], "channel": ["web"], "total": [20.0]}),
    "returns": ("events", "returned_at", {"returned_at": [NOON], "order_id": [7], "refund": [5.0]}),
    "segments": ("state", "valid_from", {"valid_from": [NOON], "segment": ["new"]}),
}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FeatureStore]:
    """A store of the shop that the index page describes."""
    folder = tmp_path_factory.mktemp("shop")
    silent = [rule for rule, severity in CHANGEABLE.items() if severity == "off"]
    (folder / "jupyter_features.toml").write_text("[rules]\n" + "".join(f'{rule} = "warning"\n' for rule in silent))
    with jf.connect(start=folder) as store:
        store.entity("customer", customer_id="BIGINT")
        for name, (kind, clock, columns) in SHOP.items():
            pd.DataFrame({"customer_id": [1], **columns}).to_parquet(folder / f"{name}.parquet", index=False)
            store.source(name, f"{name}.parquet", entity="customer", kind=kind, event_timestamp=clock)  # type: ignore[arg-type]
        yield store


def _define(store: FeatureStore, text: str) -> Defined:
    options = [(option.name, option.value) for option in read_header(text)]
    defaults = [value.split(" = ") for name, value in options if name == "default"]
    return store.define(
        "v",
        sql="" if is_python(text) else text,
        python=text if is_python(text) else "",
        entity=dict(options).get("entity"),
        sources=[value for name, value in options if name == "source"],
        request=dict(value.split(":") for name, value in options if name == "request"),
        defaults={name: int(value) for name, value in defaults},
        params=[value for name, value in options if name == "param"],
    )


def test_each_rule_of_the_code_has_a_page_and_a_line_in_the_index() -> None:
    code = "".join(path.read_text("utf-8") for path in (ROOT / "jupyter_features").rglob("*.py"))
    # JF100 is the class of all refusals; a refusal itself always has a rule.
    rules = set(re.findall(r'"(JF1\d\d)"', code)) - {"JF100"}
    assert {page.stem for page in PAGES} == rules
    index = (ROOT / "docs" / "rules" / "README.md").read_text("utf-8")
    assert set(re.findall(r"\[(JF\d+)\]\(\1\.md\)", index)) == rules


def test_the_index_describes_the_shop_of_the_examples() -> None:
    index = (ROOT / "docs" / "rules" / "README.md").read_text("utf-8")
    for name, (kind, _, columns) in SHOP.items():
        line = next(line for line in index.splitlines() if line.startswith(f"| `{name}`"))
        assert kind in line
        assert re.findall(r"`(\w+)`", line.rpartition(" | ")[2]) == ["customer_id", *columns]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_first_example_is_refused_or_warned_of_and_the_second_accepted(shop: FeatureStore, page: Path) -> None:
    text = page.read_text("utf-8")
    assert re.match(rf"# {page.stem}: \S.*\n", text)
    severity = CHANGEABLE.get(page.stem, "error")
    assert f"\nSeverity: {severity}" in text
    refused, accepted = _EXAMPLE.findall(text)
    if page.stem in CHANGEABLE:
        assert page.stem in {warning.rule for warning in _define(shop, refused).warnings}
        assert page.stem not in {warning.rule for warning in _define(shop, accepted).warnings}
        return
    with pytest.raises(DefinitionError) as caught:
        _define(shop, refused)
    assert caught.value.rule == page.stem
    _define(shop, accepted)
