"""Verbs about who consumes features, and who owns them: services, models, teams."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from typing import TypeVar

from jupyter_features.card import Card, Displayed, Message, Table
from jupyter_features.definitions.feature_service import FeatureService, Model
from jupyter_features.errors import InvalidArgumentError, NotFoundError
from jupyter_features.feature_store import FeatureStore
from jupyter_features.feature_store.cells.verb import Body, Verb
from jupyter_features.operations.moved import model_card, service_card, team_card, teams_card

Kept = TypeVar("Kept", FeatureService, Model)


def _add_service(parser: ArgumentParser) -> None:
    parser.add_argument(
        "name", nargs="?", metavar="NAME", help="feature service, shown if nothing else is said; without it, all are listed"
    )
    parser.add_argument(
        "--feature", action="append", default=[], metavar="REFERENCE", help="view or feature, pinned to what is served now; repeatable"
    )
    _add_ownership(parser)


def _service(store: FeatureStore, options: Namespace, _: Body | None) -> Displayed:
    if options.name is None:
        return Message(_kept_card("Feature services", "features", [(each, ", ".join(each.features)) for each in store.services()]))
    if not options.feature and not options.owner:
        return Message(service_card(_named(store.services(), "feature service", options.name)))
    service = store.service(options.name, options.feature, owner=_owner(options), description=options.description)
    return Message(service_card(service))


def _add_model(parser: ArgumentParser) -> None:
    parser.add_argument("name", nargs="?", metavar="NAME", help="model, shown if nothing else is said; without it, all are listed")
    parser.add_argument("--service", metavar="NAME[@VERSION]", help="feature service that it consumes")
    _add_ownership(parser)


def _model(store: FeatureStore, options: Namespace, _: Body | None) -> Displayed:
    if options.name is None:
        return Message(_kept_card("Models", "consumes", [(each, each.service) for each in store.models()]))
    if options.service is None and not options.owner:
        return Message(model_card(_named(store.models(), "model", options.name)))
    if options.service is None:
        raise InvalidArgumentError("A model consumes a feature service.", hint="Name it: --service NAME.")
    model = store.model(options.name, service=options.service, owner=_owner(options), description=options.description)
    return Message(model_card(model))


def _add_team(parser: ArgumentParser) -> None:
    parser.add_argument("name", nargs="?", metavar="NAME", help="team; without it, all are listed")
    parser.add_argument("--add", action="append", default=[], metavar="PERSON", help="who joins; repeatable")
    parser.add_argument("--remove", action="append", default=[], metavar="PERSON", help="who leaves; repeatable")


def _team(store: FeatureStore, options: Namespace, _: Body | None) -> Displayed:
    if options.name is None:
        return Message(teams_card(store.teams()))
    return Message(team_card(store.team(options.name, add=options.add, remove=options.remove)))


def _add_ownership(parser: ArgumentParser) -> None:
    parser.add_argument("--owner", metavar="TEAM", help="accountable team")
    parser.add_argument("--description", default="", help="what it is for")


def _owner(options: Namespace) -> str:
    if not options.owner:
        raise InvalidArgumentError(f"{options.verb} {options.name} needs an owner.", hint="Name the accountable team: --owner TEAM.")
    return str(options.owner)


def _named(kept: Sequence[Kept], noun: str, name: str) -> Kept:
    for each in kept:
        if each.name == name:
            return each
    raise NotFoundError(noun, name, tuple(each.name for each in kept), hint="Name its --owner to make it.")


def _kept_card(title: str, column: str, kept: list[tuple[FeatureService, str]] | list[tuple[Model, str]]) -> Card:
    rows = [(each.reference, each.owner, told) for each, told in kept]
    return Card(title, label=str(len(rows)), tables=(Table(("name", "owner", column), rows),))


CONSUMING = (
    Verb("service", "keep the list of features of a model, or list all", _add_service, _service),
    Verb("model", "register which feature service a model consumes, or list all", _add_model, _model),
    Verb("team", "make a team or change its members, or list all", _add_team, _team),
)
"""In the order in which one meets them."""
