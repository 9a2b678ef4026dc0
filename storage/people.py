"""Slack people who have met the bot."""

from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from storage.inserts import insert_into
from storage.tables import Person, new_id


def ensure(session: Session, team_id: str, user_id: str, now: datetime) -> Person:
    """The person's row, made when there is none. Safe when two messages of a new person arrive at once."""
    person = by_slack(session, team_id, user_id)
    if person is None:
        row = insert_into(session, Person, id=new_id(), team_id=team_id, user_id=user_id, created_at=now)
        session.exec(row.on_conflict_do_nothing(index_elements=["team_id", "user_id"]))
        person = session.exec(_slack_person(team_id, user_id)).one()
    return person


def by_slack(session: Session, team_id: str, user_id: str) -> Person | None:
    """The person with this Slack id in this team."""
    return session.exec(_slack_person(team_id, user_id)).one_or_none()


def by_id(session: Session, person_id: str) -> Person | None:
    """The person with our id."""
    return session.get(Person, person_id)


def teams(session: Session) -> list[str]:
    """The workspaces that people of ours are in."""
    return list(session.exec(select(Person.team_id).distinct()))


def lock(session: Session, person_id: str) -> None:
    """Make others who lock this person wait until we are done; SQLite's write lock does so by itself."""
    session.exec(select(Person.id).where(col(Person.id) == person_id).with_for_update(key_share=True)).one()


def remember_card(session: Session, person_id: str, channel: str | None, ts: str | None) -> None:
    """Note where the person's card stands."""
    session.exec(update(Person).where(col(Person.id) == person_id).values(card_channel=channel, card_ts=ts))


def remember_profile(
    session: Session, person_id: str, *, name: str, email: str | None, time_zone: str, locale: str
) -> None:
    """Note what their Slack profile says."""
    facts = {"name": name, "email": email, "time_zone": time_zone, "locale": locale}
    session.exec(update(Person).where(col(Person.id) == person_id).values(**facts))


def _slack_person(team_id: str, user_id: str) -> SelectOfScalar[Person]:
    return select(Person).where(Person.team_id == team_id, Person.user_id == user_id)
