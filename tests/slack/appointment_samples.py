"""Appointments, hours and reasons in every state, and everything that is drawn of them."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.agendas import Agenda, Hours, Why
from bot.domain.appointment_notices import AppointmentNews, News
from bot.domain.appointments import Appointment, Party, Role, State
from bot.domain.availability import Block, Kind
from bot.domain.hours import DEFAULT
from bot.domain.people import Who
from bot.slack import agenda_views, answers, appointment_messages, hours_views, why_views
from bot.slack.messages import Message, message, render
from bot.slack.views import View
from tests.slack.samples import CONNECTED, NOW

HOUR = timedelta(hours=1)
ANA = Party("Ana Lima", "ana@acme.example", Role.HOST, "p1", Who("T0ACME", "U0ANA"), "Europe/Lisbon")
BEN = Party("Ben Okafor", "ben@acme.example", Role.BOOKER, "p2", Who("T0ACME", "U0BEN"), "America/New_York")
OUTSIDER = Party("eve@elsewhere.example", "eve@elsewhere.example", Role.OPTIONAL)
REASONS = (
    *("taken", "unknown", "unreadable", "not_in_time", "broken", "not_connected", "no_linked", "left"),
    *("calendar_gone", "not_found", "no_write_access", "deleted_in_google", "", "something_new"),
)
WEEKEND = replace(DEFAULT, zone="Asia/Seoul", week=(((0, 60), (70, 1440)), ((540, 1020),), (), *((((0, 1440),),) * 4)))
START = NOW.replace(hour=15, minute=0) + timedelta(days=1)


def appointment(name: str = "Plan the launch", state: State = State.CONFIRMED, start: datetime = START) -> Appointment:
    people = (replace(ANA, name=name), replace(BEN, name=name), replace(OUTSIDER, name=name))
    return Appointment(
        "a" * 32, "T0ACME", state, start, start + HOUR, name, name, True, name, people, 1, NOW, "broken", None
    )


def varied(name: str) -> Iterator[Appointment]:
    """In every state, with and without everything that may be missing."""
    for state in State:
        made = appointment(name, state)
        yield made
        yield replace(made, video_url="https://meet.google.com/abc-defg-hij", place="", reason=None)
        yield replace(made, video=False, video_url=None, moving_to=(START + HOUR, START + 2 * HOUR))
        yield replace(made, end=START + timedelta(days=2), parties=made.parties[:1])
    yield replace(appointment(name), parties=(ANA, *(replace(BEN, name=f"{name} {each}") for each in range(70))))


def news(name: str = "Plan the launch", by: str = "U0BEN") -> Iterator[AppointmentNews]:
    was = (START - HOUR, START)
    for kind in News:
        for each in varied(name):
            for viewer in (ANA, BEN):
                yield AppointmentNews(kind, each, viewer, by, was)
                yield AppointmentNews(kind, each, viewer, "", was, "taken", is_old=True)
        yield from (
            AppointmentNews(kind, appointment(name), viewer, by, was, r) for r in REASONS for viewer in (ANA, BEN)
        )


def apart(*made: Appointment) -> tuple[Appointment, ...]:
    """Each with an id of its own."""
    return tuple(replace(each, id=f"{number:032}") for number, each in enumerate(made))


def agendas(name: str = "Plan the launch") -> Iterator[Agenda]:
    for problem in (None, "not_connected", "broken", "no_linked", "left"):
        yield Agenda(ANA, (), NOW, problem)
        yield Agenda(replace(BEN, zone="Not/AZone"), apart(*varied(name)), NOW, problem)
    yield Agenda(ANA, apart(*(appointment(name, start=START + each * HOUR) for each in range(100))), NOW, None)
    yield Agenda(ANA, (appointment(name, start=NOW - 5 * HOUR),), NOW, None)


def whys(name: str = "Team") -> Iterator[Why]:
    nothing = Why(ANA, ANA, START, START + HOUR, NOW, (), None, ())
    blocks = tuple(Block(kind, name, START, START + HOUR) for kind in Kind)
    for asker in (ANA, BEN):
        own = replace(nothing, asker=asker)
        yield own
        yield replace(own, end=NOW)
        yield replace(own, blocks=blocks, unknown=((name, "notFound"), ("", "broken"), (name, name)))
        yield replace(own, blocks=tuple(block for block in blocks if block.kind is not Kind.APPOINTMENT) * 30)
        for problem in ("not_connected", "broken", "no_linked", "left", name):
            yield replace(own, problem=problem)
        yield replace(own, end=START + timedelta(days=9), blocks=blocks[:4])
    yield replace(nothing, unknown=((name, "missing"),))


def messages(name: str = "Plan the launch") -> Iterator[Message]:
    """Everything that is said."""
    yield from (render(each) for each in news(name))
    yield from (agenda_views.agenda(each) for each in agendas(name))
    yield agenda_views.agenda(Agenda(ANA, (), NOW, None), appointment_messages.after_cancel(appointment(name)))
    yield from (why_views.why(each, rules) for each in whys(name) for rules in (DEFAULT, WEEKEND))
    yield from (why_views.not_understood(text) for text in (name, ""))
    yield from (why_views.one_at_a_time(), why_views.nobody(name))
    for many in (1, 100):
        ahead = agenda_views.ahead(ANA, [appointment(name)] * many)
        yield answers.disconnect_question(CONNECTED, ahead)
    for each in varied(name):
        yield message(appointment_messages.cancelling(each))
        yield message(appointment_messages.after_cancel(each))
        text, blocks = appointment_messages.standing(each, BEN)
        yield message(text, *blocks)


def hours(zone: str = "Europe/Lisbon") -> Iterator[Hours]:
    rules = replace(DEFAULT, zone="Europe/Lisbon")
    odd = replace(
        rules,
        week=(((0, 485), (600, 1440)), *((((0, 1440),),) * 3), *(((),) * 3)),
        buffer_before=timedelta(minutes=235),
        notice=timedelta(minutes=1445),
        horizon=timedelta(days=366),
        length=timedelta(minutes=725),
    )
    yield from (Hours(each, zone) for each in (rules, odd, replace(rules, week=((),) * 7)))


def windows(name: str = "No.") -> Iterator[View]:
    """Every window."""
    yield from (hours_views.loading(), hours_views.saving(), hours_views.refused(name))
    for zone in ("Europe/Lisbon", "America/Argentina/ComodRivadavia"):
        for each in hours(zone):
            yield from (hours_views.form(each), hours_views.saved(each))
