"""Personal connect links."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import func, update
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import Select

from storage import people
from storage.tables import Person, Ticket

_NEXT = timedelta(microseconds=1)


class Closed(Exception):
    """The ticket has done its work, or a newer one took its place."""


def open_for(session: Session, person: Person, secret_hash: str, now: datetime, expires_at: datetime) -> Ticket:
    """A new ticket. Closing the ``others`` in the same transaction leaves one open, even when two are asked for."""
    people.lock(session, person.id)
    # ``now`` was read before the lock was had: whoever waited for it must not come out older than who went first.
    newest_first = (
        select(Ticket.created_at).where(Ticket.person_id == person.id).order_by(col(Ticket.created_at).desc())
    )
    latest = session.exec(newest_first.limit(1)).first()
    created_at = max(now, latest + _NEXT) if latest else now
    ticket = Ticket(person_id=person.id, secret_hash=secret_hash, created_at=created_at, expires_at=expires_at)
    session.add(ticket)
    session.flush()
    return ticket


def opened_since(session: Session, person_id: str, since: datetime) -> int:
    """How many this person was given after ``since``."""
    query = select(func.count()).select_from(Ticket).where(Ticket.person_id == person_id, Ticket.created_at > since)
    return session.exec(query).one()


def others(session: Session, person_id: str, except_id: str | None = None) -> list[Ticket]:
    """The person's open tickets but one, oldest first: to be closed, and their messages edited."""
    query = select(Ticket).where(Ticket.person_id == person_id, col(Ticket.closed_at).is_(None))
    if except_id is not None:
        query = query.where(Ticket.id != except_id)
    return list(session.exec(query.order_by(col(Ticket.created_at), col(Ticket.id))))


def close(session: Session, ticket_ids: Collection[str], now: datetime) -> None:
    """End tickets; those that were closed before keep their time."""
    _close(session, ticket_ids, now)


def use_up(session: Session, ticket_id: str, now: datetime) -> None:
    """End a ticket for what it was made for, which works once. Raises Closed."""
    if not _close(session, [ticket_id], now):
        raise Closed("The ticket was closed before.")


def live(session: Session, secret_hash: str, now: datetime) -> tuple[Ticket, Person] | None:
    """The ticket with this secret and whose it is, unless it is closed or has expired."""
    return _pair(session, _alive(now).where(Ticket.secret_hash == secret_hash))


def live_by_id(session: Session, ticket_id: str, now: datetime) -> tuple[Ticket, Person] | None:
    """The ticket with this id and whose it is, unless it is closed or has expired."""
    return _pair(session, _alive(now).where(Ticket.id == ticket_id))


def owner(session: Session, ticket_id: str) -> Person | None:
    """Whose ticket it is, dead ones too."""
    query = select(Person).join(Ticket, col(Ticket.person_id) == col(Person.id)).where(Ticket.id == ticket_id)
    return session.exec(query).one_or_none()


def posted(session: Session, ticket_id: str, channel: str, ts: str) -> None:
    """Note where the ticket's message stands."""
    session.exec(update(Ticket).where(col(Ticket.id) == ticket_id).values(channel=channel, ts=ts))


def gone_on(session: Session, ticket_id: str, now: datetime) -> None:
    """Its owner has gone on from the link's page."""
    owner_id = select(Ticket.person_id).where(Ticket.id == ticket_id).scalar_subquery()
    session.exec(update(Person).where(col(Person.id) == owner_id).values(opened_at=now, declined_at=None))


def _close(session: Session, ticket_ids: Collection[str], now: datetime) -> int:
    closing = update(Ticket).where(col(Ticket.id).in_(ticket_ids), col(Ticket.closed_at).is_(None))
    return session.exec(closing.values(closed_at=now)).rowcount


def _alive(now: datetime) -> Select[Ticket, Person]:
    both = select(Ticket, Person).join(Person, col(Person.id) == col(Ticket.person_id))
    return both.where(col(Ticket.closed_at).is_(None), Ticket.expires_at > now)


def _pair(session: Session, query: Select[Ticket, Person]) -> tuple[Ticket, Person] | None:
    found = session.exec(query).one_or_none()
    return None if found is None else (found[0], found[1])
