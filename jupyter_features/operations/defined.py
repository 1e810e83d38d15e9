"""What defining a view shows: its features, a first look at real rows, and its checks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa

from jupyter_features.card import Card, Detail, Displayed, Table, format_value
from jupyter_features.clock import format_instant
from jupyter_features.definitions.feature_view import CompiledView
from jupyter_features.operations.check import CheckReport

PREVIEW_ROWS = 5


@dataclass(frozen=True)
class Defined(Displayed):
    """A checked draft.

    Parameters
    ----------
    values
        Join keys and features of every entity at `as_of`.
    published_as
        Pinned reference of the version with this very definition; empty if there is none.
    is_saved
        False if the draft lives in this session only.
    """

    view: CompiledView
    values: pa.Table
    as_of: datetime
    checks: CheckReport
    published_as: str = ""
    is_saved: bool = True

    @property
    def name(self) -> str:
        """Name of the view."""
        return self.view.name

    def card(self) -> Card:
        """Show features, types, five rows, checks and the next command."""
        definition = self.view.definition
        facts = [
            ("Features", ", ".join(f"{feature.name} {feature.dtype}" for feature in self.view.features)),
            ("Sources", ", ".join(str(reference) for reference in definition.sources)),
            ("Checks", self.checks.summary()),
        ]
        if not self.is_saved:
            facts.append(("Note", "kept in this session only (a DataFrame source, or a folder that cannot be written)"))
        defaults = [f"{feature.name} = {format_value(feature.default)}" for feature in self.view.features if feature.default is not None]
        if defaults:
            facts.append(("Defaults", ", ".join(defaults)))
        caption = f"{PREVIEW_ROWS} of {self.values.num_rows:,} rows as of {format_instant(self.as_of)}"
        return Card(
            title=f"{self.name}: {len(self.view.features)} features of {self.view.entity.name}",
            label=f"same as {self.published_as}" if self.published_as else "draft",
            state="ok" if self.checks.is_passed else "failed",
            facts=facts,
            tables=(self._preview(caption),),
            details=(Detail("SQL", definition.body.strip()), Detail("Description", definition.description or "none yet")),
            next_step=f"%%feature_test {self.name}, or %feature plan {self.name}",
        )

    def _preview(self, caption: str) -> Table:
        keys = [(name, "ascending") for name in self.view.entity.key_names]
        head = self.values.sort_by(keys).slice(0, PREVIEW_ROWS)
        rows = tuple(tuple(format_value(value) for value in row.values()) for row in head.to_pylist())
        return Table(tuple(head.column_names), rows, caption)
