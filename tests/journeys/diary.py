"""What journeys of appointments need: two people with calendars, a Monday to meet on, and what Google holds."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from typing import Any, TypeVar

from sqlmodel import SQLModel, select

from bot.domain.appointments import Appointment, Wish
from bot.domain.people import Who
from tests.journeys.outages import ANA
from tests.sandbox.world import TEAM, World

HALF_AN_HOUR = timedelta(minutes=30)
_NUMBERS = count(1)
Row = TypeVar("Row", bound=SQLModel)


def meet(world: World, *names: str) -> list[str]:
    """These people connect and pick; our ids of them."""
    for name in names or ("ana", "ben"):
        person = getattr(world, name)
        account = f"{name}@acme.example"
        person.connects_google(account)
        person.picks(account)
    known = world.bot.booking.diaries.by_who([Who(TEAM, f"U0{name.upper()}") for name in names or ("ana", "ben")])
    return [each.id for each in known]


def next_monday(world: World, hour: int = 15, minute: int = 0, *, weeks: int = 0) -> datetime:
    """In UTC: in the afternoon of Lisbon and the morning of New York, inside both their working hours."""
    today = world.clock.now().date()
    monday: date = today + timedelta(days=(-today.weekday()) % 7 or 7, weeks=weeks)
    return datetime.combine(monday, time(hour, minute), UTC)


def wish(people: list[str], start: datetime, *, minutes: int = 30, **more: Any) -> Wish:
    return Wish(
        TEAM, start, start + timedelta(minutes=minutes), tuple(people), more.pop("title", "Plan the launch"), **more
    )


def booked(world: World, wanted: Wish, key: str = "") -> Appointment:
    """As a booking system asks for it."""
    key = key or f"request-{next(_NUMBERS)}"
    return world.bot.booking.appointments.book(wanted, requester="key-1", idempotency_key=key)


def events(world: World, calendar_id: str = ANA) -> list[dict[str, Any]]:
    """The events of ours that stand in a calendar."""
    found = [each for each in world.google.events(calendar_id) if each.get("status") != "cancelled"]
    return [each for each in found if "bk" in each.get("extendedProperties", {}).get("private", {})]


def rows(world: World, table: type[Row]) -> list[Row]:
    with world.bot.database.reading() as session:
        return list(session.exec(select(table)))
