"""What the sidebar sends and gets, where it is not a value of the facade already."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from msgspec import UNSET, Struct, UnsetType

from jupyter_features.definitions.subject import Role, Subject
from jupyter_features.definitions.team import Team


class Me(Struct, frozen=True, kw_only=True):
    """Who asks, so that the sidebar offers only what may be done; the registry decides all the same.

    Parameters
    ----------
    teams
        Whose objects this person may change.
    closed_teams
        Teams that have members, none of them this person. A team in neither list is new: who publishes for it joins it.
    """

    name: str
    roles: tuple[Role, ...]
    teams: tuple[str, ...]
    closed_teams: tuple[str, ...]


def me(subject: Subject, teams: Iterable[Team]) -> Me:
    """Sort the teams by whether the subject belongs to them."""
    peopled = [team for team in teams if team.members]
    return Me(
        name=subject.name,
        roles=subject.roles,
        teams=tuple(team.name for team in peopled if subject.name in team.members),
        closed_teams=tuple(team.name for team in peopled if subject.name not in team.members),
    )


class PromoteBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which version goes where; of `version` and `source` one is given, or neither, which means the project's environment."""

    to: str
    source: str | None = None
    version: int | None = None
    acknowledge: tuple[str, ...] = ()


class RollbackBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which environment goes back, and to what; by default the project's, to what it served before."""

    environment: str | None = None
    version: int | None = None


class CertifyBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which version is approved, and what was looked at; a plan needs no evidence."""

    version: int
    evidence: str = ""
    expires_at: datetime | None = None


class Revision(Struct, frozen=True):
    """The registry's revision, for who waits for a change."""

    revision: int


class DeprecateBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why, and what to use instead; a plan needs no reason."""

    reason: str = ""
    replacement: str = ""


class NotebookBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A notebook as it stands in the browser, saved or not.

    Parameters
    ----------
    path
        Contents path; decides the project.
    content
        JSON of the notebook.
    """

    path: str
    content: dict[str, Any]


class CellBody(NotebookBody, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One feature cell of a notebook; `reason`, `acknowledge` and `follows` as in `FeatureStore.publish`.

    Parameters
    ----------
    cell
        Its index in the notebook's cells; None means the last cell that defines `name`.
    """

    name: str
    cell: int | None = None
    reason: str = ""
    acknowledge: tuple[str, ...] = ()
    follows: int | UnsetType | None = UNSET
