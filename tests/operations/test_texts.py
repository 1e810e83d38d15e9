"""A text is served and compared as it was written, blanks around it included."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest

from jupyter_features.feature_store import FeatureStore

ABOUT = {"entity": "customer", "owner": "growth", "description": "Channels."}
FEBRUARY = datetime(1998, 2, 1, tzinfo=UTC)
ASKED = pd.DataFrame({"customer_id": [1, 2, 3], "as_of": pd.to_datetime(["1998-02-01"] * 3, utc=True)})


@pytest.fixture
def visits(store: FeatureStore, project: Path) -> FeatureStore:
    """The store with visits: customer 1 by ` web ` and twice by `web`, customer 2 by `O'Brien`."""
    rows = {"customer_id": [1, 1, 1, 2], "at": pd.to_datetime(["1998-01-01"] * 4), "channel": [" web ", "web", "web", "O'Brien"]}
    pd.DataFrame(rows).to_parquet(project / "data" / "visits.parquet")
    store.source("visits", "data/visits.parquet", entity="customer", kind="events", event_timestamp="at")
    return store


@pytest.mark.parametrize(("text", "counts"), [("' web '", [1, 0]), ("web", [2, 0]), ("'O''Brien'", [0, 1])])
def test_a_parameter_is_the_text_in_its_quotes(visits: FeatureStore, text: str, counts: list[int]) -> None:
    sql = "SELECT customer_id, COUNT(*) FILTER (WHERE channel = :channel) AS n FROM visits GROUP BY 1"
    visits.define("v", sql=sql, sources=["visits"], params=[f"channel VARCHAR = {text}"], **ABOUT)
    assert visits.training_set(ASKED, ["v@draft"]).features.column("n").to_pylist() == [*counts, None]


def test_a_default_and_a_function_keep_their_blanks_in_training_and_online(visits: FeatureStore) -> None:
    function = "def last(visits, as_of):\n    return {'last': visits['channel'].min()}\n"
    visits.define("last", python=function, sources=["visits"], defaults={"last": " none "}, **ABOUT)
    visits.publish("last")
    visits.materialize("last", as_of=FEBRUARY)
    expected = [" web ", "O'Brien", " none "]
    assert visits.training_set(ASKED, ["last"]).features.column("last").to_pylist() == expected
    online = visits.online(["last"], [{"customer_id": number} for number in (1, 2, 3)])
    assert [row["last"] for row in online.to_dicts()] == expected


def test_a_text_of_a_request_keeps_its_blanks(visits: FeatureStore) -> None:
    visits.define("size", sql="SELECT LENGTH(word) AS n", request={"word": "VARCHAR"}, owner="growth", description="Length.")
    visits.publish("size")
    assert visits.online(["size"], [{"word": " web "}]).to_dicts() == [{"word": " web ", "n": 5}]
