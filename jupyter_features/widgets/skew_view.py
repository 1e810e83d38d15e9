"""A skew report to look around in: choose a feature, see how and where it differs."""

from __future__ import annotations

import ipywidgets

from jupyter_features.card import Card, State, Table
from jupyter_features.skew.chart import SkewChart
from jupyter_features.skew.feature_skew import FeatureSkew, Verdict, format_interval, format_rate
from jupyter_features.skew.report import SkewReport, worst_table
from jupyter_features.widgets.live_view import LiveView, html_pane

_STATES: dict[Verdict, State] = {"pass": "ok", "skew": "failed", "no_overlap": "warning"}


class SkewView(LiveView):
    """A report with one feature shown at a time; the feature that agrees least is chosen first.

    Parameters
    ----------
    report
        What `compare` found; its card is shown where widgets do not run.

    Attributes
    ----------
    choice
        Dropdown over the features.
    classes, worst
        HTML, every value escaped.
    chart
        Output that holds the Vega-Lite chart of the chosen feature.
    widget
        The whole, as ipywidgets lays it out.
    """

    def __init__(self, report: SkewReport) -> None:
        self.report = report
        names = [skew.feature for skew in report.features]
        least = min(report.features, key=lambda skew: -1.0 if skew.match_rate is None else skew.match_rate)
        self.choice = ipywidgets.Dropdown(options=names, value=least.feature, description="Feature")
        self.classes = html_pane()
        self.chart = ipywidgets.Output()
        self.worst = html_pane()
        self.widget = ipywidgets.VBox([self.choice, self.classes, self.chart, self.worst])
        self.choice.observe(self._show, names="value")
        self._show()

    def card(self) -> Card:
        """Give the report's card."""
        return self.report.card()

    def _show(self, _change: object = None) -> None:
        skew = self.report.feature(self.choice.value)
        self.classes.value = _classes_card(self.report, skew).to_html()
        # Set as data rather than printed into, which works in any callback and replaces without flicker.
        data = SkewChart(skew)._repr_mimebundle_()
        self.chart.outputs = ({"output_type": "display_data", "data": data, "metadata": {}},)
        self.worst.value = _worst_card(self.report, skew).to_html()


def _classes_card(report: SkewReport, skew: FeatureSkew) -> Card:
    rows = [(name, f"{count:,}", format_rate(count / skew.n)) for name, count in skew.counts.items() if count]
    facts = [("match rate", f"{format_rate(skew.match_rate)} (95% interval {format_interval(skew.interval)})")]
    facts.append(("without tolerance", format_rate(skew.strict_rate)))
    if skew.drift is not None:
        facts.append(("drift", f"Jensen-Shannon {skew.drift.js:.4f} bits, PSI {skew.drift.psi:.4f}"))
    return Card(
        title=f"{report.reference}:{skew.feature} against {report.against}",
        label=skew.verdict,
        state=_STATES[skew.verdict],
        facts=facts,
        tables=[Table(("class", "rows", "share"), rows)],
    )


def _worst_card(report: SkewReport, skew: FeatureSkew) -> Card:
    if not skew.worst:
        return Card(title="Every row matches", state="ok")
    table = worst_table(skew, report.view.entity.key_names)
    return Card(title="Worst rows", label=f"{len(skew.worst)} of {skew.n - skew.counts.match:,}", tables=[table])
