"""Define a SQL feature view: check the query, infer its types, and give it its fingerprint."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import duckdb
import msgspec
from sqlglot import exp

from jupyter_features.analysis.bind_parameters import bind_parameters
from jupyter_features.analysis.cast_outputs import cast_outputs, output_dtype
from jupyter_features.analysis.entity_flow import entity_flow
from jupyter_features.analysis.existence import require_rows
from jupyter_features.analysis.fingerprint import fingerprint
from jupyter_features.analysis.inline_ctes import inline_ctes
from jupyter_features.analysis.lineage import Lineage, lineage
from jupyter_features.analysis.parse import parse
from jupyter_features.analysis.qualify import qualify
from jupyter_features.analysis.rewrite import rewrite
from jupyter_features.analysis.rules import check_rules
from jupyter_features.analysis.scopes import branches
from jupyter_features.analysis.sql_text import SqlText, forget_places
from jupyter_features.compiler.constants import AS_OF_PARAMETER, constants_plan
from jupyter_features.definitions.entity import Entity
from jupyter_features.definitions.feature_view import CompiledView, Feature, FeatureView, Value
from jupyter_features.definitions.source import Source
from jupyter_features.dtypes import is_feature_dtype
from jupyter_features.engines.duckdb.engine import DuckDBEngine
from jupyter_features.errors import DefinitionError, InvalidArgumentError
from jupyter_features.operations.arrow_types import typed_value
from jupyter_features.operations.canonical_defaults import canonical_defaults

_ANY_INSTANT = datetime(2000, 1, 1)  # noqa: DTZ001  # types do not depend on it; the engine takes naive UTC


def define_sql(
    definition: FeatureView, *, entity: Entity, sources: Mapping[str, Source], engine: DuckDBEngine, first_line: int = 1
) -> CompiledView:
    """Compile a definition in SQL.

    Parameters
    ----------
    sources
        Declared source of each reference alias.
    first_line
        The number that the person sees beside the first line of the SQL.

    Raises
    ------
    DefinitionError
        If the SQL breaks a rule; `rule` says which, `place` where.
    """
    text = SqlText(definition.sql, first_line)
    written = bind_parameters(text, inline_ctes(text, parse(text)), parameter_values(definition))
    check_rules(text, written)
    qualified = qualify(text, written, sources)
    entity_flow(text, qualified, entity, sources)
    lines = lineage(qualified, sources)
    forget_places(qualified)
    draft = CompiledView(
        definition=definition,
        entity=entity,
        sources=tuple({source.name: source for source in sources.values()}.values()),
        normal_sql="",
        features=(),
        fingerprint="",
    )
    normal, normal_sql, dtypes = _infer(text, written, rewrite(require_rows(qualified), sources), draft, engine)
    defaults = canonical_defaults(definition, {name: dtype for name, dtype in dtypes.items() if name not in entity.key_names})
    return msgspec.structs.replace(
        draft,
        normal_sql=normal_sql,
        features=_features(text, written, entity, dtypes, lines, defaults),
        fingerprint=fingerprint(normal, definition, entity, sources, defaults),
    )


def parameter_values(definition: FeatureView) -> dict[str, tuple[str, str]]:
    """Give type and canonical text of each declared parameter.

    Raises
    ------
    DefinitionError
        JF131 if a value does not fit its type.
    """
    values = {}
    for parameter in definition.params:
        try:
            typed = typed_value(parameter.value, parameter.dtype)
        except InvalidArgumentError as error:
            raise DefinitionError("JF131", f"Parameter {parameter.name!r} is a {parameter.dtype}; {parameter.value!r} is not.") from error
        values[parameter.name] = (parameter.dtype, str(typed))
    return values


def _sql(tree: exp.Query) -> str:
    return str(tree.sql("duckdb", comments=False))


def _infer(
    text: SqlText, written: exp.Query, tree: exp.Query, draft: CompiledView, engine: DuckDBEngine
) -> tuple[exp.Query, str, dict[str, str]]:
    """Ask the engine for the types of the outputs, and cast those that few stores know; give the normal form, its text and the types."""
    draft = msgspec.structs.replace(draft, normal_sql=_sql(tree))
    described = _describe(text, written, tree, draft, engine)
    normal = cast_outputs(tree, [dtype for _, dtype in described])
    normal_sql = draft.normal_sql if normal is tree else _sql(normal)
    return normal, normal_sql, {name: output_dtype(dtype) for name, dtype in described}


def _describe(text: SqlText, written: exp.Query, tree: exp.Query, draft: CompiledView, engine: DuckDBEngine) -> list[tuple[str, str]]:
    try:
        return _describe_normal(draft, engine)
    except duckdb.Error as error:
        raise text.refuse("JF125", f"{_reason(error)}.", _culprit(written, tree, draft, engine)) from error


def _describe_normal(draft: CompiledView, engine: DuckDBEngine) -> list[tuple[str, str]]:
    return engine.describe(constants_plan(draft, engine.relation), parameters={AS_OF_PARAMETER: _ANY_INSTANT})


def _culprit(written: exp.Query, tree: exp.Query, draft: CompiledView, engine: DuckDBEngine) -> exp.Expr:
    """Find the output whose removal cures the query; else blame its filters."""
    for index, projection in enumerate(written.selects):
        alone = tree.copy()
        for select in branches(alone):
            for clause in ("where", "having", "qualify"):
                select.set(clause, None)
            select.set("expressions", [select.expressions[index]])
        try:
            _describe_normal(msgspec.structs.replace(draft, normal_sql=_sql(alone)), engine)
        except duckdb.Error:
            found: exp.Expr = projection
            return found
    clauses: list[exp.Expr] = [clause for clause in (written.args.get("where"), written.args.get("having")) if clause is not None]
    return clauses[0] if clauses else written


def _reason(error: duckdb.Error) -> str:
    """Keep the engine's sentence; drop its error class, its own caret and its list of candidates."""
    return str(error).splitlines()[0].partition("Error: ")[2].split(" You might need")[0].rstrip(".")


def _features(
    text: SqlText,
    written: exp.Query,
    entity: Entity,
    dtypes: Mapping[str, str],
    lines: Mapping[str, Lineage],
    defaults: Mapping[str, Value],
) -> tuple[Feature, ...]:
    features = []
    for projection, (name, dtype) in zip(written.selects, dtypes.items(), strict=True):
        if name in entity.key_names:
            continue
        if not is_feature_dtype(dtype):
            raise text.refuse(
                "JF118", f"Feature {name!r} has the type {dtype}, which cannot be served.", projection, hint="Cast it to a scalar type."
            )
        features.append(
            Feature(name=name, dtype=dtype, default=defaults.get(name), value_lineage=lines[name].values, row_lineage=lines[name].rows)
        )
    return tuple(features)
