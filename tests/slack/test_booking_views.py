"""Looking for a time and booking it, as Slack takes it: every state, long and hostile names, within the limits."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.domain.appointments import Appointment, OpenSlot, Party, Role, State
from bot.domain.board import Nudging
from bot.domain.people import Who
from bot.domain.planning import Chosen, Offer, Plan, Seat, Unread, read, split
from bot.slack import booking_views, free_answers, plans, slot_views
from tests.sandbox.slack.blocks import check_message, check_view
from tests.slack.samples import HOSTILE, elements, texts

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


@pytest.mark.parametrize("name", HOSTILE)
def test_slack_takes_every_window_and_every_answer(name: str) -> None:
    for each in offers(name):
        for note in ("", name):
            view = slot_views.times(each, note)
            check_view(view, "modal")
            assert len(view["blocks"]) < 60
        check_message(free_answers.free(each).payload)
        assert "<!channel>" not in "".join(texts(slot_views.times(each, name)["blocks"]))
        check_message(free_answers.book(plans.dump(each.plan)).payload)
        chosen = Chosen(each.plan, ME, each.seats, MONDAY, MONDAY + timedelta(hours=1), name, (MONDAY, MONDAY))
        check_view(booking_views.confirm(chosen), "modal")
    for plan in (None, Plan(), offers(name)[4].plan):
        check_view(booking_views.refused(name, plan), "modal")
    for state in State:
        for moving in (None, (MONDAY, MONDAY + timedelta(hours=1))):
            view = booking_views.done(appointment(name, state, moving_to=moving), Who("T0ACME", "U0ANA"), Plan())
            check_view(view, "modal")
    for waiting in (booking_views.loading(), booking_views.working()):
        check_view(waiting, "modal")
    for found in (Nudging(1, 0), Nudging(0, 1), Nudging(0, 0, 1)):
        check_message(free_answers.nudged(found).payload)


def test_a_plan_comes_back_as_it_went() -> None:
    full = offers("é" * 300)[4].plan
    for plan, start in ((Plan(), None), (full, MONDAY), (Plan(moves="a" * 32), MONDAY)):
        assert plans.load(plans.dump(plan, start)) == (plan, start)
    assert len(plans.dump(full, MONDAY)) < 2000


@pytest.mark.parametrize(
    "garbage",
    [
        None,
        "",
        "[1]",
        "null",
        "{",
        '{"people":7,"minutes":true,"title":[],"day":"x","at":"-1","start":1e400}',
        "[" * 9999,
    ],
)
def test_what_was_tampered_with_wishes_for_nothing(garbage: object) -> None:
    assert plans.load(garbage) == (Plan(), None)
    assert (plans.read_menus(garbage), plans.read_details(garbage)) == ({}, {})
    assert plans.read_moment(garbage) is None


def test_times_are_shown_on_both_clocks_and_whose_day_it_is() -> None:
    seoul = offer(seat(zone="Asia/Seoul"), found=(OpenSlot(MONDAY + timedelta(hours=8), MONDAY + timedelta(hours=9)),))
    (button,) = [each for each in elements(slot_views.times(seoul)) if each["action_id"] in plans.SLOTS]
    assert button["text"]["text"] == "17:00 · 02:00 (+1)"
    assert "Your time (Lisbon) · Seoul (Ben)" in "".join(texts(slot_views.times(seoul)))
    london = offer(seat(zone="Europe/London"), found=seoul.slots)
    (same,) = [each for each in elements(slot_views.times(london)) if each["action_id"] in plans.SLOTS]
    assert same["text"]["text"] == "17:00", "the same clock is not told twice"
    assert "17:00-18:00" in free_answers.free(seoul).text


def test_nothing_unknown_is_called_free_or_taken() -> None:
    unread = offer(seat(), unread=(Unread("Ben", None),))
    said = " ".join(texts(free_answers.free(unread).payload))
    assert "*unknown*" in said
    assert "Nothing is open" not in said
    missing = " ".join(texts(free_answers.free(offer(seat(problem="not_connected"))).payload))
    assert "has not connected a calendar yet" in missing
    assert "Nothing is open" not in missing


@pytest.mark.parametrize(
    ("text", "people", "title"),
    [
        ("<@U0ANA|ana> <@W0BEN> tomorrow at 10 Plan the launch", ("U0ANA", "W0BEN"), "Plan the launch"),
        ("<@U0ANA> next week about Budget", ("U0ANA",), "Budget"),
        ("Plan <@U0ANA> <@U0ANA> launch", ("U0ANA",), "Plan launch"),
        ("2026-12-01 14:30", (), ""),
    ],
)
def test_words_are_people_then_a_time_then_a_title(text: str, people: tuple[str, ...], title: str) -> None:
    asked = read(text)
    spoken = split(asked.words, MONDAY, "Europe/Lisbon")
    assert (asked.people, spoken.left) == (people, title)
    assert (spoken.when is None) == text.startswith("Plan")
