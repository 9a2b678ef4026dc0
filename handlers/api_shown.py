"""What comes out of the booking API, as JSON."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import BaseModel, Field

from bot.domain.appointments import Appointment, Openings, Standing
from handlers.api_models import Window


class PersonOut(BaseModel):
    """Somebody, and whether they can be booked."""

    id: str
    name: str
    email: str | None
    time_zone: str
    bookable: bool
    problem: Annotated[str | None, Field(description="not_connected, broken, no_linked or left")]


class PeopleOut(BaseModel):
    """A page of people."""

    items: list[PersonOut]
    next_cursor: str | None


class SlotOut(BaseModel):
    """A time at which all who must can."""

    start: datetime
    end: datetime
    optional: Annotated[int, Field(description="How many of the optional ones can come")]


class UnsureOut(BaseModel):
    """Whose time is not known just now, and why."""

    person: str
    reason: str


class AvailabilityOut(BaseModel):
    """What is free. An empty list of slots means truly none for those who must come."""

    start: datetime
    end: datetime
    length: int
    slots: list[SlotOut]
    people: list[PersonOut]
    unsure: Annotated[list[UnsureOut], Field(description="Optional people whose calendars cannot be read just now")]


class PartyOut(BaseModel):
    """Somebody who takes part."""

    id: str | None
    name: str
    email: str | None
    role: str
    time_zone: str


class SpanOut(BaseModel):
    """From when to when."""

    start: datetime
    end: datetime


class WordsOut(BaseModel):
    """What it is to say instead; null is what stays."""

    title: str | None = None
    place: str | None = None
    video: bool | None = None
    optional: Annotated[list[str] | None, Field(description="Ids of all of them")] = None
    guests: list[str] | None = None


class AppointmentOut(BaseModel):
    """An appointment. Times are UTC."""

    id: str
    state: Annotated[str, Field(description="held, confirmed, cancelling, cancelled, failed or conflict")]
    start: datetime
    end: datetime
    title: str
    place: str
    video: bool
    video_url: str | None
    people: list[PartyOut]
    version: int
    created_at: datetime
    reason: Annotated[str | None, Field(description="Why it failed, gave way or is waiting")]
    moving_to: Annotated[SpanOut | None, Field(description="A move that is accepted and not yet in Google Calendar")]
    changing_to: Annotated[WordsOut | None, Field(description="Other changes that are accepted and not yet there")]


class AppointmentsOut(BaseModel):
    """A page of appointments."""

    items: list[AppointmentOut]
    next_cursor: str | None


def person_out(standing: Standing) -> PersonOut:
    """Somebody as the API shows them."""
    party = standing.party
    return PersonOut(
        id=party.person_id or "",
        name=party.name,
        email=party.email,
        time_zone=party.zone,
        bookable=standing.problem is None,
        problem=standing.problem,
    )


def availability_out(window: Window, openings: Openings) -> AvailabilityOut:
    """What is free, as the API shows it. Calendars are named to their owners alone."""
    return AvailabilityOut(
        start=window.start,
        end=window.end,
        length=window.length,
        slots=[SlotOut(start=_utc(s.start), end=_utc(s.end), optional=s.optional) for s in openings.slots],
        people=[person_out(each) for each in openings.standings],
        unsure=[UnsureOut(person=each.person_id, reason=each.reason) for each in openings.unsure],
    )


def appointment_out(found: Appointment) -> AppointmentOut:
    """An appointment as the API shows it."""
    moving = found.moving_to
    return AppointmentOut(
        id=found.id,
        state=found.state,
        start=_utc(found.start),
        end=_utc(found.end),
        title=found.title,
        place=found.place,
        video=found.video,
        video_url=found.video_url,
        people=[
            PartyOut(id=each.person_id, name=each.name, email=each.email, role=each.role, time_zone=each.zone)
            for each in found.parties
        ],
        version=found.version,
        created_at=_utc(found.created_at),
        reason=found.reason,
        moving_to=SpanOut(start=_utc(moving[0]), end=_utc(moving[1])) if moving else None,
        changing_to=WordsOut(**found.changing_to) if found.changing_to else None,
    )


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)
