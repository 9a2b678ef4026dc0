"""People as they are booked: who they are, how their connection is, what they chose, and their hours."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import Select

from storage.booking_tables import Hours
from storage.inserts import insert_into
from storage.tables import Connection, Person, Pick


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody, as the rows have it."""

    person_id: str
    team_id: str
    user_id: str
    name: str
    email: str | None
    time_zone: str | None
    gone: bool
    health: str | None
    account: str | None
    linked: str | None
    calendars: Mapping[str, str]
    rules: Mapping[str, object] | None


_Query = Select[Person, Connection, Hours]


def people(session: Session, team_id: str, person_ids: Collection[str]) -> list[Known]:
    """Those of these people who are of the workspace."""
    return _known(session, _query().where(Person.team_id == team_id, col(Person.id).in_(person_ids)))


def by_who(session: Session, whos: Sequence[Any]) -> list[Known]:
    """By their Slack ids (``team_id`` and ``user_id``), in that order; whom we do not know is left out."""
    found: dict[tuple[str, str], Known] = {}
    for team_id in {who.team_id for who in whos}:
        ids = [who.user_id for who in whos if who.team_id == team_id]
        for known in _known(session, _query().where(Person.team_id == team_id, col(Person.user_id).in_(ids))):
            found[known.team_id, known.user_id] = known
    return [found[key] for who in whos if (key := (who.team_id, who.user_id)) in found]


def page(session: Session, team_id: str, email: str | None, after: str | None, limit: int) -> list[Known]:
    """People in the order of their ids, from behind ``after`` on; with ``email`` whoever has it, whatever its case."""
    query = _query().where(Person.team_id == team_id, col(Person.is_bot).is_(False))
    if email is not None:
        query = query.where(func.lower(Person.email) == email.lower())
    if after is not None:
        query = query.where(col(Person.id) > after)
    return _known(session, query.order_by(col(Person.id)).limit(limit))


def save_rules(session: Session, person_id: str, rules: Mapping[str, object], now: datetime) -> None:
    """Their hours from now on."""
    facts = {"rules": dict(rules), "changed_at": now}
    row = insert_into(session, Hours, person_id=person_id, **facts)
    session.exec(row.on_conflict_do_update(index_elements=["person_id"], set_=facts))


def _query() -> _Query:
    query = select(Person, Connection, Hours).outerjoin(Connection, col(Connection.person_id) == col(Person.id))
    return query.outerjoin(Hours, col(Hours.person_id) == col(Person.id))


def _known(session: Session, query: _Query) -> list[Known]:
    rows: Iterable[tuple[Person, Connection | None, Hours | None]] = session.exec(query).all()  # outer joins
    ids = [connection.id for _, connection, _ in rows if connection is not None]
    picked: dict[str, list[Pick]] = {}
    for pick in session.exec(select(Pick).where(col(Pick.connection_id).in_(ids))):
        picked.setdefault(pick.connection_id, []).append(pick)
    return [_one(person, connection, hours, picked) for person, connection, hours in rows]


def _one(
    person: Person, connection: Connection | None, hours: Hours | None, picked: Mapping[str, Sequence[Pick]]
) -> Known:
    picks = picked.get(connection.id, ()) if connection else ()
    return Known(
        person_id=person.id,
        team_id=person.team_id,
        user_id=person.user_id,
        name=person.name or person.user_id,
        email=person.email,
        time_zone=person.time_zone,
        gone=person.deactivated_at is not None or person.is_bot,
        health=connection.health if connection else None,
        account=connection.google_email if connection and connection.grant else None,
        linked=next((each.calendar_id for each in picks if each.purpose == "linked"), None),
        calendars={each.calendar_id: each.name for each in picks},
        rules=hours.rules if hours else None,
    )
