"""Verbs of one's own project: connect, declare, define, test, check."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence

from jupyter_features.card import Card, Displayed, Message
from jupyter_features.clock import parse_instant
from jupyter_features.definitions.entity import parse_join_key
from jupyter_features.definitions.typed_name import parse_typed_name
from jupyter_features.errors import InvalidArgumentError
from jupyter_features.feature_store import FeatureStore
from jupyter_features.feature_store.cells.define_options import merge_header
from jupyter_features.feature_store.cells.grammar import parse_with
from jupyter_features.feature_store.cells.verb import Body, Verb, add_file, add_name, no_arguments, pair
from jupyter_features.operations.header import is_python


def _connect(store: FeatureStore, _: Namespace, __: Body | None) -> Displayed:
    return store.describe()


def _doctor(store: FeatureStore, _: Namespace, __: Body | None) -> Displayed:
    return store.doctor()


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
        return dict(pair(text, "--key") for text in options.key)
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
    add_file(parser)


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
        defaults=dict(pair(text, "default") for text in merged.default),
        params=merged.param,
        tags=merged.tag,
        freshness=merged.freshness,
        as_of=parse_instant(options.as_of) if options.as_of else None,
        first_line=body.first_line,
    )


def what_exists_already(store: FeatureStore, options: Namespace) -> Displayed | None:
    """Tell after a definition, which does not wait for it, what of it is published already, or nearly; None if nothing is."""
    if options.verb != "define":
        return None
    found = store.duplicates(options.name)
    return found if any(finding.kind != "related" for finding in found.findings) else None


def _types(texts: list[str]) -> dict[str, str]:
    return {each.name: each.dtype for each in map(parse_typed_name, texts)}


def _add_test(parser: ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="name of the feature view")
    add_file(parser)


def _test(store: FeatureStore, options: Namespace, body: Body | None) -> Displayed:
    if body is None:
        return store.test(options.name)
    return store.test(options.name, body.text, first_line=body.first_line)


def _check(store: FeatureStore, options: Namespace, _: Body | None) -> Displayed:
    return store.check(options.name)


def _body(body: Body | None, name: str) -> Body:
    if body is None:
        raise InvalidArgumentError(
            "There is no SQL.", hint=f"Write it below a line '%%feature {name} ...', or give --file in the terminal."
        )
    return body


DECLARING = (
    Verb("connect", "show where this project keeps its features", no_arguments, _connect),
    Verb("doctor", "look whether everything that this project needs works", no_arguments, _doctor),
    Verb("entity", "declare what features describe", _add_entity, _entity),
    Verb("source", "declare rows and the clock they run on", _add_source, _source),
    Verb("define", "define a feature view as a draft (%%%%feature)", _add_define, _define),
    Verb("test", "test a draft on given rows (%%%%feature_test), or run its kept tests", _add_test, _test),
    Verb("check", "check that a view keeps the law on real rows", add_name("feature view"), _check),
)
"""In the order in which one meets them."""


def parse_cell(words: Sequence[str]) -> Namespace:
    """Parse the words of a declaration, definition or test; raises what `parse_with` raises."""
    return parse_with(DECLARING, words)


def run_cell(store: FeatureStore, options: Namespace, body: Body | None) -> Displayed:
    """Run what was parsed."""
    return next(verb for verb in DECLARING if verb.name == options.verb).run(store, options, body)
