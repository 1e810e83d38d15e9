"""Every verb: its options, and the one facade call it stands for."""

from __future__ import annotations

import argparse
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from jupyter_features.card import Card, Code, Displayed, Message, Table, format_value
from jupyter_features.cli.define_options import merge_header
from jupyter_features.clock import format_instant, parse_instant
from jupyter_features.definitions.entity import parse_join_key
from jupyter_features.definitions.reference import parse_reference
from jupyter_features.definitions.typed_name import parse_typed_name
from jupyter_features.errors import InvalidArgumentError
from jupyter_features.feature_store import FeatureStore
from jupyter_features.operations.arrow_types import typed_value
from jupyter_features.operations.bound_sql import PLANS
from jupyter_features.operations.header import is_python
from jupyter_features.operations.view_card import detail_card, list_card


@dataclass(frozen=True)
class Body:
    """The text below a cell magic's line, or a file given to the terminal.

    Parameters
    ----------
    first_line
        The number that the person sees beside its first line.
    """

    text: str
    first_line: int = 1


@dataclass(frozen=True)
class Verb:
    """One verb; `run` gets the body for `define` and `test`, else None."""

    name: str
    help: str
    add_arguments: Callable[[ArgumentParser], None]
    run: Callable[[FeatureStore, Namespace, Body | None], Displayed]


def _no_arguments(_: ArgumentParser) -> None:
    return


def _add_name(noun: str) -> Callable[[ArgumentParser], None]:
    def add(parser: ArgumentParser) -> None:
        parser.add_argument("name", metavar="NAME", help=noun)

    return add


def _connect(store: FeatureStore, _: Namespace, __: Body | None) -> Displayed:
    return store.describe()


def _add_entity(parser: ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="name of the entity, such as customer")
    parser.add_argument(
        "--key",
        action="append",
        required=True,
        metavar="COLUMN:TYPE",
        help="join key, such as customer_id:BIGINT; repeat for composite keys",
    )
    parser.add_argument("--description", default="", help="what one entity is")


def _entity(store: FeatureStore, options: Namespace, _: Body | None) -> Displayed:
    keys = [parse_join_key(text) for text in options.key]
    entity = store.entity(options.name, description=options.description, **{key.name: key.dtype for key in keys})
    facts = (("Join keys", ", ".join(f"{key.name} {key.dtype}" for key in entity.join_keys)),)
    return Message(Card(f"Entity {entity.name}", state="ok", facts=facts, next_step=f"%feature source NAME PATH --entity {entity.name}"))


def _add_source(parser: ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="name of the source, as SQL will read it")
    parser.add_argument(
        "data", metavar="DATA", help="Parquet or CSV file or glob; in a notebook also the name of a DataFrame, for exploring only"
    )
    whose = parser.add_mutually_exclusive_group(required=True)
    whose.add_argument("--entity", help="whose rows these are")
    whose.add_argument("--global", dest="is_global", action="store_true", help="the rows are the same for every entity")
    parser.add_argument(
        "--kind", required=True, choices=("events", "state", "static"), help="events happened; state holds from then on; static has no time"
    )
    parser.add_argument("--event-time", metavar="COLUMN", help="when a row became true (events and state)")
    parser.add_argument("--arrival", metavar="COLUMN", help="when we learned of a row")
    parser.add_argument("--tie-break", default="", metavar="COLUMNS", help="columns that order rows of one instant, divided by commas")
    parser.add_argument(
        "--key",
        action="append",
        default=[],
        metavar="KEY=COLUMN",
        help="column of a join key that is named otherwise here; with --global a COLUMN that tells its rows apart; repeatable",
    )
    parser.add_argument("--inclusive", action="store_true", help="events at as_of itself are visible")
    parser.add_argument("--description", default="", help="what one row is")
    # Filled by the magic when DATA names a DataFrame of the notebook.
    parser.set_defaults(frame=None)


def _source(store: FeatureStore, options: Namespace, _: Body | None) -> Displayed:
    source = store.source(
        options.name,
        options.data if options.frame is None else options.frame,
        entity=options.entity,
        kind=options.kind,
        event_timestamp=options.event_time,
        arrival=options.arrival,
        tie_break=[column.strip() for column in options.tie_break.split(",") if column.strip()],
        key=_source_key(options),
        inclusive=options.inclusive,
        description=options.description,
    )
    per = f" per {', '.join(source.key_columns)}" if source.key else ""
    rule = {"events": "before as_of", "state": f"up to as_of, the newest{per}", "static": "always"}[source.kind]
    facts = (
        ("Data", f"{source.location or 'a DataFrame of this session, for exploring only'} ({source.format})"),
        ("Visible", rule if not source.inclusive else "up to as_of"),
        ("Columns", ", ".join(f"{column.name} {column.dtype}" for column in source.columns)),
    )
    next_step = f"%%feature NAME{f' --entity {source.entity}' if source.entity else ''} --source {source.name}"
    title = f"Source {source.name}: {source.kind} of {source.entity or 'everybody'}"
    return Message(Card(title, state="ok", facts=facts, next_step=next_step))


def _source_key(options: Namespace) -> dict[str, str] | list[str]:
    if not options.is_global:
        return dict(_pair(text, "--key") for text in options.key)
    for text in options.key:
        if "=" in text:
            raise InvalidArgumentError(
                f"--key {text} names a join key, and a global source has none.",
                hint=f"Write only the column: --key {text.partition('=')[2]}.",
            )
    return list(options.key)


def _add_define(parser: ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="name of the feature view")
    parser.add_argument("--entity", help="what the features describe; without it, one value per instant for everybody")
    parser.add_argument(
        "--source", action="append", default=[], metavar="SOURCE[:LOOKBACK][ as NAME]", help="source to read and how far back; repeatable"
    )
    parser.add_argument(
        "--inputs", action="append", default=[], metavar="REFERENCE", help="feature that an on-demand view is computed from; repeatable"
    )
    parser.add_argument(
        "--request", action="append", default=[], metavar="NAME:TYPE", help="column of the request that an on-demand view reads; repeatable"
    )
    parser.add_argument("--owner", help="accountable team")
    parser.add_argument("--description", help="what the features mean")
    parser.add_argument(
        "--default", action="append", default=[], metavar="FEATURE=VALUE", help="served to entities without rows; repeatable"
    )
    parser.add_argument(
        "--param", action="append", default=[], metavar="'NAME TYPE = VALUE'", help="constant that the SQL uses as :name; repeatable"
    )
    parser.add_argument(
        "--returns", action="append", default=[], metavar="FEATURE:TYPE", help="type of a feature that a function returns; repeatable"
    )
    parser.add_argument("--tag", action="append", default=[], help="word to find it by; repeatable")
    parser.add_argument("--freshness", metavar="LENGTH", help="how old served values may be, such as 1h")
    parser.add_argument("--as-of", metavar="INSTANT", help="instant of the preview")
    parser.add_argument("--out", metavar="VARIABLE", help="DataFrame variable that gets every entity's values (notebook only)")
    _add_file(parser)


def _define(store: FeatureStore, options: Namespace, body: Body | None) -> Displayed:
    body = _body(body, options.name)
    merged = merge_header(options, body.text, body.first_line)
    if not (merged.source or merged.inputs or merged.request):
        raise InvalidArgumentError(
            "The definition names no source.", hint="Add --source NAME:LOOKBACK, or a line '-- source: NAME:LOOKBACK'."
        )
    return store.define(
        options.name,
        sql="" if is_python(body.text) else body.text,
        python=body.text if is_python(body.text) else "",
        entity=merged.entity,
        sources=merged.source,
        inputs=merged.inputs,
        request=_types(merged.request),
        returns=_types(merged.returns),
        owner=merged.owner or "",
        description=merged.description or "",
        defaults=dict(_pair(text, "default") for text in merged.default),
        params=merged.param,
        tags=merged.tag,
        freshness=merged.freshness,
        as_of=parse_instant(options.as_of) if options.as_of else None,
        first_line=body.first_line,
    )


def _types(texts: list[str]) -> dict[str, str]:
    return {each.name: each.dtype for each in map(parse_typed_name, texts)}


def _add_test(parser: ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="name of the feature view")
    _add_file(parser)


def _test(store: FeatureStore, options: Namespace, body: Body | None) -> Displayed:
    if body is None:
        return store.test(options.name)
    return store.test(options.name, body.text, first_line=body.first_line)


def _add_filters(parser: ArgumentParser) -> None:
    for name in ("entity", "owner", "tag"):
        parser.add_argument(f"--{name}", help=f"only views with this {name}")


def _list(store: FeatureStore, options: Namespace, _: Body | None) -> Displayed:
    return Message(list_card(store.views(entity=options.entity, owner=options.owner, tag=options.tag)))


def _add_search(parser: ArgumentParser) -> None:
    parser.add_argument("words", nargs="+", metavar="WORD", help="words that must all occur in name, description, columns or SQL")
    _add_filters(parser)


def _search(store: FeatureStore, options: Namespace, _: Body | None) -> Displayed:
    query = " ".join(options.words)
    found = store.views(query, entity=options.entity, owner=options.owner, tag=options.tag)
    if not found:
        return Message(Card(f"No feature view matches {query!r}", state="warning", next_step="%feature list"))
    return Message(list_card(found))


def _add_show(parser: ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="view, such as customer_value@2; with --sql also a draft")
    parser.add_argument("--sql", action="store_true", help="show the SQL that the engine runs, with its time bounds")
    parser.add_argument("--plan", choices=PLANS, default="constants", help="constants serves one instant, the others a training set")


def _show(store: FeatureStore, options: Namespace, _: Body | None) -> Displayed:
    if options.sql:
        return Code(f"{options.name}, bound by the {options.plan} plan", store.bound_sql(options.name, plan=options.plan))
    reference = parse_reference(options.name)
    if reference.version == "draft":
        raise InvalidArgumentError("show is for published versions.", hint=f"%feature plan {reference.view} shows the draft.")
    version = reference.version if isinstance(reference.version, int) else None
    return Message(detail_card(store.view_detail(reference.view, version)))


def _check(store: FeatureStore, options: Namespace, _: Body | None) -> Displayed:
    return store.check(options.name)


def _plan(store: FeatureStore, options: Namespace, _: Body | None) -> Displayed:
    return store.plan(options.name)


def _publish(store: FeatureStore, options: Namespace, _: Body | None) -> Displayed:
    return store.publish(options.name)


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
    pairs = [dict(_pair(pair, "--row") for pair in text.split(",")) for text in options.row] or [{}]
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
        columns=dict(_pair(text, "--column") for text in options.column),
        threshold=options.threshold,
    )
    for path, text in ((options.junit, report.to_junit), (options.markdown, report.to_markdown)):
        if path is not None:
            path.write_text(text(), "utf-8")
    return report


def _add_file(parser: ArgumentParser) -> None:
    parser.add_argument("--file", type=Path, metavar="FILE", help="file with the text of the cell (terminal only); - is the standard input")


def _body(body: Body | None, name: str) -> Body:
    if body is None:
        raise InvalidArgumentError(
            "There is no SQL.", hint=f"Write it below a line '%%feature {name} ...', or give --file in the terminal."
        )
    return body


def _pair(text: str, option: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign or not name.strip():
        raise InvalidArgumentError(f"{text!r} is not of the form NAME=VALUE ({option}).", hint=f"Write it like {option} name=value.")
    return name.strip(), value.strip()


from jupyter_features.cli.serve_verbs import SERVE_VERBS  # noqa: E402  # it needs `Verb`

VERBS: tuple[Verb, ...] = (
    Verb("connect", "show where this project keeps its features", _no_arguments, _connect),
    Verb("entity", "declare what features describe", _add_entity, _entity),
    Verb("source", "declare rows and the clock they run on", _add_source, _source),
    Verb("define", "define a feature view as a draft (%%%%feature)", _add_define, _define),
    Verb("test", "test a draft on given rows (%%%%feature_test), or run its kept tests", _add_test, _test),
    Verb("list", "list published feature views", _add_filters, _list),
    Verb("search", "find published feature views by words", _add_search, _search),
    Verb("browse", "look around in the published feature views", _add_filters, _list),
    Verb("show", "show all about one published version", _add_show, _show),
    Verb("check", "check that a view keeps the law on real rows", _add_name("feature view"), _check),
    Verb("plan", "show what publishing a draft would change", _add_name("feature view"), _plan),
    Verb("publish", "publish a draft as an immutable version", _add_name("feature view"), _publish),
    Verb("get", "compute some entities' values at an instant", _add_get, _get),
    Verb("materialize", "bring the online store to an instant", _add_materialize, _materialize),
    Verb("online", "read live values", _add_online, _online),
    Verb("skew", "compare production with the notebook", _add_skew, _skew),
    *SERVE_VERBS,
)


def run_verb(store: FeatureStore, options: argparse.Namespace, body: Body | None) -> Displayed:
    """Run a parsed verb."""
    verb = next(verb for verb in VERBS if verb.name == options.verb)
    return verb.run(store, options, body)
