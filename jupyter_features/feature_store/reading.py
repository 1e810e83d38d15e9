"""Reading: training sets, live values, and what production has against them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Literal

import pandas as pd
import pyarrow as pa

from jupyter_features.clock import format_instant, to_utc
from jupyter_features.compiler.knowledge import Knowledge
from jupyter_features.definitions.reference import parse_reference
from jupyter_features.errors import InvalidArgumentError
from jupyter_features.feature_store.authoring import Authoring
from jupyter_features.operations.entity_dataframe import read_instants, read_keys
from jupyter_features.operations.materialize import Materialization, materialize
from jupyter_features.operations.open_frame import EntityDataframe, open_frame
from jupyter_features.operations.read_online import OnlineFeatures, read_online
from jupyter_features.operations.rebuild import Rebuild, rebuild
from jupyter_features.operations.resolve import resolve
from jupyter_features.operations.training_set import TrainingSet, load_training_set, training_set
from jupyter_features.skew.compare import compare
from jupyter_features.skew.notebook_rows import notebook_rows
from jupyter_features.skew.parity import Tolerance
from jupyter_features.skew.report import SkewReport


class Reading(Authoring):
    """The verbs that give values."""

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
        self._uses.note(views, "training set")
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
        self._uses.note(views, "online")
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

    def _production(self, against: str | Path | pd.DataFrame) -> tuple[pd.DataFrame, str]:
        if isinstance(against, pd.DataFrame):
            return against, "a DataFrame"
        table = self._engine.read("production", self._location(against))
        return table.to_pandas(types_mapper=pd.ArrowDtype), Path(against).name
