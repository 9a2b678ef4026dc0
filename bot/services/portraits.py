"""Appointments as rows, read together and shown as values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.appointments import Appointment, Party, Role, State, cells, event_id
from bot.domain.people import Who
from storage import bookings
from storage.booking_tables import Attendance, Booking
from storage.database import Session
from storage.tables import Person

Parties = Sequence[tuple[Attendance, Person | None]]


@dataclass(frozen=True)
class Loaded:
    """One appointment with everybody in it, as it was read."""

    row: Booking
    parties: Parties

    @property
    def event_id(self) -> str:
        """Its event's id at Google."""
        return event_id(self.row.id, self.row.generation)

    @property
    def blocking(self) -> list[Attendance]:
        """The parts of people whose time it takes up, if they are connected."""
        return [part for part, _ in self.parties if part.person_id and part.role != Role.OPTIONAL]

    @property
    def target(self) -> tuple[datetime, datetime]:
        """Where it is to be moved, or where it stands."""
        return self.row.move_starts_at or self.row.starts_at, self.row.move_ends_at or self.row.ends_at

    @property
    def host(self) -> Who:
        """In whose calendar it lies."""
        person = next(person for part, person in self.parties if part.role == Role.HOST and person)
        return Who(person.team_id, person.user_id)

    @property
    def booker(self) -> str:
        """Slack's id of who asked for it; empty for a booking system."""
        return next((p.user_id for part, p in self.parties if p and part.person_id == self.row.booker_id), "")

    def cells(self, start: datetime, end: datetime, only: Mapping[str, object]) -> dict[str, range]:
        """What it takes up at that time, of those people who are in ``only``."""
        return {
            part.person_id: cells(start, end, timedelta(minutes=part.before), timedelta(minutes=part.after))
            for part in self.blocking
            if part.person_id and part.person_id in only
        }


def load(session: Session, booking_id: str) -> Loaded | None:
    """The appointment as it is now."""
    row = bookings.get(session, booking_id)
    return Loaded(row, bookings.parties(session, [booking_id])[booking_id]) if row else None


def shown(loaded: Loaded) -> Appointment:
    """As people and programs see it."""
    row = loaded.row
    moving = (row.move_starts_at, row.move_ends_at)
    return Appointment(
        id=row.id,
        team_id=row.team_id,
        state=State(row.state),
        start=row.starts_at,
        end=row.ends_at,
        title=row.title,
        place=row.place,
        video=row.video,
        video_url=row.video_url,
        parties=tuple(party(part, person) for part, person in loaded.parties),
        version=row.version,
        created_at=row.created_at,
        reason=row.reason,
        moving_to=(moving[0], moving[1]) if moving[0] and moving[1] else None,
    )


def party(part: Attendance, person: Person | None) -> Party:
    """One of those who take part."""
    role = Role(part.role)
    if person is None:
        return Party(part.email or "somebody", part.email, role)
    name, zone = person.name or person.user_id, person.time_zone or "UTC"
    return Party(name, part.email or person.email, role, person.id, Who(person.team_id, person.user_id), zone)
