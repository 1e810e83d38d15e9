"""One feature drawn: both distributions over each other, and the parity classes below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from jupyter_features.card import Card, Displayed, Table
from jupyter_features.skew.feature_skew import FeatureSkew, format_rate

VEGA_LITE_MIME = "application/vnd.vegalite.v5+json"
# Names the language; nothing is loaded from it.
_SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"
# Told apart by every kind of colour vision, on light and dark backgrounds.
_SIDE_COLOURS = {"notebook": "#0072b2", "production": "#e69f00"}
_CLASS_COLOURS = ("#009e73", "#d55e00", "#cc79a7", "#f0e442", "#56b4e9", "#0072b2", "#999999")
_WIDTH = 480


@dataclass(frozen=True)
class SkewChart(Displayed):
    """The drawing of one feature, for front ends that draw Vega-Lite 5; a table of the bins for all others."""

    skew: FeatureSkew

    @property
    def spec(self) -> dict[str, Any]:
        """Vega-Lite 5 with its data inside, equal for equal reports."""
        return vega_lite(self.skew)

    def card(self) -> Card:
        """Show the bins as rows."""
        table = distribution_table(self.skew)
        return Card(title=f"Distribution of {self.skew.feature}", label=f"{self.skew.n:,} rows", tables=[table])

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        plain = super()._repr_mimebundle_(include, exclude)["text/plain"]
        return {VEGA_LITE_MIME: self.spec, "text/plain": plain}


def distribution_table(skew: FeatureSkew) -> Table:
    """Write the bins as rows: label, and each side's count and share."""
    rows = [
        (label, f"{notebook:,}", f"{production:,}", format_rate(left), format_rate(right))
        for label, notebook, production, left, right in _bins(skew)
    ]
    return Table(("bin", "notebook", "production", "notebook share", "production share"), rows)


def vega_lite(skew: FeatureSkew) -> dict[str, Any]:
    """Describe the chart of one feature.

    Parameters
    ----------
    skew
        Its histogram is drawn as it is; shares are of each side's own rows, so that sides of unequal size compare.

    Returns
    -------
    dict
        A Vega-Lite 5 specification of JSON values only: no URL to load and no expression to evaluate.
    """
    return {
        "$schema": _SCHEMA,
        "title": {"text": f"{skew.feature}: {format_rate(skew.match_rate)} of {skew.n:,} rows match", "anchor": "start"},
        "vconcat": [_distribution(skew), _classes(skew)],
        "resolve": {"scale": {"color": "independent"}},
    }


def _distribution(skew: FeatureSkew) -> dict[str, Any]:
    bins = _bins(skew)
    notebook = [(label, count, share) for label, count, _, share, _ in bins]
    production = [(label, count, share) for label, _, count, _, share in bins]
    return {
        "width": _WIDTH,
        "height": 180,
        # Production is an outline over the filled notebook: two translucent fills would mix to a third colour.
        "layer": [
            {"data": _side("notebook", notebook), "mark": {"type": "bar", "opacity": 0.6}},
            {"data": _side("production", production), "mark": {"type": "bar", "filled": False, "strokeWidth": 2}},
        ],
        "encoding": {
            # Bins come in order; sorting them again would put "10" before "9".
            "x": {"field": "bin", "type": "nominal", "sort": None, "title": skew.dtype, "axis": {"labelAngle": -40, "labelLimit": 140}},
            "y": {"field": "share", "type": "quantitative", "stack": None, "title": "share of rows", "axis": {"format": ".0%"}},
            "color": _coloured("side", tuple(_SIDE_COLOURS), tuple(_SIDE_COLOURS.values())),
            "tooltip": [
                {"field": "side", "type": "nominal"},
                {"field": "bin", "type": "nominal"},
                {"field": "rows", "type": "quantitative", "format": ","},
                {"field": "share", "type": "quantitative", "format": ".2%"},
            ],
        },
    }


def _side(name: str, bins: Sequence[tuple[str, int, float | None]]) -> dict[str, Any]:
    return {"values": [{"bin": label, "side": name, "rows": count, "share": round(share or 0.0, 6)} for label, count, share in bins]}


def _classes(skew: FeatureSkew) -> dict[str, Any]:
    shown = [(order, name, count) for order, (name, count) in enumerate(skew.counts.items()) if count]
    values = [{"class": name, "rows": count, "order": order} for order, name, count in shown]
    colours = [_CLASS_COLOURS[order] for order, _, _ in shown]
    return {
        "width": _WIDTH,
        "height": 24,
        "data": {"values": values},
        "mark": "bar",
        "encoding": {
            "x": {"field": "rows", "type": "quantitative", "title": "rows by parity class", "scale": {"nice": False}},
            "color": _coloured("class", [name for _, name, _ in shown], colours),
            "order": {"field": "order", "type": "quantitative"},
            "tooltip": [{"field": "class", "type": "nominal"}, {"field": "rows", "type": "quantitative", "format": ","}],
        },
    }


def _coloured(field: str, domain: Sequence[str], colours: Sequence[str]) -> dict[str, Any]:
    return {"field": field, "type": "nominal", "title": None, "scale": {"domain": list(domain), "range": list(colours)}}


def _bins(skew: FeatureSkew) -> list[tuple[str, int, int, float | None, float | None]]:
    """List label, counts and shares per bin; the shares of a side without rows are None."""
    histogram = skew.histogram
    left, right = sum(histogram.notebook), sum(histogram.production)
    return [
        (label, notebook, production, notebook / left if left else None, production / right if right else None)
        for label, notebook, production in zip(histogram.labels, histogram.notebook, histogram.production, strict=True)
    ]
