"""What defining a view shows: its features, and a first look at real rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa

from jupyter_features.analysis.rule_warnings import RuleWarning
from jupyter_features.card import Card, Detail, Displayed, Table, format_value
from jupyter_features.clock import format_instant
from jupyter_features.definitions.feature_view import CompiledView

PREVIEW_ROWS = 5
_CARET_ROOM = 60


@dataclass(frozen=True)
class Defined(Displayed):
    """A draft that keeps the rules; what else it must withstand is checked when it is asked, and before it is published.

    Parameters
    ----------
    values
        Join keys and features of every entity at `as_of`.
    published_as
        Pinned reference of the version with this very definition; empty if there is none.
    is_saved
        False if the draft lives in this session only.
    warnings
        What the rules have to say that is no error.
    """

    view: CompiledView
    values: pa.Table
    as_of: datetime
    published_as: str = ""
    is_saved: bool = True
    warnings: tuple[RuleWarning, ...] = ()

    @property
    def name(self) -> str:
        """Name of the view."""
        return self.view.name

    def card(self) -> Card:
        """Show features, types, five rows, checks and the next command."""
        definition = self.view.definition
        facts = [
            ("Features", ", ".join(f"{feature.name} {feature.dtype}" for feature in self.view.features)),
            *_reads(self.view),
            ("Checks", f"rules passed; for the others, %feature check {self.name}"),
        ]
        facts += [("Warning", warning.line) for warning in self.warnings]
        if not self.is_saved:
            facts.append(("Note", "kept in this session only (a DataFrame source, or a folder that cannot be written)"))
        defaults = [f"{feature.name} = {format_value(feature.default)}" for feature in self.view.features if feature.default is not None]
        if defaults:
            facts.append(("Defaults", ", ".join(defaults)))
        caption = self._caption()
        count = len(self.view.features)
        return Card(
            title=f"{self.name}: {count} feature{'s' if count != 1 else ''} of {self.view.entity.name or 'everybody'}",
            label=f"same as {self.published_as}" if self.published_as else "draft",
            state="warning" if self.warnings else "ok",
            facts=facts,
            tables=(*_carets(self.warnings), self._preview(caption)),
            details=(
                *(Detail(warning.line, f"{warning.place.render()}\n{warning.hint}") for warning in self.warnings if warning.place),
                Detail(definition.language, definition.body.strip()),
                Detail("Description", definition.description or "none yet"),
            ),
            next_step=f"%%feature_test {self.name}, or %feature plan {self.name}",
        )

    def _caption(self) -> str:
        if self.view.definition.is_on_demand:
            return f"{PREVIEW_ROWS} rows to try it on: the inputs of entities that exist, and made-up requests"
        return f"{PREVIEW_ROWS} of {self.values.num_rows:,} rows as of {format_instant(self.as_of)}"

    def _preview(self, caption: str) -> Table:
        keys = [(name, "ascending") for name in self.view.entity.key_names]
        in_order = keys and not self.view.definition.is_on_demand
        head = (self.values.sort_by(keys) if in_order else self.values).slice(0, PREVIEW_ROWS)
        rows = tuple(tuple(format_value(value) for value in row.values()) for row in head.to_pylist())
        return Table(tuple(head.column_names), rows, caption)


def _carets(warnings: tuple[RuleWarning, ...]) -> list[Table]:
    """Show the line of the first warning, what it is about underlined."""
    place = next((warning.place for warning in warnings if warning.place), None)
    if place is None:
        return []
    start = max(0, place.column - 1 - _CARET_ROOM // 2) if len(place.source_line) > _CARET_ROOM else 0
    shown = place.source_line[start : start + _CARET_ROOM].replace("\t", " ")
    marks = " " * (place.column - 1 - start) + "^" * min(place.length, _CARET_ROOM)
    return [Table((f"line {place.line}", shown), (("", marks),))]


def _reads(view: CompiledView) -> list[tuple[str, str]]:
    definition = view.definition
    if not definition.is_on_demand:
        return [("Sources", ", ".join(str(reference) for reference in definition.sources))]
    inputs = ", ".join(f"{each.label}:{feature}" for each in view.inputs for feature, _ in each.outputs)
    request = ", ".join(f"{each.name} {each.dtype}" for each in definition.request)
    return [(name, text) for name, text in (("Inputs", inputs), ("Request", request)) if text]
