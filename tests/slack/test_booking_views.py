"""Looking for a time and booking it, as Slack takes it: every state, long and hostile names, within the limits."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.appointments import OpenSlot
from bot.domain.planning import Plan, Unread, read, split
from bot.slack import free_answers, plans, slot_views
from tests.sandbox.slack.blocks import check_message, check_view
from tests.slack.booking_samples import MONDAY, messages, offer, offers, seat, slots, windows
from tests.slack.samples import HOSTILE, elements, texts


@pytest.mark.parametrize("name", HOSTILE)
def test_slack_takes_every_window_and_every_answer(name: str) -> None:
    for view in windows(name):
        check_view(view, "modal")
        assert len(view["blocks"]) < 60
        assert "<!channel>" not in "".join(texts([each for each in view["blocks"] if each["type"] != "input"]))
    for said in messages(name):
        check_message(said.payload)


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
    assert button["text"]["text"] == "17:00 · Tue 02:00"
    assert "Your time (Lisbon) · Seoul (Ben)" in "".join(texts(slot_views.times(seoul)))
    london = offer(seat(zone="Europe/London"), found=seoul.slots)
    (same,) = [each for each in elements(slot_views.times(london)) if each["action_id"] in plans.SLOTS]
    assert same["text"]["text"] == "17:00", "the same clock is not told twice"
    assert "Monday 30 November: 17:00–18:00" in free_answers.free(seoul).text  # noqa: RUF001 - between times
    assert "Seoul: Tue 02:00–03:00" in " ".join(texts(free_answers.free(seoul).payload))  # noqa: RUF001 - as above


def test_a_time_that_was_asked_for_is_not_open_only_where_its_day_is_shown() -> None:
    asked = Plan(("U1",), day=MONDAY.date(), at=MONDAY + timedelta(days=3, hours=12))
    shown = offer(seat(), plan=asked, found=slots(1))
    assert "*Thursday 3 December, 21:00* is not open. These times are:" in " ".join(texts(slot_views.times(shown)))
    later = replace(shown, first=shown.first + timedelta(days=7), last=shown.last + timedelta(days=7))
    assert "is not open" not in " ".join(texts(slot_views.times(later)))


def test_nothing_unknown_is_called_free_or_taken() -> None:
    unread = offer(seat(), unread=(Unread("Ben", None),))
    said = " ".join(texts(free_answers.free(unread).payload))
    assert "*unknown*" in said
    assert "Nothing is open" not in said
    mine = " ".join(texts(free_answers.free(offer(unread=(Unread("Ana", "Work"),))).payload))
    assert "Your calendar *Work* could not be read just now. Whether you are free is *unknown*" in mine
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
