"""Define an on-demand feature view: check its expressions or its function, and infer its types."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace

import duckdb
import msgspec
import pyarrow as pa
from sqlglot import exp

from jupyter_features.analysis.bind_parameters import bind_parameters
from jupyter_features.analysis.cast_outputs import cast_outputs, output_dtype
from jupyter_features.analysis.fingerprint import CANONICALIZER
from jupyter_features.analysis.lineage import Lineage, lineage
from jupyter_features.analysis.parse import parse
from jupyter_features.analysis.python_lineage import python_lineage
from jupyter_features.analysis.python_source import check_parameters, parse_python
from jupyter_features.analysis.python_text import PythonText
from jupyter_features.analysis.qualify import qualify
from jupyter_features.analysis.rewrite import rewrite
from jupyter_features.analysis.row_wise import INPUTS, read_inputs
from jupyter_features.analysis.rules import check_rules
from jupyter_features.analysis.sql_text import SqlText
from jupyter_features.compiler.row_wise import INPUTS_TABLE, ROW, row_wise_plan
from jupyter_features.definitions.entity import Entity, JoinKey
from jupyter_features.definitions.feature_view import CompiledView, Feature, FeatureView, InputView
from jupyter_features.definitions.source import Column, Source
from jupyter_features.definitions.typed_name import TypedName
from jupyter_features.dtypes import is_feature_dtype
from jupyter_features.engines.duckdb.engine import DuckDBEngine
from jupyter_features.errors import ConflictError, DefinitionError, FeatureFunctionError, InvalidArgumentError
from jupyter_features.operations.arrow_types import arrow_type
from jupyter_features.operations.define_sql import parameter_values
from jupyter_features.operations.on_demand import call_on_rows, input_types, types_of
from jupyter_features.operations.probe import probe_inputs


def define_on_demand(
    definition: FeatureView,
    *,
    inputs: Sequence[InputView],
    engine: DuckDBEngine,
    first_line: int = 1,
    types: tuple[TypedName, ...] | None = None,
) -> CompiledView:
    """Compile an on-demand definition.

    Its entity has the join keys of all inputs, under the names of the caller's columns.

    Parameters
    ----------
    inputs
        The resolved `definition.inputs`.
    types
        Names and types of the features that a function gives, if they are known; if not, it is called on rows made up for the
        purpose.

    Raises
    ------
    DefinitionError
        If the body breaks a rule; `rule` says which, `place` where.
    FeatureFunctionError
        If a function fails on rows made up for the purpose, or gives something that is no feature.
    InvalidArgumentError
        If an input is on-demand itself, or two inputs or request columns have one name.
    """
    draft = CompiledView(
        definition=definition,
        entity=_entity(inputs),
        sources=tuple({source: None for each in inputs for source in each.view.sources}),
        normal_sql="",
        features=(),
        fingerprint="",
        inputs=tuple(inputs),
    )
    reads = input_types(draft.inputs, definition.request)
    _check_names(definition, inputs, reads)
    body = _python(draft, reads, engine, first_line, types) if definition.python else _sql(draft, reads, engine, first_line)
    normal, sql, found, lines = body
    features = tuple(_feature(draft, each, lines[each.name].values) for each in found)
    return msgspec.structs.replace(draft, normal_sql=sql, features=features, fingerprint=_fingerprint(draft, normal, found))


_Body = tuple[str, str, tuple[TypedName, ...], dict[str, Lineage]]


def _sql(draft: CompiledView, reads: Sequence[TypedName], engine: DuckDBEngine, first_line: int) -> _Body:
    text = SqlText(draft.definition.sql, first_line)
    written = read_inputs(text, bind_parameters(text, parse(text), parameter_values(draft.definition)))
    check_rules(text, written)
    relation = {INPUTS: _as_source(reads)}
    qualified = qualify(text, written, relation)
    tree = rewrite(qualified, relation)
    described = _describe(text, tree, draft, reads, engine)
    normal = cast_outputs(tree, [each.dtype for each in described])
    types = [Column(each.name, output_dtype(each.dtype)) for each in described]
    for projection, each in zip(written.selects, types, strict=True):
        if not is_feature_dtype(each.dtype):
            message = f"Feature {each.name!r} has the type {each.dtype}, which cannot be served."
            raise text.refuse("JF118", message, projection, hint="Cast it to a scalar type.")
    sql = str(normal.sql("duckdb", comments=False))
    ordered = ", ".join(sorted(str(projection.sql("duckdb", comments=False)) for projection in normal.selects))
    return ordered, sql, tuple(TypedName(each.name, each.dtype) for each in types), lineage(qualified, relation)


def _describe(text: SqlText, tree: exp.Query, draft: CompiledView, reads: Sequence[TypedName], engine: DuckDBEngine) -> list[Column]:
    plan = row_wise_plan(msgspec.structs.replace(draft, normal_sql=str(tree.sql("duckdb", comments=False))))
    schema = pa.schema([*(pa.field(each.name, arrow_type(each.dtype)) for each in reads), pa.field(ROW, pa.int64())])
    try:
        found = engine.describe(plan, parameters={}, tables={INPUTS_TABLE: schema.empty_table()})
    except duckdb.Error as error:
        raise text.refuse("JF125", f"{str(error).splitlines()[0].partition('Error: ')[2].rstrip('.')}.", tree.selects[0]) from error
    return [Column(name, dtype) for name, dtype in found if name != ROW]


def _as_source(reads: Sequence[TypedName]) -> Source:
    columns = tuple(Column(each.name, each.dtype) for each in reads)
    return Source(name=INPUTS, location="", format="dataframe", entity="", kind="static", columns=columns, key=())


def _python(
    draft: CompiledView, reads: Sequence[TypedName], engine: DuckDBEngine, first_line: int, types: tuple[TypedName, ...] | None
) -> _Body:
    text = PythonText(draft.definition.python, first_line)
    function = parse_python(text)
    check_parameters(text, function, (INPUTS,), "input")
    if types is None:
        types = _asked_types(draft, engine, first_line)
    lines = python_lineage(function.words, [_as_source(reads)])
    return function.normal, "", types, {each.name: lines for each in types}


def _asked_types(draft: CompiledView, engine: DuckDBEngine, first_line: int) -> tuple[TypedName, ...]:
    try:
        return types_of(call_on_rows(draft, probe_inputs(draft, engine)), draft.definition.returns)
    except FeatureFunctionError as error:
        # The function knows lines of its own text; the person sees them in a cell.
        place = replace(error.place, line=error.place.line + first_line - 1) if error.place else None
        raise FeatureFunctionError(error.message, hint=error.hint, place=place) from error.__cause__


def _entity(inputs: Sequence[InputView]) -> Entity:
    keys: dict[str, JoinKey] = {}
    for each in inputs:
        renamed = dict(each.keys)
        for key in each.view.entity.join_keys:
            column = renamed.get(key.name, key.name)
            known = keys.setdefault(column, JoinKey(column, key.dtype))
            if known.dtype != key.dtype:
                raise ConflictError(
                    f"Column {column!r} would be the join key of two inputs, as {known.dtype} and as {key.dtype}.",
                    hint=f"Give one another column: {each.view.name}[{key.name}=other_column].",
                )
    names = dict.fromkeys(each.view.entity.name for each in inputs if each.view.entity.name)
    return Entity(name="_and_".join(names)[:63], join_keys=tuple(keys.values()))


def _check_names(definition: FeatureView, inputs: Sequence[InputView], reads: Sequence[TypedName]) -> None:
    for each in inputs:
        if each.view.definition.is_on_demand:
            message = f"Input {each.view.name!r} is on-demand itself."
            raise InvalidArgumentError(message, hint="Name its own inputs, and write the expression here.")
    names = [each.name.lower() for each in reads]
    for name in names:
        if names.count(name) > 1:
            raise InvalidArgumentError(f"Two inputs are named {name!r}.", hint=f"Name one: '...:{name} as other_name'.")
    if definition.returns and definition.sql:
        raise DefinitionError("JF118", "The types of SQL expressions are known.", hint="Leave --returns out, or CAST.")


def _feature(view: CompiledView, each: TypedName, columns: Sequence[str]) -> Feature:
    """Trace the inputs on to the source columns behind them; a request column is its own source."""
    names = [column.partition(".")[2] for column in columns]
    values = {origin for name in names for origin in _origins(view, name, rows=False)}
    rows = {origin for name in names for origin in _origins(view, name, rows=True)}
    return Feature(name=each.name, dtype=each.dtype, value_lineage=tuple(sorted(values)), row_lineage=tuple(sorted(rows - values)))


def _origins(view: CompiledView, name: str, *, rows: bool) -> tuple[str, ...]:
    for each in view.inputs:
        for feature, output in each.outputs:
            if output == name:
                found = each.view.feature(feature)
                return found.row_lineage if rows else found.value_lineage
    return () if rows else (f"request.{name}",)


def _fingerprint(draft: CompiledView, normal: str, types: Sequence[TypedName]) -> str:
    """Hash the meaning: the body, what each input is, the request, and the features with their types."""
    inputs = [(name, each.view.fingerprint, feature, each.keys) for each in draft.inputs for feature, name in each.outputs]
    meaning = [
        CANONICALIZER,
        "on_demand",
        "python" if draft.definition.python else "sql",
        normal,
        sorted(inputs),
        sorted(str(each) for each in draft.definition.request),
        sorted(str(each) for each in types),
    ]
    return hashlib.sha256(msgspec.json.encode(meaning)).hexdigest()[:32]
