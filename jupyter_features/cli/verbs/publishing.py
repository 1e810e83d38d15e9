"""Verbs that change the registry: plan and publish, move pointers, review and end."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from jupyter_features.card import Displayed
from jupyter_features.clock import parse_instant
from jupyter_features.errors import InvalidArgumentError
from jupyter_features.feature_store import FeatureStore
from jupyter_features.feature_store.cells.verb import Body, Verb, add_acknowledgements, add_name, add_reason
from jupyter_features.operations.moved import Lives, Moved


def _plan(store: FeatureStore, options: Namespace, _: Body | None) -> Displayed:
    return store.plan(options.name)


def _add_publish(parser: ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="feature view; or a notebook file, whose feature cells alone are published")
    parser.add_argument("--dry-run", action="store_true", help="of a notebook: show what would be published; exit code 3 if anything would")
    add_reason(parser)
    add_acknowledgements(parser)


def _publish(store: FeatureStore, options: Namespace, _: Body | None) -> Displayed:
    if Path(options.name).suffix == ".ipynb":
        return store.publish_notebook(options.name, dry_run=options.dry_run, reason=options.reason, acknowledge=options.ack)
    if options.dry_run:
        raise InvalidArgumentError("--dry-run is for a notebook file.", hint=f"See %feature plan {options.name}.")
    return store.publish(options.name, reason=options.reason, acknowledge=options.ack)


def _add_export(parser: ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="new folder, or one that was exported to before")
    parser.add_argument("names", nargs="*", metavar="NAME", help="feature views; by default all that are served")


def _export(store: FeatureStore, options: Namespace, _: Body | None) -> Displayed:
    return store.export(options.folder, options.names)


def _add_import(parser: ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="folder that was exported to")
    parser.add_argument("--dry-run", action="store_true", help="show what would be published; exit code 3 if anything would")
    add_reason(parser)
    add_acknowledgements(parser)


def _import(store: FeatureStore, options: Namespace, _: Body | None) -> Displayed:
    return store.import_(options.folder, dry_run=options.dry_run, reason=options.reason, acknowledge=options.ack)


def _add_promote(parser: ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="published feature view")
    parser.add_argument("--to", required=True, metavar="ENVIRONMENT", help="environment that is to serve it")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--from", dest="source", metavar="ENVIRONMENT", help="serve what this environment serves; by default one's own")
    which.add_argument("--version", type=int, metavar="NUMBER", help="serve this version")
    add_acknowledgements(parser)


def _promote(store: FeatureStore, options: Namespace, _: Body | None) -> Displayed:
    move = store.promote(options.name, to=options.to, source=options.source, version=options.version, acknowledge=options.ack)
    return Moved(f"Promoted {options.name}", (move,))


def _add_rollback(parser: ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="published feature view")
    parser.add_argument("--in", dest="environment", metavar="ENVIRONMENT", help="environment to roll back; by default one's own")
    parser.add_argument("--version", type=int, metavar="NUMBER", help="version to go back to; by default what was served before")


def _rollback(store: FeatureStore, options: Namespace, _: Body | None) -> Displayed:
    move = store.rollback(options.name, environment=options.environment, version=options.version)
    return Moved(f"Rolled {options.name} back", (move,))


def _add_pinned(parser: ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME@VERSION", help="version, such as customer_value@3")


def _add_undo(parser: ArgumentParser, help_text: str) -> None:
    parser.add_argument("--undo", action="store_true", help=help_text)


def _add_yank(parser: ArgumentParser) -> None:
    _add_pinned(parser)
    add_reason(parser, required=True)
    _add_undo(parser, "let it be served again; no environment moves")


def _yank(store: FeatureStore, options: Namespace, _: Body | None) -> Displayed:
    moves = store.yank(options.name, reason=options.reason, undo=options.undo)
    return Moved(f"{options.name} is yanked no longer" if options.undo else f"Yanked {options.name}", moves)


def _add_certify(parser: ArgumentParser) -> None:
    _add_pinned(parser)
    parser.add_argument("--evidence", required=True, metavar="TEXT", help="what was looked at: a link or a sentence")
    parser.add_argument("--until", metavar="INSTANT", help="when the certification expires; by default never")
    _add_undo(parser, "certify it no longer; the evidence says why")


def _certify(store: FeatureStore, options: Namespace, _: Body | None) -> Displayed:
    until = parse_instant(options.until) if options.until else None
    return Lives(options.name, store.certify(options.name, evidence=options.evidence, expires_at=until, undo=options.undo))


def _add_end(parser: ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="published feature view")
    add_reason(parser, required=True)
    parser.add_argument("--replacement", default="", metavar="NAME", help="feature view to use instead")
    _add_undo(parser, "take that back; no environment moves")


def _deprecate(store: FeatureStore, options: Namespace, _: Body | None) -> Displayed:
    standing = store.deprecate(options.name, reason=options.reason, replacement=options.replacement, undo=options.undo)
    return Lives(options.name, standing)


def _add_retire(parser: ArgumentParser) -> None:
    _add_end(parser)
    add_acknowledgements(parser)


def _retire(store: FeatureStore, options: Namespace, _: Body | None) -> Displayed:
    moves = store.retire(options.name, reason=options.reason, replacement=options.replacement, acknowledge=options.ack, undo=options.undo)
    return Moved(f"{options.name} is retired no longer" if options.undo else f"Retired {options.name}", moves)


PUBLISHING = (
    Verb("plan", "show what publishing a draft would change", add_name("feature view"), _plan),
    Verb("publish", "publish a draft as an immutable version", _add_publish, _publish),
    Verb("promote", "let another environment serve a version", _add_promote, _promote),
    Verb("rollback", "let an environment serve what it served before", _add_rollback, _rollback),
    Verb("yank", "take a version back; exact pins still work", _add_yank, _yank),
    Verb("certify", "approve a version of somebody else for reuse", _add_certify, _certify),
    Verb("deprecate", "ask people not to start using a feature view", _add_end, _deprecate),
    Verb("retire", "end a feature view; exact pins still work", _add_retire, _retire),
    Verb("export", "write published definitions as text files", _add_export, _export),
    Verb("import", "publish the definitions of a folder that differ", _add_import, _import),
)
"""In the order in which one meets them."""
