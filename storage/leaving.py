"""What is left of people and workspaces that are gone: their grants, open links, and invitations on the way."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col, select

from storage import rounds
from storage.rollout_tables import Invitation, Round
from storage.tables import Connection, Person, Ticket


def note(session: Session, person_id: str, now: datetime) -> int:
    """Somebody has left: since when, and their links and invitations end. How many of those there were."""
    leaving = update(Person).where(col(Person.id) == person_id, col(Person.deactivated_at).is_(None))
    session.exec(leaving.values(deactivated_at=now))
    mine = update(Ticket).where(col(Ticket.person_id) == person_id, col(Ticket.closed_at).is_(None))
    return session.exec(mine.values(closed_at=now)).rowcount + rounds.call_off(session, person_id)


def is_back(session: Session, person_id: str) -> None:
    """Slack says that they have not left after all."""
    session.exec(update(Person).where(col(Person.id) == person_id).values(deactivated_at=None))


def with_grants(session: Session, limit: int) -> Sequence[tuple[str, str, str, datetime]]:
    """Who has left, by Slack's word, and is still connected: our id, the workspace, Slack's id, and since when."""
    query = (
        select(Person.id, Person.team_id, Person.user_id, Person.deactivated_at)
        .join(Connection, col(Connection.person_id) == col(Person.id))
        .where(col(Person.deactivated_at).is_not(None), col(Connection.grant).is_not(None))
        .order_by(col(Person.deactivated_at), col(Person.id))
    )
    return [
        (person_id, team, user, since) for person_id, team, user, since in session.exec(query.limit(limit)) if since
    ]


def connected_in(session: Session, team_id: str, limit: int) -> list[str]:
    """Some of a workspace who are connected, by Slack's ids."""
    query = select(Person.user_id).join(Connection, col(Connection.person_id) == col(Person.id))
    of_team = query.where(Person.team_id == team_id, col(Connection.grant).is_not(None))
    return list(session.exec(of_team.order_by(col(Person.id)).limit(limit)))


def silence(session: Session, team_id: str, now: datetime) -> None:
    """Nothing more is sent to anybody of a workspace: rounds stop, links end."""
    of_team = select(Round.id).where(Round.team_id == team_id)
    going = update(Round).where(col(Round.team_id) == team_id, col(Round.state).in_((rounds.RUNNING, rounds.PAUSED)))
    session.exec(going.values(state=rounds.STOPPED, finished_at=now))
    waiting = update(Invitation).where(col(Invitation.round_id).in_(of_team), col(Invitation.todo) == rounds.SEND)
    session.exec(waiting.values(todo=None, due_at=None, outcome=rounds.SKIPPED, reason="uninstalled"))
    people = select(Person.id).where(Person.team_id == team_id)
    links = update(Ticket).where(col(Ticket.person_id).in_(people), col(Ticket.closed_at).is_(None))
    session.exec(links.values(closed_at=now))
