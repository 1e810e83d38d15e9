"""Who asks for a step, and what it would be refused for."""

from __future__ import annotations

from dataclasses import dataclass

from jupyter_features.definitions.subject import Role, Subject
from jupyter_features.definitions.team import Team


@dataclass(frozen=True)
class Asker:
    """Who asks for a step, and which teams there are."""

    subject: Subject
    teams: tuple[Team, ...]

    def members(self, team: str) -> tuple[str, ...]:
        """Name who belongs to a team; nobody if it does not exist yet."""
        return next((each.members for each in self.teams if each.name == team), ())

    def refusals(self, owner: str, role: Role = "author") -> tuple[str, ...]:
        """Say what a change of an object of `owner` would be refused for."""
        name, members = self.subject.name, self.members(owner)
        found = [] if self.subject.may(role) else [f"it takes the role {role!r}, which {name!r} does not have"]
        if members and name not in members and role == "author":
            found.append(f"it belongs to {owner!r}, and {name!r} is not a member")
        return tuple(found)
