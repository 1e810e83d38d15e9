"""Teams own objects; this is where membership is asked for, and changed."""

from __future__ import annotations

from sqlalchemy import Connection, select

from jupyter_features.definitions.team import Team, check_label, check_team
from jupyter_features.errors import ForbiddenError, InvalidArgumentError, NotFoundError, NotOwnerError
from jupyter_features.registry.changes import ChangeTeam
from jupyter_features.registry.context import Change
from jupyter_features.registry.schema import team_members, teams


def list_teams(connection: Connection) -> tuple[Team, ...]:
    """Read all teams by name."""
    members: dict[str, list[str]] = {name: [] for name in connection.execute(select(teams.c.name).order_by(teams.c.name)).scalars()}
    for row in connection.execute(select(team_members).order_by(team_members.c.team, team_members.c.member)):
        members[row.team].append(row.member)
    return tuple(Team(name=name, members=tuple(found)) for name, found in members.items())


def members_of(connection: Connection, team: str) -> tuple[str, ...]:
    """Read who belongs to a team, sorted; nobody for an unknown one."""
    query = select(team_members.c.member).where(team_members.c.team == team).order_by(team_members.c.member)
    return tuple(connection.execute(query).scalars())


def join_or_refuse(change: Change, owner: str, noun: str, name: str) -> None:
    """Let a change of an object go on if its author belongs to the owner; a team that nobody knows is made, with the author in it.

    Raises
    ------
    NotOwnerError
        If the team exists without the author.
    """
    members = members_of(change.connection, owner)
    if not members:
        check_team("an owner", owner)
        _add(change, owner, (change.subject.name,), is_new=not _exists(change.connection, owner))
        change.log("team_changed", owner, detail=f"added {change.subject.name}")
    elif change.subject.name not in members:
        raise NotOwnerError(noun, name, owner=owner, subject=change.subject.name, members=members)


def check_handed_to(change: Change, team: str, owner: str, name: str) -> None:
    """Refuse to hand an object to a team that nobody has made: a name with a slip of the pen would take it away.

    Raises
    ------
    NotFoundError
        If there is no such team.
    """
    if not _exists(change.connection, team):
        known = tuple(change.connection.execute(select(teams.c.name).order_by(teams.c.name)).scalars())
        hint = f"{name!r} belongs to {owner!r}. To hand it over, make the team first: %feature team {team} --add {change.subject.name}."
        raise NotFoundError("team", team, known, hint=hint)


def change_team(change: Change, request: ChangeTeam) -> Team:
    """See `ChangeTeam`.

    Raises
    ------
    ForbiddenError
        If the author is neither a member nor an admin.
    InvalidArgumentError
        If a name cannot be used, a new team's name differs from another's in its case alone, or nobody would be left.
    """
    check_team("a team", request.name)
    for name in (*request.add, *request.remove):
        check_label("a member", name)
    before = members_of(change.connection, request.name)
    _check_may_change(change, request.name, before)
    # Who makes a team belongs to it, so that it cannot be made for others and be lost.
    first = () if before else (change.subject.name,)
    after = tuple(sorted({*before, *request.add, *first} - set(request.remove)))
    if not after:
        raise InvalidArgumentError(f"Team {request.name!r} would have no member.", hint="Add another member first.")
    _add(change, request.name, [name for name in after if name not in before], is_new=not _exists(change.connection, request.name))
    gone = [name for name in before if name not in after]
    is_gone = (team_members.c.team == request.name) & team_members.c.member.in_(gone)
    change.connection.execute(team_members.delete().where(is_gone))
    if after != before:
        change.log("team_changed", request.name, detail=f"{', '.join(before) or 'nobody'} -> {', '.join(after)}")
    return Team(name=request.name, members=after)


def _check_may_change(change: Change, team: str, members: tuple[str, ...]) -> None:
    if members and change.subject.name not in members and not change.subject.may("admin"):
        raise ForbiddenError(
            f"Only its members and admins may change team {team!r}, and {change.subject.name!r} is neither.",
            hint=f"Ask {' or '.join(members[:3])} to add you.",
        )


def _check_alike(change: Change, team: str) -> None:
    known = change.connection.execute(select(teams.c.name)).scalars()
    alike = next((name for name in known if name.casefold() == team.casefold()), None)
    if alike is not None:
        raise InvalidArgumentError(f"Team {team!r} would be taken for {alike!r}.", hint=f"Write {alike!r}, or choose another name.")


def _exists(connection: Connection, team: str) -> bool:
    return connection.execute(select(teams.c.name).where(teams.c.name == team)).scalar() is not None


def _add(change: Change, team: str, members: tuple[str, ...] | list[str], *, is_new: bool) -> None:
    if is_new:
        _check_alike(change, team)
        change.connection.execute(teams.insert().values(name=team))
    if members:
        change.connection.execute(team_members.insert(), [{"team": team, "member": member} for member in members])
