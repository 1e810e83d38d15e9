"""The facade: every verb as one call, and the only place that picks concrete parts."""

from __future__ import annotations

import getpass
import os
import warnings
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

import pandas as pd
import pyarrow as pa

from jupyter_features.analysis.rule_warnings import rule_warnings, with_noqa_told
from jupyter_features.analysis.severity import severities
from jupyter_features.card import Card, Message
from jupyter_features.clock import Clock, format_instant, system_clock, to_utc
from jupyter_features.compiler.knowledge import Knowledge
from jupyter_features.config import STATE_FOLDER, Settings, load_settings
from jupyter_features.definitions.entity import Entity, JoinKey
from jupyter_features.definitions.feature_view import CompiledView, FeatureView, Value
from jupyter_features.definitions.listing import ViewDetail, ViewSummary
from jupyter_features.definitions.lookback import parse_length
from jupyter_features.definitions.parameter import parse_parameter
from jupyter_features.definitions.reference import parse_reference
from jupyter_features.definitions.source import Kind, Source
from jupyter_features.definitions.source_reference import as_source_references
from jupyter_features.definitions.typed_name import TypedName
from jupyter_features.drafts import Drafts, FeatureTests
from jupyter_features.dtypes import canonical_dtype
from jupyter_features.engines.duckdb.engine import DuckDBEngine
from jupyter_features.errors import ConflictError, DefinitionError, FeatureTestError, FeatureWarning, InvalidArgumentError
from jupyter_features.online.sqlite import SqliteOnlineStore
from jupyter_features.operations.bound_sql import PlanName, bound_sql
from jupyter_features.operations.catalog import Catalog
from jupyter_features.operations.check import Checker, CheckReport
from jupyter_features.operations.compile_once import CompileOnce
from jupyter_features.operations.declare_source import declare_source
from jupyter_features.operations.defined import Defined
from jupyter_features.operations.entity_dataframe import read_instants, read_keys
from jupyter_features.operations.feature_test import parse_feature_test
from jupyter_features.operations.first_look import first_look
from jupyter_features.operations.materialize import Materialization, materialize
from jupyter_features.operations.newest_instant import newest_instant
from jupyter_features.operations.open_frame import EntityDataframe, open_frame
from jupyter_features.operations.plan import Plan, plan
from jupyter_features.operations.publish import Published, publish
from jupyter_features.operations.read_online import OnlineFeatures, read_online
from jupyter_features.operations.rebuild import Rebuild, rebuild
from jupyter_features.operations.resolve import resolve
from jupyter_features.operations.snippet import snippet
from jupyter_features.operations.test import run_tests
from jupyter_features.operations.test_report import TestReport
from jupyter_features.operations.training_set import TrainingSet, load_training_set, training_set
from jupyter_features.registry.registry import Registry
from jupyter_features.skew.compare import compare
from jupyter_features.skew.notebook_rows import notebook_rows
from jupyter_features.skew.parity import Tolerance
from jupyter_features.skew.report import SkewReport

ViewLike = str | Defined


def connect(
    url: str | None = None,
    *,
    environment: str | None = None,
    engine: str | None = None,
    online: str | None = None,
    clock: Clock | None = None,
    start: Path | None = None,
) -> FeatureStore:
    """Open the features of a project.

    Parameters
    ----------
    url
        Registry, such as `sqlite:///.jupyter_features/registry.db`.
    environment
        Whose pointers unpinned references follow; `dev` by default.
    clock
        Replaced in tests and replays.
    start
        Folder of the notebook; the working directory by default. The nearest `jupyter_features.toml` in it or above,
        or `pyproject.toml` with a `[tool.jupyter_features]` table, gives what is not given here.

    Raises
    ------
    ConfigurationError
        If a file or URL cannot be used.
    """
    start = (start or Path.cwd()).resolve()
    overrides = {"registry": url, "engine": engine, "online": online, "environment": environment}
    return FeatureStore(load_settings(start, overrides), start=start, clock=clock or system_clock)


class FeatureStore:
    """One project's features: defined here, published to its registry, served from its online store.

    Made by `connect`. Instants are taken as UTC when they are naive.
    """

    def __init__(self, settings: Settings, *, start: Path, clock: Clock = system_clock) -> None:
        self.settings = settings
        self._start = start
        self._clock = clock
        self._engine = DuckDBEngine(settings.project)
        rules, origin = settings.rules
        self._severities = severities(rules, origin=origin)
        self._checker = Checker(self._engine, self._severities)
        self._registry = Registry(settings.sqlite_path(settings.registry), clock=clock)
        self._online = SqliteOnlineStore(settings.sqlite_path(settings.online))
        self._drafts = Drafts(settings.project / STATE_FOLDER / "drafts.db")
        self._catalog = Catalog(self._drafts, self._registry, settings.environment.value)
        self._compiler = CompileOnce(self._catalog, self._engine)
        self._has_warned_of_naive_time = False

    @property
    def environment(self) -> str:
        """Name of the environment whose pointers unpinned references follow."""
        return self.settings.environment.value

    def revision(self) -> int:
        """Give the registry's revision: it grows with every change."""
        return self._registry.revision()

    def close(self) -> None:
        """Give files and connections back."""
        self._engine.close()
        self._registry.close()
        self._online.close()

    def __enter__(self) -> FeatureStore:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

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
        entity = Entity(name=name, join_keys=keys, description=description)
        published = self._registry.entity(name)
        if published and published.join_keys != entity.join_keys:
            known = ", ".join(f"{key.name}:{key.dtype}" for key in published.join_keys)
            raise ConflictError(f"Published features use entity {name!r} with the join keys {known}.", hint="Use those, or another name.")
        self._drafts.save_entity(entity)
        return entity

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
        try:
            view = self._compiler.compile(definition, first_line=first_line)
        except DefinitionError as error:
            raise with_noqa_told(error, definition.body, is_python=bool(definition.python)) from error.__cause__
        known = {reference.alias: view.source(reference.source) for reference in definition.sources}
        told = rule_warnings(view.definition, known, self._severities, first_line=first_line)
        as_of = to_utc(as_of) if as_of else self._latest_instant(view)
        values = first_look(view, self._engine, as_of)
        self._drafts.save_view(view)
        is_saved = self._drafts.is_saved and all(source.format != "dataframe" for source in view.sources)
        return Defined(view, values, as_of, self._catalog.published_as(view), is_saved, told)

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
        compiled = self._catalog.draft(_name(view))
        if text is not None:
            report = run_tests(compiled, [parse_feature_test(text, first_line=first_line)])
            self._drafts.save_tests(FeatureTests(compiled.name, (text,)))
            return report
        kept = self._drafts.tests(compiled.name)
        if not kept:
            raise FeatureTestError(f"{compiled.name!r} has no test yet.", hint=f"Write one in a %%feature_test {compiled.name} cell.")
        return run_tests(compiled, [parse_feature_test(each) for each in kept])

    def plan(self, view: ViewLike) -> Plan:
        """Tell what publishing a draft would change, and what stands against it."""
        compiled = self._catalog.draft(_name(view))
        tests = [parse_feature_test(text) for text in self._drafts.tests(compiled.name)]
        return plan(
            compiled,
            current=self._catalog.current(compiled.name),
            environment=self.environment,
            checks=self._checker.check(compiled),
            tests=run_tests(compiled, tests),
            engine=self._engine,
            as_of=self._latest_instant(compiled),
        )

    def publish(self, view: ViewLike) -> Published:
        """Publish a draft: an immutable version that this environment serves from now on.

        Identical content gives the version it already has.

        Raises
        ------
        PublishError
            If owner, description, checks or tests are wanting, or a source is a DataFrame.
        """
        return publish(self.plan(view), registry=self._registry, author=_author())

    def training_set(
        self,
        entity_df: EntityDataframe,
        features: Sequence[str],
        *,
        timestamp: str = "as_of",
        full_names: bool = False,
        as_known_at: datetime | None = None,
        knowledge: Literal["respect", "ignore"] = "respect",
        out: str | Path | None = None,
    ) -> TrainingSet:
        """Compute features for each row at its own instant.

        Parameters
        ----------
        entity_df
            N rows with join keys and instants; other columns are passed through. A pandas or polars DataFrame, an Arrow
            table, anything else that speaks Arrow's C stream, or the path of a Parquet file.
        features
            References such as `customer_value:spend`, `customer_value@2`, `weather[airport=origin]:wind as origin_wind`.
        timestamp
            Column of instants; naive ones are UTC.
        full_names
            Name columns `view__feature`.
        as_known_at
            A source row counts if it had arrived by this instant, instead of by the instant of each row; its event time
            is still bound by the row's instant. A source without an arrival column learns of a row when it happens.
        knowledge
            `ignore` counts rows that had not arrived yet, too.
        out
            New folder to write to, as `train.save(folder)` does; a million rows at a time are in memory, never all, if
            `entity_df` is a path. The result then reads from the folder. Relative paths start from the notebook's folder.

        Returns
        -------
        TrainingSet
            The caller's columns, order and index, and one column per feature, in the types of the features.

        Raises
        ------
        EntityDataframeError
            If a column is missing, or has a type that does not join.
        NotFoundError
            If a view, version or feature does not exist.
        InvalidArgumentError
            If two columns would have one name, or `as_known_at` is given together with `knowledge="ignore"`.
        ConflictError
            If `out` exists.
        """
        asked = Knowledge(knowledge, as_known_at)
        rows = open_frame(entity_df, folder=self._start)
        views = resolve(features, self._catalog.view, full_names=full_names, taken=rows.names)
        return training_set(
            rows,
            views,
            timestamp=timestamp,
            engine=self._engine,
            options={"full_names": full_names, "environment": self.environment},
            on_naive=self._warn_of_naive_time,
            clock=self._clock,
            knowledge=asked,
            out=self._start / out if out is not None else None,
        )

    def load_training_set(self, folder: str | Path) -> TrainingSet:
        """Open a training set that `train.save(folder)`, or `out=folder`, has written; rows are read when asked for.

        Raises
        ------
        NotFoundError
            If the folder holds none.
        SourceDataError
            If it is damaged.
        """
        return load_training_set(self._start / folder)

    def rebuild(self, folder: str | Path) -> Rebuild:
        """Compute a saved training set again, from its pinned versions and the sources as they are now, and compare.

        Raises
        ------
        NotFoundError
            If the folder holds no training set, or a version is not in the registry.
        SourceDataError
            If the saved data was changed, or a source cannot be read.
        """
        return rebuild(self._start / folder, lookup=self._catalog.view, engine=self._engine)

    def sample_entities(self, view: str, *, rows: int = 5, as_of: datetime | None = None) -> pd.DataFrame:
        """Give join keys of the first entities that have values, made-up request columns, and `as_of`: rows to try a training set on."""
        compiled, _ = self._catalog.view(parse_reference(view))
        instant = to_utc(as_of) if as_of else self._latest_instant(compiled)
        asked = [*compiled.entity.key_names, *(each.name for each in compiled.definition.request)]
        frame = self.preview(view, as_of=instant, rows=rows)[asked]
        return frame.assign(as_of=pd.Series(instant, index=frame.index, dtype="datetime64[us, UTC]"))

    def materialize(self, view: str, *, as_of: datetime | None = None) -> Materialization:
        """Bring the online store to an instant, by default now.

        Raises
        ------
        InvalidArgumentError
            If `as_of` is in the future.
        """
        version = self._catalog.published(parse_reference(view))
        now = to_utc(self._clock())
        instant = to_utc(as_of) if as_of else now
        if instant > now:
            raise InvalidArgumentError(
                f"{format_instant(instant)} is in the future.", hint="Materialize up to now; leave --as-of out for that."
            )
        return materialize(version.view, version.version, as_of=instant, engine=self._engine, online=self._online)

    def online(self, features: Sequence[str], rows: Sequence[Mapping[str, object]], *, full_names: bool = False) -> OnlineFeatures:
        """Read live values from the online store.

        Parameters
        ----------
        rows
            One mapping per entity with its join keys: `[{"customer_id": 12347}]`.

        Raises
        ------
        EntityDataframeError
            If a join key is missing or of another type.
        """
        taken = [str(name) for name in rows[0]] if rows else []
        views = resolve(features, self._catalog.published_view, full_names=full_names, taken=taken)
        return read_online(views, rows, online=self._online, engine=self._engine, now=self._clock())

    def compare(
        self,
        view: str,
        *,
        against: str | Path | pd.DataFrame,
        timestamp: str = "as_of",
        columns: Mapping[str, str] | None = None,
        tolerance: Tolerance | None = None,
        threshold: float = 1.0,
    ) -> SkewReport:
        """Compare production's values with what the definition says at the same keys and instants.

        Parameters
        ----------
        view
            A reference to a view, or to one of its features.
        against
            Parquet or CSV file or glob, or a DataFrame, with join keys, instants and values.
        timestamp
            Production's column of instants.
        columns
            Production's column for each feature that is named otherwise there.
        threshold
            Least match rate that passes, 0 to 1.

        Raises
        ------
        ComparisonError
            If production lacks a column, is empty, or has values of another kind.
        """
        reference = parse_reference(view)
        compiled, version = self._catalog.view(reference)
        features = [reference.feature] if reference.feature else list(compiled.feature_names)
        frame, label = self._production(against)
        keys, instants = read_keys(frame, compiled.entity, dict(reference.keys)), read_instants(frame, timestamp)
        notebook, is_complete = notebook_rows(compiled, self._engine, keys, instants.values)
        production = pa.Table.from_pandas(
            frame.drop(columns=[timestamp, *(set(compiled.entity.key_names) & set(frame.columns))]), preserve_index=False
        )
        for name, column in zip([*keys.column_names, timestamp], [*keys.columns, instants.values], strict=True):
            production = production.append_column(name, column)
        return compare(
            view=compiled,
            version=version,
            notebook=notebook,
            production=production,
            features=features,
            columns=columns or {},
            timestamp=timestamp,
            tolerance=tolerance,
            threshold=threshold,
            against=label if is_complete else f"{label}, its own rows only",
        )

    def views(
        self, query: str = "", *, entity: str | None = None, owner: str | None = None, tag: str | None = None
    ) -> tuple[ViewSummary, ...]:
        """List what this environment serves; every word of `query` must occur."""
        return self._registry.summaries(environment=self.environment, query=query, entity=entity, owner=owner, tag=tag)

    def view_detail(self, name: str, version: int | None = None) -> ViewDetail:
        """Tell all that is known of one version; by default the one that this environment serves."""
        return self._registry.detail(name, version=version, environment=self.environment, snippet=snippet)

    def drafts(self) -> dict[str, CompiledView]:
        """Give all drafts of this project by name."""
        return self._drafts.views()

    def describe(self) -> Message:
        """Tell where this project keeps its features, and which file or default each setting came from."""
        names = ("registry", "engine", "online", "environment")
        settings = {name: getattr(self.settings, name) for name in names}
        facts = tuple((name, f"{setting.value} ({setting.origin})") for name, setting in settings.items())
        count = len(self.views())
        return Message(
            Card(
                title="jupyter_features is connected",
                state="ok",
                facts=(*facts, ("published", f"{count} feature views" if count != 1 else "1 feature view")),
                next_step="%feature entity NAME --key COLUMN:TYPE" if not count else "%feature browse",
            )
        )

    def _location(self, data: str | Path) -> str:
        path = (self._start / data).absolute()
        try:
            return Path(os.path.normpath(path)).relative_to(self.settings.project).as_posix()
        except ValueError:
            return path.as_posix()

    def _compiled(self, view: ViewLike) -> CompiledView:
        return view.view if isinstance(view, Defined) else self._catalog.draft_or_published(view)

    def _latest_instant(self, view: CompiledView) -> datetime:
        """Choose the instant of a first look: just after the newest row, so that old data shows something; at most now."""
        now = to_utc(self._clock())
        newest = newest_instant(view.sources, self._engine)
        return min(now, to_utc(newest)) if newest else now

    def _production(self, against: str | Path | pd.DataFrame) -> tuple[pd.DataFrame, str]:
        if isinstance(against, pd.DataFrame):
            return against, "a DataFrame"
        table = self._engine.read("production", self._location(against))
        return table.to_pandas(types_mapper=pd.ArrowDtype), Path(against).name

    def _warn_of_naive_time(self) -> None:
        if not self._has_warned_of_naive_time:
            self._has_warned_of_naive_time = True
            warnings.warn("Instants without a zone are taken as UTC.", FeatureWarning, stacklevel=4)


def _name(view: ViewLike) -> str:
    return view.name if isinstance(view, Defined) else view


def _typed_names(types: Mapping[str, str] | None) -> tuple[TypedName, ...]:
    return tuple(TypedName(name, canonical_dtype(dtype)) for name, dtype in (types or {}).items())


def _author() -> str:
    return os.environ.get("JUPYTER_FEATURES_AUTHOR") or getpass.getuser()
