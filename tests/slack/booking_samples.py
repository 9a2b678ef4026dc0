"""Looking for a time and booking it in every state, and everything that is drawn of it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.domain.appointments import Appointment, OpenSlot, Party, Role, State
from bot.domain.board import Nudging
from bot.domain.people import Who
from bot.domain.planning import Chosen, Offer, Plan, Seat, Unread
from bot.slack import booking_views, free_answers, slot_views
from bot.slack.messages import Message
from bot.slack.views import View

MONDAY = datetime(2026, 11, 30, 9, tzinfo=UTC)
ZONES = ("Europe/Lisbon", "America/New_York", "Asia/Seoul", "Asia/Kathmandu")
PROBLEMS = ("not_connected", "broken", "no_linked", "left", "stranger")
ME = Seat(Party("Ana", "ana@acme.example", Role.BOOKER, "p0", Who("T0ACME", "U0ANA"), "Europe/Lisbon"))


def seat(number: int = 1, name: str = "Ben", problem: str | None = None, zone: str = ZONES[1], **more: Any) -> Seat:
    return Seat(Party(name, None, Role.REQUIRED, f"p{number}", Who("T0ACME", f"U{number:010}"), zone), problem, **more)


def slots(days: int = 7, each: int = 30) -> tuple[OpenSlot, ...]:
    starts = [MONDAY + timedelta(days=day, minutes=15 * number) for day in range(days) for number in range(each)]
    return tuple(OpenSlot(start, start + timedelta(minutes=30), optional=1) for start in starts)


def offer(*people: Seat, plan: Plan | None = None, found: tuple[OpenSlot, ...] = (), **more: Any) -> Offer:
    day = MONDAY.date()
    plan = plan or Plan(tuple(each.party.who.user_id for each in people if each.party.who), minutes=30, day=day)
    return Offer(plan, more.pop("viewer", ME), people, day, day + timedelta(days=6), day, 30, found, **more)


def offers(name: str) -> list[Offer]:
    many = [seat(number, name, problem, optional=number % 2 > 0) for number, problem in enumerate(PROBLEMS * 4)][:19]
    ids = tuple(f"U{number:010}" for number in range(19))
    full = Plan(ids, ids, 30, name[:200], name[:300], video=True, day=MONDAY.date(), at=MONDAY, moves="")
    return [
        offer(),
        offer(viewer=replace(ME, problem="broken")),
        offer(seat(name=name), found=slots()),
        offer(*(seat(number, name, zone=zone) for number, zone in enumerate(ZONES)), found=slots(2)),
        offer(*many, plan=full, found=slots()),
        offer(*many, plan=replace(full, moves="a" * 32, people=()), found=slots(1)),
        offer(seat(name=name), unread=(Unread(name, name), Unread(name, None))),
        offer(seat(name=name), plan=Plan(("U1",), day=MONDAY.date(), at=MONDAY + timedelta(days=9)), found=slots(1)),
    ]


def appointment(name: str, state: State, **more: Any) -> Appointment:
    parties = (replace(seat(name=name).party, role=Role.HOST), ME.party)
    ends = MONDAY + timedelta(hours=1)
    return Appointment("a" * 32, "T0ACME", state, MONDAY, ends, name, name, True, None, parties, 1, MONDAY, **more)


def windows(name: str = "Ben") -> Iterator[View]:
    """Every view."""
    for each in offers(name):
        ends = MONDAY + timedelta(hours=1)
        chosen = Chosen(each.plan, ME, each.seats, MONDAY, ends, name, (MONDAY, ends))
        yield from (slot_views.times(each, note, now=chosen, asked={"U0000000000"}) for note in ("", name))
        yield from (booking_views.confirm(chosen, week) for week in (None, ("F0WEEK0000", "x" * 3000)))
    later = replace(offers(name)[2], first=MONDAY.date() + timedelta(days=7))
    yield slot_views.times(later)
    yield from (booking_views.refused(name, plan) for plan in (None, Plan(), offers(name)[4].plan))
    for state in State:
        for moving in (None, (MONDAY, MONDAY + timedelta(hours=1))):
            yield booking_views.done(appointment(name, state, moving_to=moving), Who("T0ACME", "U0ANA"), Plan())
    yield from (booking_views.loading(), booking_views.working())


def messages(name: str = "Ben") -> Iterator[Message]:
    """Every answer."""
    for each in offers(name):
        yield from (free_answers.free(each), free_answers.book(each.plan))
    yield from (free_answers.nudged(found, name) for found in (Nudging(1, 0), Nudging(0, 1), Nudging(0, 0, 1)))
