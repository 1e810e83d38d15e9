"""Verbs that give values: one look, live values, and what production has against them."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from dataclasses import dataclass
from pathlib import Path

from jupyter_features.card import Card, Displayed, Table, format_value
from jupyter_features.clock import format_instant, parse_instant
from jupyter_features.definitions.reference import parse_reference
from jupyter_features.feature_store import FeatureStore
from jupyter_features.feature_store.cells.verb import Body, Verb, pair
from jupyter_features.operations.arrow_types import typed_value


def _add_get(parser: ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="feature view, as published or NAME@draft")
    parser.add_argument("--as-of", metavar="INSTANT", help="instant; by default just after the newest row")
    parser.add_argument("--rows", type=int, default=5, help="how many entities, ordered by join key")
    parser.add_argument("--out", metavar="VARIABLE", help="DataFrame variable that gets the rows (notebook only)")


@dataclass(frozen=True)
class Values(Displayed):
    """Values of some entities; `frame` is what `--out` gets."""

    shown: Card
    frame: object

    def card(self) -> Card:
        """Show the rows."""
        return self.shown


def _get(store: FeatureStore, options: Namespace, _: Body | None) -> Displayed:
    as_of = parse_instant(options.as_of) if options.as_of else store.latest_instant(options.name)
    frame = store.preview(options.name, as_of=as_of, rows=options.rows)
    rows = tuple(
        tuple(format_value(None if value != value else value) for value in row) for row in frame.astype(object).itertuples(index=False)
    )  # NaN
    table = Table(tuple(frame.columns), rows)
    return Values(Card(options.name, label=f"as of {format_instant(as_of)}", state="ok", tables=(table,)), frame)


def _add_materialize(parser: ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="published feature view")
    parser.add_argument("--as-of", metavar="INSTANT", help="instant to bring the online store to; by default now")


def _materialize(store: FeatureStore, options: Namespace, _: Body | None) -> Displayed:
    return store.materialize(options.name, as_of=parse_instant(options.as_of) if options.as_of else None)


def _add_online(parser: ArgumentParser) -> None:
    parser.add_argument("names", nargs="+", metavar="REFERENCE", help="such as customer_value or customer_value@1:spend")
    parser.add_argument(
        "--row",
        action="append",
        default=[],
        metavar="KEY=VALUE[,KEY=VALUE]",
        help="one entity; repeatable; not needed for features without an entity",
    )


def _online(store: FeatureStore, options: Namespace, _: Body | None) -> Displayed:
    dtypes: dict[str, str] = {}
    for name in options.names:
        reference = parse_reference(name)
        detail = store.view_detail(reference.view)
        renamed = dict(reference.keys)
        dtypes |= {renamed.get(key.name, key.name): key.dtype for key in detail.join_keys}
        dtypes |= {column.name: column.dtype for column in detail.request}
    pairs = [dict(pair(each, "--row") for each in text.split(",")) for text in options.row] or [{}]
    rows = [{name: typed_value(value, dtypes[name]) if name in dtypes else value for name, value in row.items()} for row in pairs]
    return store.online(options.names, rows)


def _add_skew(parser: ArgumentParser) -> None:
    parser.add_argument("name", metavar="REFERENCE", help="feature view, or one feature of it")
    parser.add_argument(
        "--against", required=True, metavar="DATA", help="production's table: Parquet or CSV; in a notebook also the name of a DataFrame"
    )
    parser.add_argument("--time", default="as_of", metavar="COLUMN", help="production's column of instants")
    parser.add_argument(
        "--column",
        action="append",
        default=[],
        metavar="FEATURE=COLUMN",
        help="production's column of a feature that is named otherwise there",
    )
    parser.add_argument("--threshold", type=float, default=1.0, help="least match rate that passes, 0 to 1")
    parser.add_argument("--widget", action="store_true", help="open the report to look around in (notebook only)")
    parser.add_argument("--junit", type=Path, metavar="FILE", help="write the report as JUnit XML")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the report as Markdown")
    parser.set_defaults(frame=None)


def _skew(store: FeatureStore, options: Namespace, _: Body | None) -> Displayed:
    report = store.compare(
        options.name,
        against=options.against if options.frame is None else options.frame,
        timestamp=options.time,
        columns=dict(pair(text, "--column") for text in options.column),
        threshold=options.threshold,
    )
    for path, text in ((options.junit, report.to_junit), (options.markdown, report.to_markdown)):
        if path is not None:
            path.write_text(text(), "utf-8")
    return report


READING = (
    Verb("get", "compute some entities' values at an instant", _add_get, _get),
    Verb("materialize", "bring the online store to an instant", _add_materialize, _materialize),
    Verb("online", "read live values", _add_online, _online),
    Verb("skew", "compare production with the notebook", _add_skew, _skew),
)
"""In the order in which one meets them."""
