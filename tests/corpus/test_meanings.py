"""What one feature of a query means by itself, against pruning the whole query anew for each."""

from __future__ import annotations

import msgspec
from sqlglot import exp, parse_one
from sqlglot.optimizer.pushdown_projections import pushdown_projections

from jupyter_features.analysis.feature_meaning import feature_meanings
from jupyter_features.analysis.fingerprint import fingerprint
from jupyter_features.definitions.feature_view import CompiledView

from .conftest import Outcome


def test_the_part_of_a_feature_is_what_pruning_the_whole_query_leaves(outcomes: dict[str, Outcome]):
    views = [outcome.view for outcome in outcomes.values() if outcome.view is not None]

    for view in views:
        assert feature_meanings(view) == {name: pruned(view, name) for name in view.feature_names}
    assert len(views) > 70


def pruned(view: CompiledView, name: str) -> str:
    """Hash the whole query, from which everything but the keys and one feature is pruned."""
    query = parse_one(view.normal_sql, read="duckdb")
    for select in branches(query):
        select.set("expressions", [each for each in select.expressions if each.alias in {*view.entity.key_names, name}])
    query = pushdown_projections(query)
    used = {table.name for table in query.find_all(exp.Table)}
    references = tuple(each for each in view.definition.sources if each.alias in used)
    sources = {each.alias: view.source(each.source) for each in references}
    default = view.feature(name).default
    definition = msgspec.structs.replace(view.definition, sources=references, freshness=None)
    assert isinstance(query, exp.Query)
    return fingerprint(query, definition, view.entity, sources, {} if default is None else {name: default})


def branches(query: exp.Expr) -> list[exp.Expr]:
    return [*branches(query.this), *branches(query.expression)] if isinstance(query, exp.SetOperation) else [query]
