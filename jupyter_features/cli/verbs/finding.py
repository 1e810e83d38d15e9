"""Verbs that look around in the registry."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from jupyter_features.card import Code, Displayed, Message
from jupyter_features.definitions.reference import parse_reference
from jupyter_features.errors import InvalidArgumentError
from jupyter_features.feature_store import FeatureStore
from jupyter_features.feature_store.cells.verb import Body, Verb, add_filters
from jupyter_features.operations.bound_sql import PLANS
from jupyter_features.operations.history import History
from jupyter_features.operations.view_card import detail_card, page_card


def _list(store: FeatureStore, options: Namespace, _: Body | None) -> Displayed:
    return _found(store, "", options)


def _found(store: FeatureStore, query: str, options: Namespace) -> Displayed:
    filters = {name: getattr(options, name) for name in ("entity", "owner", "tag", "state", "source", "consumer")}
    return Message(page_card(store.search(query, **filters), wanted={"words": query} | filters))


def _add_search(parser: ArgumentParser) -> None:
    parser.add_argument("words", nargs="+", metavar="WORD", help="words that must all occur in name, description, columns or SQL")
    add_filters(parser)


def _search(store: FeatureStore, options: Namespace, _: Body | None) -> Displayed:
    return _found(store, " ".join(options.words), options)


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


def _add_diff(parser: ArgumentParser) -> None:
    parser.add_argument("before", metavar="BEFORE", help="version, such as customer_value@1")
    parser.add_argument("after", metavar="AFTER", help="version or draft, such as customer_value@2 or customer_value@draft")


def _diff(store: FeatureStore, options: Namespace, _: Body | None) -> Displayed:
    return store.diff(options.before, options.after)


def _add_history(parser: ArgumentParser) -> None:
    parser.add_argument("name", nargs="?", metavar="NAME", help="view, entity, source, service, model or team; without it, everything")


def _history(store: FeatureStore, options: Namespace, _: Body | None) -> Displayed:
    return History(f"History of {options.name or 'the registry'}", store.history(options.name))


FINDING = (
    Verb("list", "list published feature views", add_filters, _list),
    Verb("search", "find published feature views by words", _add_search, _search),
    Verb("browse", "look around in the published feature views", add_filters, _list),
    Verb("show", "show all about one published version", _add_show, _show),
    Verb("diff", "show what changed between two versions", _add_diff, _diff),
    Verb("history", "show who changed what, newest first", _add_history, _history),
)
"""In the order in which one meets them."""
