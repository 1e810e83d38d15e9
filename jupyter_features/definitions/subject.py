"""A subject: who asks the registry for something, and what they may do."""

from __future__ import annotations

from typing import Literal, get_args

from msgspec import Struct

Role = Literal["viewer", "author", "certifier", "server", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)


class Subject(Struct, frozen=True, kw_only=True):
    """An authenticated person or machine.

    Parameters
    ----------
    name
        Stands as the author of every event.
    roles
        `viewer` reads; `author` defines and publishes; `certifier` reviews the work of others; `server` reads and reports use;
        `admin` keeps accounts and teams. Every role reads. None of them opens another team's objects.
    """

    name: str
    roles: tuple[Role, ...] = ("viewer",)

    def may(self, role: Role) -> bool:
        """Tell whether one of the roles allows what `role` allows."""
        return role == "viewer" or role in self.roles
