"""The verbs of sharing a registry over HTTP: `serve` and `token`."""

from __future__ import annotations

import asyncio
import sys
from argparse import ArgumentParser, Namespace
from contextlib import closing, suppress
from datetime import datetime
from typing import TYPE_CHECKING

from jupyter_features.card import Card, Displayed, Message, Table
from jupyter_features.clock import format_instant
from jupyter_features.definitions.subject import ROLES, Role
from jupyter_features.errors import InvalidArgumentError
from jupyter_features.feature_store import FeatureStore
from jupyter_features.feature_store.cells.verb import Body, Verb

if TYPE_CHECKING:
    from jupyter_features.serving.settings import ServiceSettings


def _add_serve(parser: ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on; others than this machine's need TLS")
    parser.add_argument("--port", type=int, default=8765, help="port to listen on")
    parser.add_argument("--certfile", metavar="FILE", help="certificate in PEM form, to speak TLS")
    parser.add_argument("--keyfile", metavar="FILE", help="key of the certificate in PEM form")
    parser.add_argument("--behind-proxy", action="store_true", help="a proxy in front speaks TLS")
    parser.add_argument(
        "--trusted-proxies", default="127.0.0.1", metavar="ADDRESSES", help="proxies whose X-Forwarded headers count, divided by commas"
    )
    parser.add_argument("--oidc-issuer", metavar="URL", help="OpenID Connect issuer whose bearer tokens are believed")
    parser.add_argument("--oidc-audience", metavar="NAME", help="what the issuer calls this service")
    parser.add_argument("--oidc-name-claim", default="sub", metavar="CLAIM", help="claim that is the subject's name")
    parser.add_argument("--oidc-roles-claim", default="roles", metavar="CLAIM", help="claim with the subject's roles or groups")
    parser.add_argument("--jupyterhub-url", metavar="URL", help="JupyterHub whose user tokens are believed")
    parser.add_argument("--jupyterhub-scope", metavar="SCOPE", help="scope that a JupyterHub token must have")
    parser.add_argument(
        "--group-role", action="append", default=[], metavar="GROUP=ROLE", help="role of a group of the issuer or the Hub; repeatable"
    )


def _serve(store: FeatureStore, options: Namespace, _: Body | None) -> Displayed:
    _refuse_in_a_notebook("serve runs until it is stopped")
    # Late, as nothing else needs the web server.
    from jupyter_features.registry.open_registry import open_database
    from jupyter_features.serving.serve import serve

    settings = _settings(options)
    place = store.settings.shown_registry

    def say(url: str) -> None:
        print(f"The registry {place} is served at {url}; Ctrl-C stops.", file=sys.stderr)

    # The server finishes what is under way before it passes Ctrl-C on.
    with closing(open_database(store.settings.registry.value, folder=store.settings.project)) as database, suppress(KeyboardInterrupt):
        serve(database, settings, on_listening=say)
    return Message(Card("The registry service has stopped", state="ok"))


def _settings(options: Namespace) -> ServiceSettings:
    from jupyter_features.serving.settings import HubSettings, OidcSettings, ServiceSettings

    if bool(options.oidc_issuer) != bool(options.oidc_audience):
        raise InvalidArgumentError(
            "--oidc-issuer and --oidc-audience need each other.", hint="A token for another service must not open this."
        )
    oidc = (
        OidcSettings(
            issuer=options.oidc_issuer,
            audience=options.oidc_audience,
            name_claim=options.oidc_name_claim,
            roles_claim=options.oidc_roles_claim,
        )
        if options.oidc_issuer
        else None
    )
    return ServiceSettings(
        host=options.host,
        port=options.port,
        certfile=options.certfile,
        keyfile=options.keyfile,
        is_behind_proxy=options.behind_proxy,
        trusted_proxies=options.trusted_proxies,
        oidc=oidc,
        hub=HubSettings(url=options.jupyterhub_url, scope=options.jupyterhub_scope) if options.jupyterhub_url else None,
        group_roles=tuple(_group_role(text) for text in options.group_role),
    )


def _group_role(text: str) -> tuple[str, Role]:
    group, sign, role = text.rpartition("=")
    if not sign or not group or role not in ROLES:
        raise InvalidArgumentError(f"{text!r} is not of the form GROUP=ROLE.", hint=f"Roles are {', '.join(ROLES)}.")
    return group, next(known for known in ROLES if known == role)


def _add_token(parser: ArgumentParser) -> None:
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--create", metavar="NAME", help="make a token for somebody; its secret is shown once")
    what.add_argument("--list", action="store_true", help="list the tokens, without their secrets")
    what.add_argument("--revoke", metavar="ID", help="end a token at once")
    parser.add_argument("--role", action="append", choices=ROLES, default=[], help="what the token allows; author by default; repeatable")
    parser.add_argument("--days", type=float, default=90, help="how long the token opens anything; 90 by default")


def _token(store: FeatureStore, options: Namespace, _: Body | None) -> Displayed:
    if options.create:
        return _create_token(store, options)
    if options.revoke:
        line = store.revoke_token(options.revoke)
        return Message(Card(f"Token {line.id} of {line.subject} is revoked", state="ok"))
    rows = [
        (line.id, line.subject, ", ".join(line.roles), *map(_when, (line.expires_at, line.revoked_at, line.last_used_at)))
        for line in store.tokens()
    ]
    return Message(Card("Tokens", label=str(len(rows)), tables=(Table(("id", "of", "roles", "expires", "revoked", "last used"), rows),)))


def _create_token(store: FeatureStore, options: Namespace) -> Displayed:
    _refuse_in_a_notebook("The secret would be kept in the notebook")
    made = store.create_token(options.create, roles=options.role or ["author"], days=options.days)
    facts = (
        ("Secret", made.secret),
        ("Note", "this is the only time that the secret is shown"),
        ("Use", "as JUPYTER_FEATURES_TOKEN, or in the credentials file"),
    )
    return Message(
        Card(f"Token {made.id} for {options.create}", state="ok", facts=facts, next_step=f"jupyter features token --revoke {made.id}")
    )


def _when(instant: datetime | None) -> str:
    return format_instant(instant) if instant else "never"


def _refuse_in_a_notebook(why: str) -> None:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return
    raise InvalidArgumentError(f"{why}.", hint="Use a terminal: jupyter features ...")


SERVING: tuple[Verb, ...] = (
    Verb("serve", "serve the registry over HTTP, to people with tokens", _add_serve, _serve),
    Verb("token", "make, list or revoke access tokens of the registry service", _add_token, _token),
)
