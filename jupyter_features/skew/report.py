"""Parity and drift of a feature view against production: the verdict, and how it is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from jupyter_features.card import Card, Detail, Displayed, State, Table
from jupyter_features.definitions.feature_view import CompiledView
from jupyter_features.errors import NotFoundError
from jupyter_features.skew.chart import SkewChart, distribution_table
from jupyter_features.skew.drift import Drift
from jupyter_features.skew.feature_skew import FeatureSkew, Verdict, format_interval, format_rate
from jupyter_features.skew.junit import junit_xml
from jupyter_features.skew.parity import CLASSES, Tolerance

EXIT_CODES: dict[Verdict, int] = {"pass": 0, "skew": 1, "no_overlap": 3}
_STATES: dict[Verdict, State] = {"pass": "ok", "skew": "failed", "no_overlap": "warning"}
# So that rate, interval and drift stay inside 80 columns.
_NAME_WIDTH = 16


@dataclass(frozen=True, kw_only=True)
class SkewReport(Displayed):
    """What a comparison found.

    Parameters
    ----------
    view
        The definition that was evaluated.
    version
        Its published number; None for a draft.
    against
        What it was compared with, as people call it; shown as given, so it holds no absolute path.
    features
        In the order asked for, at least one.
    threshold
        Least match rate that passes.
    tolerance
        How far two floats could be apart.
    joined
        Rows that both sides have.
    """

    view: CompiledView
    version: int | None
    against: str
    features: tuple[FeatureSkew, ...]
    threshold: float
    tolerance: Tolerance
    joined: int

    @property
    def reference(self) -> str:
        """Pinned reference, such as `customer_value@3` or `customer_value@draft`."""
        return f"{self.view.name}@{'draft' if self.version is None else self.version}"

    @property
    def verdict(self) -> Verdict:
        """`no_overlap` before `skew` before `pass`, over all features."""
        verdicts = {skew.verdict for skew in self.features}
        return "no_overlap" if "no_overlap" in verdicts else "skew" if "skew" in verdicts else "pass"

    @property
    def exit_code(self) -> int:
        """What a command ends with: 0 pass, 1 skew, 3 could not be evaluated."""
        return EXIT_CODES[self.verdict]

    def feature(self, name: str) -> FeatureSkew:
        """Find one feature's answer.

        Raises
        ------
        NotFoundError
            If no feature of this name was compared.
        """
        for skew in self.features:
            if skew.feature == name:
                return skew
        raise NotFoundError("compared feature", name, [skew.feature for skew in self.features])

    def charts(self) -> tuple[SkewChart, ...]:
        """Draw every feature, in order."""
        return tuple(SkewChart(skew) for skew in self.features)

    def card(self) -> Card:
        """Show the verdict, then one line per feature with the worst first; rows and bins unfold in HTML."""
        return Card(
            title=f"{self.verdict}: {self.reference}",
            label=self._label(),
            state=_STATES[self.verdict],
            facts=self._facts(),
            tables=[_summary(self._worst_first())],
            details=[*self._details()],
            next_step=self._next_step(),
        )

    def to_markdown(self) -> str:
        """Write the verdict and one line per feature for a pull request; names and labels cannot break the table."""
        table = _summary(self._worst_first(), name_width=63)
        head = f"**{self.verdict}**: {_markdown(self.reference)} against {_markdown(self.against)}"
        rows = [_markdown_row(table.columns), "|" + " --- |" * len(table.columns), *(_markdown_row(row) for row in table.rows)]
        return "\n".join([head, "", *rows, "", *(f"- {name}: {_markdown(value)}" for name, value in self._facts())]) + "\n"

    def to_junit(self) -> str:
        """Write one JUnit test case per feature: a failure for skew, an error where nothing could be compared."""
        return junit_xml(self.reference, self.against, self.features, self.threshold)

    def _label(self) -> str:
        if self.verdict == "no_overlap":
            return "no row on both sides"
        below = sum(skew.verdict == "skew" for skew in self.features)
        return f"{below} of {len(self.features)} features below {format_rate(self.threshold)}" if below else "no skew"

    def _facts(self) -> list[tuple[str, str]]:
        rows = f"{self.features[0].n:,} keys and instants, {self.joined:,} of them on both sides"
        floats = f"relative {self.tolerance.rel:g}, absolute {self.tolerance.abs:g}"
        return [
            ("against", self.against),
            ("rows", rows),
            ("to pass", f"{format_rate(self.threshold)} of the rows match (floats: {floats})"),
        ]

    def _worst_first(self) -> list[FeatureSkew]:
        return sorted(self.features, key=lambda skew: -1.0 if skew.match_rate is None else skew.match_rate)

    def _details(self) -> list[Detail]:
        features = self._worst_first()
        details = [Detail("Rows per class", _classes(features)), Detail("Drift", _drift(features))]
        details += [
            Detail(f"Worst rows of {skew.feature}", worst_table(skew, self.view.entity.key_names)) for skew in features if skew.worst
        ]
        return details + [Detail(f"Distribution of {skew.feature}", distribution_table(skew)) for skew in features]

    def _next_step(self) -> str:
        if self.verdict == "no_overlap":
            return "compare the join keys and instants of both sides; none agree"
        if self.verdict == "skew":
            return f"add --widget, or open SkewView(report), to see where {self._worst_first()[0].feature} differs"
        return "nothing to mend; compare again after the next publish"


def worst_table(skew: FeatureSkew, key_names: Sequence[str]) -> Table:
    """Lay a feature's worst rows out under the names of the join keys."""
    columns = (*key_names, "as_of", "class", "notebook", "production", "difference")
    rows = [(*row.keys, row.as_of, row.parity_class, row.notebook, row.production, row.difference) for row in skew.worst]
    return Table(columns, rows)


def _summary(features: Sequence[FeatureSkew], name_width: int = _NAME_WIDTH) -> Table:
    rows = [
        (_shorten(skew.feature, name_width), format_rate(skew.match_rate), format_interval(skew.interval), _distance(skew), _fault(skew))
        for skew in features
    ]
    return Table(("feature", "match", "95% interval", "drift", "largest fault"), rows)


def _classes(features: Sequence[FeatureSkew]) -> Table:
    rows = [
        (skew.feature, *(f"{count:,}" for _, count in skew.counts.items()), f"{skew.n:,}", format_rate(skew.strict_rate))
        for skew in features
    ]
    return Table(("feature", *CLASSES, "all", "strict match"), rows)


def _drift(features: Sequence[FeatureSkew]) -> Table:
    columns = ("feature", "Jensen-Shannon (bits)", "PSI", "Kolmogorov-Smirnov D", "L-infinity", "new categories")
    return Table(columns, [(skew.feature, *_drift_cells(skew.drift)) for skew in features])


def _drift_cells(drift: Drift | None) -> tuple[str, ...]:
    if drift is None:
        return ("-",) * 5
    numbers = ("-" if number is None else f"{number:.4f}" for number in (drift.js, drift.psi, drift.ks, drift.l_infinity))
    unnamed = drift.new_category_count - len(drift.new_categories)
    return (*numbers, ", ".join(drift.new_categories) + (f" and {unnamed} more" if unnamed else ""))


def _distance(skew: FeatureSkew) -> str:
    return "-" if skew.drift is None else f"JS {skew.drift.js:.3f}"


def _fault(skew: FeatureSkew) -> str:
    fault = skew.counts.largest_fault()
    return f"{fault[0]} {fault[1]:,}" if fault else "none"


def _shorten(name: str, width: int) -> str:
    return name if len(name) <= width else name[: width - 1] + "…"


def _markdown_row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(_markdown(cell) for cell in cells) + " |"


def _markdown(text: str) -> str:
    """Turn every character that Markdown or HTML could act on into its entity."""
    return "".join(f"&#{ord(character)};" if character in "\\`*_{}[]<>#|&\n" else character for character in text)
