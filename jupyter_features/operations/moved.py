"""What a pointer, a life or a list is after a change: the answers of the registry as cards."""

from __future__ import annotations

from dataclasses import dataclass

from jupyter_features.card import Card, Displayed, Table
from jupyter_features.clock import format_instant
from jupyter_features.definitions.feature_service import FeatureService, Model
from jupyter_features.definitions.standing import Standing
from jupyter_features.definitions.team import Team
from jupyter_features.registry.changes import Move


@dataclass(frozen=True)
class Moved(Displayed):
    """Pointers after a change of `name`; `title` says what was done."""

    title: str
    moves: tuple[Move, ...]

    def card(self) -> Card:
        """Show each environment before and after."""
        facts = [
            (move.environment, f"serves {_version(move, move.after)} (before: {_version(move, move.before)})")
            if move.before != move.after
            else (move.environment, f"serves {_version(move, move.after)} already")
            for move in self.moves
        ]
        return Card(self.title, state="ok", facts=facts or [("Environments", "none served it")])


def _version(move: Move, version: int | None) -> str:
    return "nothing" if version is None else f"{move.name}@{version}"


@dataclass(frozen=True)
class Lives(Displayed):
    """Where a version or view is in its life now."""

    reference: str
    standing: Standing

    def card(self) -> Card:
        """Show the state and what was said about it."""
        facts = [("Because", self.standing.reason), ("Instead", self.standing.replacement)]
        if self.standing.certification:
            certified = self.standing.certification
            until = f" until {format_instant(certified.expires_at)}" if certified.expires_at else ""
            facts.append(("Certified", f"by {certified.by}{until}: {certified.evidence}"))
        is_usable = not self.standing.warning(self.reference)
        told = [fact for fact in facts if fact[1]]
        return Card(self.reference, label=self.standing.state, state="ok" if is_usable else "warning", facts=told)


def service_card(service: FeatureService) -> Card:
    """Show the list of a feature service."""
    facts = (("Owner", service.owner), ("Description", service.description), ("Features", ", ".join(service.features)))
    next_step = f"%feature model NAME --service {service.reference} --owner {service.owner}"
    return Card(f"Feature service {service.reference}", state="ok", facts=[fact for fact in facts if fact[1]], next_step=next_step)


def model_card(model: Model) -> Card:
    """Show what a model consumes."""
    facts = (("Owner", model.owner), ("Description", model.description), ("Consumes", model.service))
    return Card(f"Model {model.reference}", state="ok", facts=[fact for fact in facts if fact[1]])


def team_card(team: Team) -> Card:
    """Show who belongs to a team."""
    return Card(f"Team {team.name}", state="ok", facts=(("Members", ", ".join(team.members)),))


def teams_card(teams: tuple[Team, ...]) -> Card:
    """Show every team."""
    return Card("Teams", label=str(len(teams)), tables=(Table(("team", "members"), [(t.name, ", ".join(t.members)) for t in teams]),))
