from typing import Any

from IPython.core.interactiveshell import InteractiveShell

from jupyter_features.skew.chart import VEGA_LITE_MIME
from jupyter_features.skew.report import SkewReport
from jupyter_features.widgets.live_view import WIDGET_VIEW_MIME
from jupyter_features.widgets.skew_view import SkewView


def chart_title(view: SkewView) -> str:
    (output,) = view.chart.outputs
    title: str = output["data"][VEGA_LITE_MIME]["title"]["text"]
    return title


def test_the_feature_that_agrees_least_is_shown_first(report: SkewReport) -> None:
    view = SkewView(report)
    assert view.choice.options == ("spend", "country")
    assert view.choice.value == "country"
    assert "66.67% (95% interval 20.77 to 93.85%)" in view.classes.value
    assert "<td>value_mismatch</td><td>1</td><td>33.33%</td>" in view.classes.value
    assert chart_title(view) == "country: 66.67% of 3 rows match"


def test_choosing_a_feature_changes_classes_chart_and_rows(report: SkewReport) -> None:
    view = SkewView(report)
    view.choice.value = "spend"
    assert "customer_value@2:spend against scores.parquet" in view.classes.value
    assert chart_title(view) == "spend: 100% of 3 rows match"
    assert "Every row matches" in view.worst.value


def test_worst_rows_are_escaped(report: SkewReport) -> None:
    worst = SkewView(report).worst.value
    assert "<td>FR</td><td>&lt;img src=x onerror=alert(1)&gt;</td>" in worst
    assert "<img" not in worst


def test_the_chart_falls_back_to_text(report: SkewReport) -> None:
    (output,) = SkewView(report).chart.outputs
    assert output["output_type"] == "display_data"
    assert output["data"]["text/plain"].startswith("Distribution of country (3 rows)")


def test_the_display_is_a_widget_beside_the_report_card(report: SkewReport) -> None:
    bundle = SkewView(report)._repr_mimebundle_()
    assert bundle["text/plain"] == report.card().to_text()
    assert bundle["text/html"] == report.card().to_html()
    assert set(bundle) == {"text/plain", "text/html", WIDGET_VIEW_MIME}


def test_a_real_shell_formats_report_chart_and_view(report: SkewReport) -> None:
    formatter: Any = InteractiveShell().display_formatter
    assert set(formatter.format(report)[0]) == {"text/plain", "text/html"}
    assert set(formatter.format(report.charts()[0])[0]) == {VEGA_LITE_MIME, "text/plain"}
    assert set(formatter.format(SkewView(report))[0]) == {"text/plain", "text/html", WIDGET_VIEW_MIME}
