"""What a registry service is told when it is started."""

from __future__ import annotations

from msgspec import Struct

from jupyter_features.definitions.subject import Role
from jupyter_features.errors import ConfigurationError
from jupyter_features.registry.http_registry import is_this_machine

GroupRoles = tuple[tuple[str, Role], ...]
"""Roles that members of a group have: (group, role)."""


class OidcSettings(Struct, frozen=True, kw_only=True):
    """Whose bearer tokens are believed.

    Parameters
    ----------
    issuer
        URL below which `.well-known/openid-configuration` lies; exactly the `iss` of every token.
    audience
        This service's name at the issuer; must be among the `aud` of every token.
    name_claim
        Claim that becomes the subject's name; an `email` counts only if the issuer has verified it.
    roles_claim
        Claim with a list of roles or groups, or a text of words; `a.b` looks inside `a` if there is no claim of that name.
    """

    issuer: str
    audience: str
    name_claim: str = "sub"
    roles_claim: str = "roles"


class HubSettings(Struct, frozen=True, kw_only=True):
    """Which JupyterHub's user tokens are believed.

    Parameters
    ----------
    url
        Of the Hub, without `/hub/api`.
    roles
        What every user of the Hub may do.
    scope
        A scope that a token must have, such as `access:services!service=features`; None asks for none.
    """

    url: str
    roles: tuple[Role, ...] = ("viewer", "author")
    scope: str | None = None


class Limits(Struct, frozen=True, kw_only=True):
    """How much anybody may ask.

    Parameters
    ----------
    connections
        Open at the same time; who comes after is told to come again.
    body_bytes, body_seconds
        Size of a request, and how long it may take to arrive.
    requests_per_second, burst
        Of one subject: sustained, and at once.
    failures_per_second, failures_burst
        Requests of one address that authenticate nobody.
    threads
        Requests that are answered at the same time; others wait.
    asking_threads
        Tokens about which another issuer is asked at the same time; only others of that kind wait.
    """

    connections: int = 500
    body_bytes: int = 4_000_000
    body_seconds: float = 30.0
    requests_per_second: float = 50.0
    burst: int = 200
    failures_per_second: float = 0.5
    failures_burst: int = 20
    threads: int = 16
    asking_threads: int = 4


class ServiceSettings(Struct, frozen=True, kw_only=True):
    """Where a service listens and whom it believes.

    Parameters
    ----------
    certfile, keyfile
        PEM files; with them the service speaks TLS itself.
    is_behind_proxy
        Whether a proxy in front speaks TLS; only then may plain HTTP be spoken on an address of the network, and only with it:
        what no trusted proxy says has come by HTTPS is refused, but for `/livez` and `/readyz`.
    trusted_proxies
        Addresses or networks, divided by commas, whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed.
    group_roles
        Roles of groups of OIDC and JupyterHub. Without any, a value of OIDC's roles claim that is the name of a role is that role.

    Raises
    ------
    ConfigurationError
        If passwords or tokens would cross the network in the clear.
    """

    host: str = "127.0.0.1"
    port: int = 8765
    certfile: str | None = None
    keyfile: str | None = None
    is_behind_proxy: bool = False
    trusted_proxies: str = "127.0.0.1"
    oidc: OidcSettings | None = None
    hub: HubSettings | None = None
    group_roles: GroupRoles = ()
    limits: Limits = Limits()

    def __post_init__(self) -> None:
        if self.keyfile and not self.certfile:
            raise ConfigurationError("A key file needs its certificate.", hint="Give --certfile, too.")
        if not is_this_machine(self.host) and not self.certfile and not self.is_behind_proxy:
            raise ConfigurationError(
                f"Tokens would be sent to {self.host or 'every address'} in the clear.",
                hint="Give --certfile and --keyfile, or say --behind-proxy if a proxy in front speaks TLS.",
            )
