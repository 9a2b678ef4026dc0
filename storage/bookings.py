"""Appointments as rows: holding time for them, changing them by compare-and-set, and finding them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import delete, func, or_, tuple_, update
from sqlmodel import Session, col, select

from storage.booking_tables import Attendance, Booking, BookingCell, Instance
from storage.inserts import insert_into, insert_new
from storage.tables import Connection, Person, new_id

HELD, CONFIRMED, CANCELLING, CANCELLED, FAILED, CONFLICT = (
    *("held", "confirmed", "cancelling"),
    *("cancelled", "failed", "conflict"),
)
OPTIONAL = "optional"
_LIVE = (HELD, CONFIRMED, CANCELLING)
_AT_A_TIME = 2000


class Repeated(Exception):
    """This requester has used this key before."""


class Taken(Exception):
    """Some of the time is taken up by another appointment."""


def hold(
    session: Session, booking: Booking, parties: Sequence[Attendance], cells: Mapping[str, Collection[int]]
) -> None:
    """Accept an appointment and take up its time. Raises Repeated, Taken: then the transaction must be rolled back."""
    row, parts = booking.model_dump(), [part.model_dump() for part in parties]  # before SQLite's write lock is taken
    if insert_new(session, Booking, [row]) != 1:
        raise Repeated
    take(session, booking.id, cells)
    insert_new(session, Attendance, parts)


def take(session: Session, booking_id: str, cells: Mapping[str, Collection[int]]) -> None:
    """Take up time. Always in the same order, so that two who want the same never wait for each other. Raises Taken."""
    wanted = iter(sorted((person_id, cell) for person_id, covered in cells.items() for cell in covered))
    while some := list(islice(wanted, _AT_A_TIME)):
        rows = [{"person_id": person_id, "cell": cell, "booking_id": booking_id} for person_id, cell in some]
        if insert_new(session, BookingCell, rows) != len(rows):
            raise Taken


def taken(session: Session, booking_id: str) -> dict[str, set[int]]:
    """The time that it takes up, by person."""
    found = dict[str, set[int]]()
    query = select(BookingCell.person_id, BookingCell.cell).where(BookingCell.booking_id == booking_id)
    for person_id, cell in session.exec(query):
        found.setdefault(person_id, set()).add(cell)
    return found


def give_back(session: Session, booking_id: str, cells: Mapping[str, Collection[int]] | None = None) -> None:
    """Give its time back: all of it, or these cells."""
    mine = delete(BookingCell).where(col(BookingCell.booking_id) == booking_id)
    if cells is None:
        session.exec(mine)
        return
    unwanted = iter([(person_id, cell) for person_id, covered in cells.items() for cell in covered])
    while some := list(islice(unwanted, _AT_A_TIME)):
        session.exec(mine.where(tuple_(col(BookingCell.person_id), col(BookingCell.cell)).in_(some)))


def cells_of(
    session: Session, person_ids: Collection[str], first: int, last: int, *, but: str = ""
) -> dict[str, list[int]]:
    """The cells from ``first`` to before ``last`` that are taken up, ``but`` by that one, in order, by person."""
    found = {person_id: list[int]() for person_id in person_ids}
    query = select(BookingCell.person_id, BookingCell.cell).where(col(BookingCell.person_id).in_(person_ids))
    query = query.where(BookingCell.cell >= first, BookingCell.cell < last, BookingCell.booking_id != but)
    for person_id, cell in session.exec(query.order_by(col(BookingCell.cell))):
        found[person_id].append(cell)
    return found


def change(session: Session, seen: Booking, states: Collection[str], **values: Any) -> bool:
    """Change it if it is still the one that was looked at. False: somebody else has changed it."""
    mine = update(Booking).where(col(Booking.id) == seen.id, col(Booking.version) == seen.version)
    return session.exec(mine.where(col(Booking.state).in_(states)).values(**values)).rowcount == 1


def note(session: Session, booking_id: str, **values: Any) -> None:
    """Note what was learnt about its event, whatever has become of it."""
    session.exec(update(Booking).where(col(Booking.id) == booking_id).values(**values))


def erase(session: Session, booking_id: str) -> None:
    """It was never promised to anybody."""
    session.exec(delete(BookingCell).where(col(BookingCell.booking_id) == booking_id))
    session.exec(delete(Booking).where(col(Booking.id) == booking_id))


def get(session: Session, booking_id: str, *, locked: bool = False) -> Booking | None:
    """The appointment, read anew."""
    query = select(Booking).where(Booking.id == booking_id)
    if locked:
        query = query.with_for_update()
    return session.exec(query, execution_options={"populate_existing": True}).one_or_none()


def by_key(session: Session, requester: str, idempotency_key: str) -> Booking | None:
    """What this requester has asked for under this key."""
    query = select(Booking).where(Booking.requester == requester, Booking.idempotency_key == idempotency_key)
    return session.exec(query).one_or_none()


def parties(session: Session, booking_ids: Collection[str]) -> dict[str, list[tuple[Attendance, Person | None]]]:
    """Who takes part, in order, by appointment."""
    found = {booking_id: list[tuple[Attendance, Person | None]]() for booking_id in booking_ids}
    query = select(Attendance, Person).outerjoin(Person, col(Person.id) == col(Attendance.person_id))
    query = query.where(col(Attendance.booking_id).in_(booking_ids)).order_by(col(Attendance.position))
    for attendance, person in session.exec(query):
        found[attendance.booking_id].append((attendance, person))
    return found


def of_person(session: Session, person_id: str, start: datetime, end: datetime, limit: int) -> list[Booking]:
    """What somebody takes part in that touches this time and is not over and done with, in order."""
    mine = select(Attendance.booking_id).where(Attendance.person_id == person_id)
    query = select(Booking).where(col(Booking.id).in_(mine), Booking.starts_at < end, Booking.ends_at > start)
    query = query.where(col(Booking.state).in_((*_LIVE, CONFLICT)))
    return list(session.exec(query.order_by(col(Booking.starts_at), col(Booking.id)).limit(limit)))


def hosted(session: Session, person_id: str, since: datetime) -> list[Booking]:
    """What lies in somebody's calendar and is not past."""
    query = select(Booking).where(Booking.host_id == person_id, Booking.ends_at > since)
    return list(session.exec(query.where(col(Booking.state).in_((*_LIVE, CONFLICT))).order_by(col(Booking.starts_at))))


def page(session: Session, team_id: str, after: tuple[datetime, str] | None, limit: int) -> list[Booking]:
    """The workspace's appointments by their start, from behind ``after`` on."""
    query = select(Booking).where(Booking.team_id == team_id)
    if after is not None:
        begin, last_id = after
        later = or_(col(Booking.starts_at) > begin, (col(Booking.starts_at) == begin) & (col(Booking.id) > last_id))
        query = query.where(later)
    return list(session.exec(query.order_by(col(Booking.starts_at), col(Booking.id)).limit(limit)))


def invite(session: Session, booking_id: str, invited: Sequence[tuple[str | None, str | None]]) -> None:
    """These take part without blocking, and no others do: people by their ids, outsiders by their addresses."""
    optional = select(Attendance).where(Attendance.booking_id == booking_id, Attendance.role == OPTIONAL)
    there = {(each.person_id, each.email): each for each in session.exec(optional)}
    for each in there.keys() - set(invited):
        session.delete(there[each])
    last = session.exec(select(func.max(Attendance.position)).where(Attendance.booking_id == booking_id)).one() or 0
    for number, (person_id, email) in enumerate((each for each in invited if each not in there), last + 1):
        part = Attendance(booking_id=booking_id, role=OPTIONAL, position=number, person_id=person_id, email=email)
        session.add(part)
    session.flush()


def known(session: Session, person_ids: Collection[str]) -> set[str]:
    """Who of them has not been forgotten."""
    return set(session.exec(select(Person.id).where(col(Person.id).in_(person_ids))))


def held_by(session: Session, requester: str) -> int:
    """How many of this requester's appointments are still to be written."""
    query = select(func.count()).select_from(Booking).where(Booking.requester == requester)
    return session.exec(query.where(Booking.state == HELD)).one()


def hosts_ahead(session: Session, now: datetime, since: datetime) -> list[str]:
    """In whose calendars something lies that is not past, or should not lie there since it ended after ``since``."""
    return list(session.exec(select(Booking.host_id).where(*_recent(now, since)).distinct()))


def recent(session: Session, host_id: str, now: datetime, since: datetime) -> list[Booking]:
    """The same of one person's calendar."""
    return list(session.exec(select(Booking).where(Booking.host_id == host_id, *_recent(now, since))))


def _recent(now: datetime, since: datetime) -> tuple[Any, ...]:
    stands = col(Booking.state).in_((*_LIVE, CONFLICT))
    # What its owner has left behind is not ours to compare any more.
    ours = or_(col(Booking.reason).is_(None), col(Booking.reason) != "host_left")
    return Booking.ends_at > now, or_(stands, col(Booking.changed_at) > since), ours


def of_the_disconnected(session: Session, now: datetime) -> list[str]:
    """Appointments ahead whose hosts have no connection any more, and who does not know it yet."""
    query = select(Booking.id).outerjoin(Connection, col(Connection.person_id) == col(Booking.host_id))
    query = query.where(Booking.ends_at > now, col(Booking.state).in_((*_LIVE, CONFLICT)))
    gone = or_(col(Connection.id).is_(None), col(Connection.health) == "disconnected")
    told = or_(col(Booking.reason).is_(None), col(Booking.reason) != "host_left")
    return list(session.exec(query.where(gone, told)))


def instance(session: Session) -> str:
    """This installation's name; made when first asked for."""
    name = session.exec(select(Instance.name).where(Instance.id == 1)).one_or_none()
    if name is None:
        row = insert_into(session, Instance, id=1, name=new_id())
        session.exec(row.on_conflict_do_nothing(index_elements=["id"]))
        name = session.exec(select(Instance.name).where(Instance.id == 1)).one()
    return name
