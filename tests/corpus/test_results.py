"""The table of results is what the compiler says today."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from jupyter_features.operations.recompile import check_compiled

RESULTS = Path(__file__).parent.parent / "fixtures" / "corpus" / "results.md"
_HEAD = """# What becomes of everyday queries

Each file of this folder, compiled or refused. `RENEW=1 python -m pytest tests/corpus/test_results.py` writes this table anew.

| query | title | outcome | features with their types, and the columns whose values flow into them |
|---|---|---|---|
"""


def test_the_table_of_results_is_up_to_date(outcomes: dict[str, Any]) -> None:
    table = _HEAD + "\n".join(_row(outcome) for outcome in outcomes.values()) + "\n\n" + _summary(outcomes)
    if os.environ.get("RENEW"):
        RESULTS.write_text(table, "utf-8")
    assert RESULTS.read_text("utf-8") == table


def test_lineage_ends_at_columns_of_the_schemas(outcomes: dict[str, Any], schemas: dict[str, Any]) -> None:
    known = {f"{source}.{column}" for source, schema in schemas.items() for column in schema.names}
    for outcome in outcomes.values():
        for feature in outcome.view.features if outcome.view else ():
            assert {*feature.value_lineage, *feature.row_lineage} <= known


def test_a_query_compiles_to_the_same_without_any_data(outcomes: dict[str, Any]) -> None:
    for outcome in outcomes.values():
        if outcome.view:
            check_compiled(outcome.view)


def test_a_refusal_points_at_its_place_and_says_what_to_do(outcomes: dict[str, Any]) -> None:
    for name, outcome in outcomes.items():
        if outcome.refusal:
            assert outcome.refusal.place, name
            assert outcome.refusal.hint or outcome.refusal.rule in ("JF102", "JF113", "JF125", "JF190"), name


def _row(outcome: Any) -> str:
    query = outcome.query
    if outcome.refusal:
        said = f"{outcome.refusal.message} {outcome.refusal.hint}".replace("|", "\\|").strip()
        place = outcome.refusal.place
        marked = place.source_line[place.column - 1 :][: place.length]
        return _line(query, f"refused, {outcome.refusal.rule} at line {place.line}, `{marked}`", said)
    features = "; ".join(
        f"`{feature.name}` {feature.dtype}" + (f" from {', '.join(feature.value_lineage)}" if feature.value_lineage else "")
        for feature in outcome.view.features
    )
    return _line(query, "compiled", features)


def _line(query: Any, outcome: str, said: str) -> str:
    return f"| [{query.name}]({query.name}.sql) | {query.title} | {outcome} | {said} |"


def _summary(outcomes: dict[str, Any]) -> str:
    compiled = sum(outcome.view is not None for outcome in outcomes.values())
    return f"{len(outcomes)} queries: {compiled} compiled, {len(outcomes) - compiled} refused.\n"
