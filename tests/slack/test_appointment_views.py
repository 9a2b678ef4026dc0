"""What is said of appointments, as Slack takes it, in every state and with hostile names; plain and true."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.appointment_notices import AppointmentNews, News
from bot.domain.appointments import State
from bot.domain.availability import Kind
from bot.domain.hours import DEFAULT, RulesRefused
from bot.slack import agenda_views, hours_views, why_views
from bot.slack.messages import render
from bot.slack.views import View
from tests.sandbox.slack.blocks import check_message, check_view
from tests.slack.appointment_samples import ANA, BEN, REASONS, appointment, hours, messages, whys, windows
from tests.slack.samples import HOSTILE, elements, texts

OURS = ("<!date^", "<@U0", "<https://meet.google.com/abc-defg-hij|Google Meet>")


def said(kind: News, viewer: object = ANA, by: str = "U0BEN", reason: str = "", state: State = State.CONFIRMED) -> str:
    shown = AppointmentNews(kind, appointment(state=state), viewer, by, None, reason)  # type: ignore[arg-type]  # a Party
    return "\n".join(texts(render(shown).payload))


@pytest.mark.parametrize("name", HOSTILE)
def test_slack_takes_every_message_and_window_and_nothing_hostile_gets_through(name: str) -> None:
    for message in messages(name):
        check_message(message.payload)
        for text in texts(message.payload):
            for ours in OURS:
                text = text.replace(ours, "")  # noqa: PLW2901 - what is left is not ours
            assert "<" not in text
    for view in windows(name):
        check_view(view, "modal")


def test_every_reason_has_words_and_no_code_is_shown() -> None:
    for reason in REASONS:
        for kind in (News.FAILED, News.NOT_MOVED, News.CANCELLED):
            words = said(kind, reason=reason)
            assert "_" not in words.replace("appointment_", "").replace("date_long", ""), words
    assert "stays where it was" in said(News.NOT_MOVED, reason="taken")
    assert "Google Meet" in said(News.BOOKED)
    assert "Google Meet" not in said(News.CANCELLED, state=State.CANCELLED), "nobody meets there any more"
    assert "please delete it there" in said(News.CANCELLED, ANA, reason="no_write_access")
    assert "its host has to" in said(News.CANCELLED, BEN, reason="no_write_access")


def test_who_did_it_is_named_and_oneself_is_you() -> None:
    assert "<@U0BEN> booked *Plan the launch*" in said(News.BOOKED)
    assert "You booked *Plan the launch*" in said(News.BOOKED, BEN)
    assert "A booking system moved" in said(News.MOVED, by="")
    assert "\n10:00 to 11:00 for Plan the launch (New York)" in said(News.BOOKED)
    for viewer in (ANA, BEN):
        assert "*Who:* You, " in said(News.BOOKED, viewer)


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("kind", News)
def test_buttons_stand_only_where_something_can_be_changed(kind: News, state: State) -> None:
    shown = AppointmentNews(kind, appointment(state=state), ANA)
    lives = state in (State.HELD, State.CONFIRMED, State.CONFLICT)
    over = (News.CANCELLED, News.FAILED, News.DELETED, News.HOST_LEFT, News.UNINVITED)
    stands = kind not in over
    assert bool(elements(render(shown).blocks, "appointment_cancel")) == (lives and stands)
    assert not elements(render(replace(shown, is_old=True)).blocks)


def test_an_older_message_says_that_it_is_one_and_no_time() -> None:
    words = "\n".join(texts(render(AppointmentNews(News.BOOKED, appointment(), ANA, is_old=True)).payload))
    assert "There is a newer message about this below." in words
    assert "<!date" not in words


def test_of_others_no_calendar_is_named() -> None:
    for seen in whys("Secret calendar"):
        words = "\n".join(texts(why_views.why(seen, DEFAULT).payload))
        assert ("Secret calendar" in words) <= seen.own
        if seen.own and any(block.kind is Kind.BUFFER for block in seen.blocks) and not seen.unknown:
            assert "*Secret calendar*" in words


def test_the_appointments_ahead_are_counted_and_stay() -> None:
    said = agenda_views.ahead(ANA, [appointment()] * 12)
    assert said.startswith("*12 appointments lie ahead in your calendar*")
    assert "• and 2 more" in said
    assert "They stay in Google" in said


def test_hours_come_back_as_they_were_and_a_second_window_stays_unless_the_day_is_changed() -> None:
    for each in hours():
        values = _as_sent(hours_views.form(each))
        assert hours_views.read(values, each.rules) == each.rules
    _, odd, _ = hours()
    values = _as_sent(hours_views.form(odd))
    values["hours_to_0"]["hours_field"]["selected_time"] = "09:00"
    assert hours_views.read(values, odd.rules).week[0] == ((0, 540),)
    values["hours_to_0"]["hours_field"]["selected_time"] = "00:00"
    assert hours_views.read(values, odd.rules).week[0] == ((0, 1440),), "midnight ends the day"


def test_sentences_stand_under_the_fields_they_are_about() -> None:
    values = _as_sent(hours_views.form(next(hours())))
    values["hours_from_2"]["hours_field"]["selected_time"] = "18:00"
    values["hours_notice"]["hours_field"]["selected_option"]["value"] = str(60 * 24 * 31)
    values["hours_step"]["hours_field"]["selected_option"]["value"] = "7"
    with pytest.raises(RulesRefused) as refused:
        hours_views.read(values, DEFAULT)
    found = hours_views.errors(refused.value)
    assert set(found) == {"hours_to_2", "hours_notice", "hours_step"}
    assert found["hours_to_2"].startswith("Wednesday: ")
    assert found.keys() <= {block["block_id"] for block in hours_views.form(next(hours()))["blocks"][1:]}


@pytest.mark.parametrize("garbage", [None, {}, [], {"hours_days": None}, {"hours_from_0": {"hours_field": 7}}])
def test_a_window_that_was_tampered_with_changes_no_more_than_the_days(garbage: object) -> None:
    read = hours_views.read(garbage, replace(DEFAULT, notice=timedelta(hours=2)))
    assert (read.notice, read.week) == (timedelta(hours=2), ((),) * 7)


def _as_sent(view: View) -> dict[str, dict[str, Any]]:
    """The state of a window that nobody touched."""
    values = {}
    for block in view["blocks"]:
        if block["type"] == "input":
            element = block["element"]
            initial = {
                "selected_time": element.get("initial_time"),
                "selected_option": element.get("initial_option"),
                "selected_options": element.get("initial_options", []),
            }
            values[block["block_id"]] = {"hours_field": initial}
    return values
