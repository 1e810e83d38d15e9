"""Authoring: declare, define, look, check and test. Nothing here writes to the shared registry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pandas as pd
import pyarrow as pa

from jupyter_features.analysis.rule_warnings import rule_warnings, with_noqa_told
from jupyter_features.clock import to_utc
from jupyter_features.definitions.entity import Entity, JoinKey
from jupyter_features.definitions.feature_view import CompiledView, FeatureView, Value
from jupyter_features.definitions.lookback import parse_length
from jupyter_features.definitions.parameter import parse_parameter
from jupyter_features.definitions.reference import parse_reference
from jupyter_features.definitions.source import Kind, Source
from jupyter_features.definitions.source_reference import as_source_references
from jupyter_features.definitions.typed_name import TypedName
from jupyter_features.drafts import FeatureTests
from jupyter_features.dtypes import canonical_dtype
from jupyter_features.errors import ConflictError, DefinitionError, FeatureTestError
from jupyter_features.feature_store.parts import Parts, ViewLike, name_of
from jupyter_features.operations.bound_sql import PlanName, bound_sql
from jupyter_features.operations.check import CheckReport
from jupyter_features.operations.declare_source import declare_source
from jupyter_features.operations.define_uncalled import define_uncalled
from jupyter_features.operations.defined import Defined
from jupyter_features.operations.feature_test import parse_feature_test
from jupyter_features.operations.first_look import first_look
from jupyter_features.operations.test import run_tests
from jupyter_features.operations.test_report import TestReport
from jupyter_features.registry.questions import GetEntity


class Authoring(Parts):
    """The verbs of one's own project."""

    def entity(self, name: str, /, *, description: str = "", **join_keys: str) -> Entity:
        """Declare an entity: `store.entity("customer", customer_id="BIGINT")`.

        Raises
        ------
        InvalidArgumentError
            If a name or type cannot be used.
        ConflictError
            If published features use this entity with other join keys.
        """
        keys = tuple(JoinKey(key, canonical_dtype(dtype)) for key, dtype in join_keys.items())
        return self._save_entity(Entity(name=name, join_keys=keys, description=description))

    def source(
        self,
        name: str,
        data: str | Path | pd.DataFrame,
        *,
        entity: str | None,
        kind: Kind,
        event_timestamp: str | None = None,
        arrival: str | None = None,
        tie_break: Sequence[str] = (),
        key: Mapping[str, str] | Sequence[str] | None = None,
        inclusive: bool = False,
        description: str = "",
    ) -> Source:
        """Declare a source.

        Parameters
        ----------
        data
            Parquet or CSV file or glob, relative to the notebook's folder; or a DataFrame, for exploring only.
        entity
            Whose rows these are; None for a global source, whose rows are the same for every entity.
        kind
            `events`, `state` or `static`.
        key
            The source's column for each join key that is named otherwise there. Of a global source, the columns that tell its
            rows apart: what the newest row of a state source is per, or what a static source has one row for; none by default.

        Raises
        ------
        SourceDataError
            If the data cannot be read.
        NotFoundError
            If the entity or a column does not exist.
        InvalidArgumentError
            If the declaration contradicts itself, or a key column's type does not join.
        """
        owner = self._catalog.entity(entity or "")
        clocks = (event_timestamp, arrival)
        if isinstance(data, pd.DataFrame):
            location, format_, columns = "", "dataframe", self._engine.frame_columns(name, data, clocks)
        else:
            location = self._location(data)
            format_, columns = self._engine.columns(name, location, clocks)
        source = declare_source(
            owner,
            key,
            name=name,
            location=location,
            format=format_,
            kind=kind,
            columns=columns,
            event_timestamp=event_timestamp,
            arrival=arrival,
            tie_break=tuple(tie_break),
            inclusive=inclusive,
            description=description,
        )
        self._drafts.save_source(source)
        return source

    def define(
        self,
        name: str,
        *,
        sql: str = "",
        python: str = "",
        entity: str | None = None,
        sources: Mapping[str, str | timedelta | None] | Sequence[str] = (),
        inputs: Sequence[str] = (),
        request: Mapping[str, str] | None = None,
        owner: str = "",
        description: str = "",
        defaults: Mapping[str, Value] | None = None,
        params: Sequence[str] = (),
        returns: Mapping[str, str] | None = None,
        tags: Sequence[str] = (),
        freshness: str | timedelta | None = None,
        as_of: datetime | None = None,
        first_line: int = 1,
    ) -> Defined:
        """Define a feature view as a draft, and compute it. The registry is not written.

        Parameters
        ----------
        sql, python
            The body: a SELECT, or the text of one function and the imports it needs. An on-demand view has a SELECT list
            over `inputs`, or a function that takes them as a DataFrame.
        entity
            What the features describe; None for a global view, with one value per instant.
        sources
            Lookback of each source, or the texts that `--source` takes.
        inputs, request
            References to features, and type by name of request columns, of an on-demand view. It has no entity and no
            sources.
        params
            Typed constants such as `minimum DOUBLE = 10`, used in the SQL as `:minimum`.
        returns
            Type by name of features that a function returns; others are inferred from what it gives for real rows.
        as_of
            Instant of the preview; by default just after the newest event, at most now.
        first_line
            Line number that errors give to the first line of `sql`.

        Raises
        ------
        DefinitionError
            If the body breaks a rule; the error shows where.
        FeatureFunctionError
            If a function fails on real rows, or gives something that is no feature.
        """
        definition = FeatureView(
            name=name,
            entity=entity or "",
            sql=sql,
            python=python,
            inputs=tuple(parse_reference(text) for text in ([inputs] if isinstance(inputs, str) else inputs)),
            request=_typed_names(request),
            returns=_typed_names(returns),
            sources=as_source_references(sources),
            owner=owner,
            description=description,
            defaults=tuple((defaults or {}).items()),
            params=tuple(parse_parameter(text) for text in params),
            tags=tuple(tags),
            freshness=parse_length(freshness) if isinstance(freshness, str) else freshness,
        )
        return self._define(definition, as_of=as_of, first_line=first_line)

    def bound_sql(self, view: ViewLike, *, plan: PlanName = "constants") -> str:
        """Give the SQL that the engine runs for a view, with every source bounded in time and plain sums for exact ones.

        Parameters
        ----------
        plan
            `constants` answers for one instant `$as_of`; `spine`, `lateral` and `tiles` for the rows of table `__jf_spine`;
            `chosen` is the one of these that a training set of 100,000 rows would use.

        Raises
        ------
        PlanNotCoveredError
            If the plan cannot answer for this view.
        TooManyPairsError
            If no plan could afford that training set.
        """
        return bound_sql(self._compiled(view), self._engine, plan)

    def preview(self, view: ViewLike, *, as_of: datetime | None = None, rows: int = 5) -> pd.DataFrame:
        """Compute the first entities, ordered by join key, at one instant.

        Returns
        -------
        pandas.DataFrame
            Join keys and features, at most `rows` rows.
        """
        compiled = self._compiled(view)
        table = first_look(compiled, self._engine, as_of or self._latest_instant(compiled))
        keys = [(key, "ascending") for key in compiled.entity.key_names]
        ordered = (table.sort_by(keys) if keys else table).slice(0, rows)
        frame: pd.DataFrame = ordered.to_pandas()
        return frame

    def latest_instant(self, view: ViewLike) -> datetime:
        """Give the instant of a first look, aware UTC: just after the newest row of the view's sources, at most now."""
        return self._latest_instant(self._compiled(view))

    def check(self, view: ViewLike) -> CheckReport:
        """Run every check of a draft, or of the published version if there is no draft.

        In one session a view is checked once as long as neither it nor its data changes.
        """
        return self._checker.check(self._compiled(view))

    def test(self, view: ViewLike, text: str | None = None, *, first_line: int = 1) -> TestReport:
        """Run a feature test and keep it with the draft; without `text`, run the kept tests.

        Raises
        ------
        FeatureTestError
            If the text cannot be read, or there is no test to run.
        """
        compiled = self._catalog.draft(name_of(view))
        if text is not None:
            report = run_tests(compiled, [parse_feature_test(text, first_line=first_line)])
            self._drafts.save_tests(FeatureTests(compiled.name, (text,)))
            return report
        kept = self._drafts.tests(compiled.name)
        if not kept:
            raise FeatureTestError(f"{compiled.name!r} has no test yet.", hint=f"Write one in a %%feature_test {compiled.name} cell.")
        return run_tests(compiled, [parse_feature_test(each) for each in kept])

    def drafts(self) -> dict[str, CompiledView]:
        """Give all drafts of this project by name."""
        return self._drafts.views()

    def _save_entity(self, entity: Entity) -> Entity:
        name = entity.name
        published = self._registry.send(GetEntity(name=name))
        if published and published.join_keys != entity.join_keys:
            known = ", ".join(f"{key.name}:{key.dtype}" for key in published.join_keys)
            raise ConflictError(f"Published features use entity {name!r} with the join keys {known}.", hint="Use those, or another name.")
        self._drafts.save_entity(entity)
        return entity

    def _define(self, definition: FeatureView, *, as_of: datetime | None = None, first_line: int = 1) -> Defined:
        try:
            view = self._compile(definition, first_line)
        except DefinitionError as error:
            raise with_noqa_told(error, definition.body, is_python=bool(definition.python)) from error.__cause__
        known = {reference.alias: view.source(reference.source) for reference in definition.sources}
        told = rule_warnings(view.definition, known, self._severities, first_line=first_line)
        as_of = to_utc(as_of or self._clock()) if as_of or not self._computes else self._latest_instant(view)
        values = first_look(view, self._engine, as_of) if self._computes else pa.table({})
        self._drafts.save_view(view)
        is_saved = self._drafts.is_saved and all(source.format != "dataframe" for source in view.sources)
        return Defined(view, values, as_of, self._catalog.published_as(view), is_saved, told)

    def _compile(self, definition: FeatureView, first_line: int) -> CompiledView:
        if definition.python and not self._computes:
            return define_uncalled(definition, self._catalog, first_line=first_line)
        return self._compiler.compile(definition, first_line=first_line)


def _typed_names(types: Mapping[str, str] | None) -> tuple[TypedName, ...]:
    return tuple(TypedName(name, canonical_dtype(dtype)) for name, dtype in (types or {}).items())
