"""Everything that is stored about one person: to be handed to them, or to be deleted. Nothing of others."""

from collections.abc import Collection, Iterator
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import delete, update
from sqlmodel import Session, SQLModel, col

from storage import errands
from storage.booking_tables import Attendance, Booking, Hours, Word
from storage.rollout_tables import Invitation, Round
from storage.tables import Audit, Connection, Flow, Person, Pick, Ticket
from storage.watch_tables import Outage, Probe, Reminder

_SECRET = frozenset({"grant", "token_hash", "token_prefix", "secret_hash", "state_hash", "cookie_hash", "verifier"})
_OURS = frozenset({"lease", "lease_until", "list_token", "todo", "decision"})
"""How we do our work says nothing about a person."""
_OF_APPOINTMENTS = ("id", "title", "place", "starts_at", "ends_at", "state", "created_at", "changed_at")
# Through which tables everything hangs on a person; a test holds that none is forgotten.
_CHAIN: tuple[tuple[str, type[SQLModel], str, type[SQLModel], Collection[str]], ...] = (
    ("connection", Connection, "person_id", Person, ()),
    ("calendars", Pick, "connection_id", Connection, ()),
    ("looks", Probe, "connection_id", Connection, ()),
    ("outages", Outage, "connection_id", Connection, ()),
    ("reminders", Reminder, "outage_id", Outage, ()),
    ("links", Ticket, "person_id", Person, ()),
    ("sign_ins", Flow, "ticket_id", Ticket, ()),
    ("invitations", Invitation, "person_id", Person, ()),
    ("working_hours", Hours, "person_id", Person, ()),
    ("appointments_in_your_calendar", Booking, "host_id", Person, _OF_APPOINTMENTS),
    ("appointments_you_asked_for", Booking, "booker_id", Person, _OF_APPOINTMENTS),
    ("appointments_you_take_part_in", Attendance, "person_id", Person, ("booking_id", "role", "email")),
    ("messages_about_appointments", Word, "person_id", Person, ("booking_id", "kind", "sent_at")),
)


def everything(session: Session, person: Person) -> dict[str, list[dict[str, object]]]:
    """All of it but secrets, by what it is; each row as plain values."""
    ids: dict[type[SQLModel], sa.Select[Any]] = {Person: sa.select(col(Person.id)).where(col(Person.id) == person.id)}
    told = {"person": list(_rows(session, Person, col(Person.id) == person.id, ()))}
    for name, table, column, parent, shown in _CHAIN:
        theirs = getattr(table, column).in_(ids[parent])
        if "id" in table.model_fields:
            ids.setdefault(table, sa.select(table.id).where(theirs))  # type: ignore[attr-defined]  # just looked for
        told[name] = list(_rows(session, table, theirs, shown))
    mine = sa.and_(col(Audit.team_id) == person.team_id, col(Audit.user_id) == person.user_id)
    told["audit"] = list(_rows(session, Audit, mine, ("at", "action", "detail")))
    told["asked_by_admins"] = list(_rows(session, Audit, _names(person), ("at", "action")))
    return told


def messages(session: Session, person: Person, limit: int) -> list[tuple[str, str]]:
    """Where messages of ours stand in their conversation: channel and timestamp, the newest first."""
    connection = sa.select(col(Connection.id)).where(col(Connection.person_id) == person.id)
    outages = sa.select(col(Outage.id)).where(col(Outage.connection_id).in_(connection))
    found = {(person.card_channel, person.card_ts)}
    ledgers: tuple[tuple[Any, sa.ColumnElement[bool]], ...] = (
        (Ticket, col(Ticket.person_id) == person.id),
        (Invitation, col(Invitation.person_id) == person.id),
        (Reminder, col(Reminder.outage_id).in_(outages)),
        (Word, col(Word.person_id) == person.id),
    )
    for table, which in ledgers:
        query = sa.select(table.channel, table.ts).where(which).order_by(col(table.ts).desc()).limit(limit)
        found |= {(channel, ts) for channel, ts in session.connection().execute(query)}
    known = [(channel, ts) for channel, ts in found if channel and ts]
    return sorted(known, key=lambda each: each[1], reverse=True)[:limit]


def erase(session: Session, person: Person) -> None:
    """Every row about them goes, and every mention of them in rows about others."""
    here = col(Audit.team_id) == person.team_id
    session.exec(delete(Audit).where(here, col(Audit.user_id) == person.user_id))
    for line_id, detail in session.connection().execute(
        sa.select(col(Audit.id), col(Audit.detail)).where(_names(person))
    ):
        kept = {name: value for name, value in detail.items() if name != "whom"}
        session.exec(update(Audit).where(col(Audit.id) == line_id).values(detail=kept))
    of_team = col(Round.team_id) == person.team_id
    begun = update(Round).where(of_team, col(Round.started_by) == person.user_id)
    session.exec(begun.values(started_by="", channel=None, ts=None))
    chosen = sa.select(col(Round.id), col(Round.choice)).where(of_team, _text(Round.choice, "audience") == "people")
    for round_id, choice in session.connection().execute(chosen):
        ids = choice.get("ids", [])
        if isinstance(ids, list) and person.user_id in ids:
            others = {**choice, "ids": [each for each in ids if each != person.user_id]}
            session.exec(update(Round).where(col(Round.id) == round_id).values(choice=others))
    errands.drop(session, [f"confirm:{person.id}"])
    session.exec(delete(Person).where(col(Person.id) == person.id))  # and what hangs on it


def _names(person: Person) -> sa.ColumnElement[bool]:
    return sa.and_(col(Audit.team_id) == person.team_id, _text(Audit.detail, "whom") == person.user_id)


def _text(column: Any, name: str) -> sa.ColumnElement[str]:
    found: sa.ColumnElement[str] = col(column)[name].as_string()
    return found


def _rows(
    session: Session, table: type[SQLModel], which: sa.ColumnElement[bool], shown: Collection[str]
) -> Iterator[dict[str, object]]:
    names = [name for name in shown or table.model_fields if name not in _SECRET | _OURS]
    query = sa.select(*(getattr(table, name) for name in names)).where(which)
    for row in session.connection().execute(query):
        yield {name: _plain(value) for name, value in zip(names, row, strict=True)}


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime | date) else value
