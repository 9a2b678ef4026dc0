"""Every outage, at every step and in every state: Slack takes it, it claims nothing unproved, and it has one button."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from bot.domain.health import Cause, Health
from bot.domain.notices import Mended, Notice, Trouble, TroubleOver
from bot.slack import troubles
from bot.slack.messages import Message, message, render
from tests.sandbox.slack.blocks import LONGEST_UPDATE, check_message
from tests.slack.samples import (
    ACCOUNT,
    BROKEN_BY,
    BY_LINK,
    BY_MENUS,
    BY_OTHERS,
    CONNECTED,
    COUNTS,
    EDGES,
    HOSTILE,
    LINK,
    NOW,
    STATUSES,
    broken,
    elements,
    fresh,
    menus,
    named,
    texts,
    variations,
)


def said(notice: Notice) -> str:
    return "\n".join(texts(render(notice).payload))


def buttons(message: Message) -> list[str]:
    """What the buttons are called, the quiet "Remind me tomorrow" aside."""
    rows = [block["elements"] for block in message.blocks if block["type"] == "actions"]
    return [each["text"]["text"] for row in rows for each in row if each["action_id"] != "remind_tomorrow"]


def everything(name: str) -> Iterator[Notice]:
    for cause in Cause:
        status = broken(cause, named(name))
        for step in range(7):
            yield from variations(fresh(cause, step, status))
        for count in EDGES:
            for role in ("owner", "reader"):
                yield replace(fresh(cause, 1, status), menus=menus(count, name, role=role, problem=name))
        for each in (status, replace(named(name), linked=None), replace(named(name), health=Health.DISCONNECTED)):
            yield Mended(each, cause)
            yield TroubleOver(each, cause)


@pytest.mark.parametrize("name", HOSTILE)
def test_slack_takes_every_outage_and_nothing_hostile_gets_through(name: str) -> None:
    for notice in everything(name):
        payload = render(notice).payload
        check_message(payload, longest=LONGEST_UPDATE)
        assert not [text for text in texts(payload) if "<" in text.replace("<!date^", "")]


@pytest.mark.parametrize("count", COUNTS)
@pytest.mark.parametrize("cause", BY_MENUS)
def test_slack_takes_the_menus_in_the_message_whatever_their_size(cause: Cause, count: int) -> None:
    check_message(render(replace(fresh(cause, 2), menus=menus(count))).payload, longest=LONGEST_UPDATE)


@pytest.mark.parametrize("cause", Cause)
def test_slack_takes_it_whatever_the_status_says(cause: Cause) -> None:
    for status in STATUSES:
        for notice in (fresh(cause, 1, status), Mended(status, cause), TroubleOver(status, cause)):
            check_message(render(notice).payload, longest=LONGEST_UPDATE)


@pytest.mark.parametrize("cause", Cause)
def test_no_text_claims_what_google_does_not_tell(cause: Cause) -> None:
    for trouble in variations(fresh(cause, 1)):
        words = said(trouble).casefold()
        for claim in ("revoked", "you removed", "expired", "was deleted", "password", "invalid_grant", "error"):
            assert claim not in words


@pytest.mark.parametrize("cause", Cause)
def test_each_names_the_account_since_when_and_what_it_breaks(cause: Cause) -> None:
    words = said(fresh(cause))
    assert f"*{ACCOUNT}*" in words
    assert "22 November 2026, 14:03 UTC" in words or (cause is Cause.EXPIRING and "25 November 2026" in words)
    assert any(
        broken in words
        for broken in ("Bookings for you are paused", "bookings for you are paused", "cannot be written")
    )


@pytest.mark.parametrize("cause", Cause)
@pytest.mark.parametrize("step", range(6))
def test_the_notification_begins_with_the_title_and_holds_no_link(cause: Cause, step: int) -> None:
    message = render(fresh(cause, step))
    title = message.blocks[0]["text"]["text"].split("*")[1]
    assert message.text.startswith(f"{title}. ")
    assert not [text for text in texts(message.payload) if "https://" in text]


def test_every_cause_has_words_of_its_own() -> None:
    assert len({said(fresh(cause)) for cause in Cause}) == len(Cause)
    assert render(fresh(Cause.GRANT_DEAD)).text.startswith(
        "Reconnect your calendar. Google no longer accepts our access"
    )


@pytest.mark.parametrize(
    ("cause", "label"),
    [
        (Cause.GRANT_DEAD, "Reconnect"),
        (Cause.SESSION_EXPIRED, "Reconnect"),
        (Cause.PERMISSION_MISSING, "Choose permissions again"),
        (Cause.EXPIRING, "Renew"),
    ],
)
def test_a_link_mends_it_in_one_click(cause: Cause, label: str) -> None:
    for step in range(6):
        message = render(fresh(cause, step))
        (button,) = elements(message.blocks, "connect_open")
        assert (button["text"]["text"], button["url"], button["style"]) == (label, LINK, "primary")
        assert buttons(message) == [label]


@pytest.mark.parametrize("cause", BY_LINK)
def test_without_a_link_the_button_asks_for_one(cause: Cause) -> None:
    assert elements(render(replace(fresh(cause), url=None)).blocks, "connect")


@pytest.mark.parametrize("cause", BY_MENUS)
def test_the_menus_are_in_the_message(cause: Cause) -> None:
    message = render(fresh(cause))
    assert elements(message.blocks, "pick_linked")
    assert elements(message.blocks, "pick_conflicts")
    assert buttons(message) == ["Save"]
    without = render(replace(fresh(cause), menus=None))
    assert buttons(without) == ["Choose calendars"]
    assert elements(without.blocks, "change_calendars")


@pytest.mark.parametrize("cause", BY_OTHERS)
def test_where_others_have_to_act_there_is_nothing_to_click(cause: Cause) -> None:
    message = render(replace(fresh(cause), is_last=True))
    assert not [block for block in message.blocks if block["type"] == "actions"]
    assert "There is nothing for you to do" in message.text
    assert "told the people who run the bot" in message.text
    assert "this message changes when it is over" in said(replace(fresh(cause), is_last=True))


def test_a_session_that_the_company_ends_says_that_the_operators_know() -> None:
    words = said(fresh(Cause.SESSION_EXPIRED))
    assert "limits how long an app stays signed in" in words
    assert "The people who run the bot have been told" in words


def test_a_missing_permission_is_named_with_what_it_breaks() -> None:
    words = said(fresh(Cause.PERMISSION_MISSING))
    for permission in BROKEN_BY[Cause.PERMISSION_MISSING].missing:
        assert f"“{permission.asks}”" in words
        assert permission.breaks in words
        assert permission.asks in render(fresh(Cause.PERMISSION_MISSING)).text


def test_calendars_that_are_gone_are_named_with_what_they_were_for() -> None:
    linked, (team, holidays) = CONNECTED.linked, CONNECTED.conflicts
    assert linked is not None
    lost = replace(CONNECTED, linked=replace(linked, back=False))
    assert "*Ana Lima* is no longer among the calendars of" in said(fresh(Cause.CALENDAR_GONE, 0, lost))
    assert "cannot be written until you choose another linked" in said(fresh(Cause.CALENDAR_GONE, 0, lost))
    assert "blocks" not in render(fresh(Cause.CALENDAR_GONE, 0, lost)).text

    one = replace(CONNECTED, conflicts=(replace(team, back=False), holidays))
    assert "*Team* is no longer among the calendars of" in said(fresh(Cause.CALENDAR_GONE, 0, one))
    assert "That conflict calendar no longer blocks bookings" in said(fresh(Cause.CALENDAR_GONE, 0, one))
    assert "cannot be written" not in said(fresh(Cause.CALENDAR_GONE, 0, one))

    both = "*Ana Lima*, *Team*, *Holidays* are no longer among"
    assert both in said(fresh(Cause.CALENDAR_GONE))
    many = replace(CONNECTED, conflicts=tuple(replace(team, name=f"Team {n}", back=False) for n in range(1000)))
    assert "*Team 0*, *Team 1*, *Team 2*, and 997 more are no longer" in said(fresh(Cause.CALENDAR_GONE, 0, many))
    assert "a calendar that you chose" in said(fresh(Cause.CALENDAR_GONE, 0, CONNECTED)).casefold()


def test_a_calendar_that_can_only_be_read_is_named() -> None:
    assert "make changes in *Ana Lima*: it can only be read now" in said(fresh(Cause.LOST_WRITE))


def test_an_end_to_come_says_when_and_that_all_works_until_then() -> None:
    words = said(fresh(Cause.EXPIRING))
    assert "25 November 2026, 14:03 UTC" in words
    assert "Everything works until then" in words
    assert "access to *ana@acme.example*, and it is near" in said(
        Trouble(replace(BROKEN_BY[Cause.EXPIRING], refresh_expires_at=None), Cause.EXPIRING, NOW, 0, LINK)
    )


@pytest.mark.parametrize("cause", [*BY_LINK, *BY_MENUS])
def test_a_reminder_says_still_and_the_last_one_that_it_is_the_last(cause: Cause) -> None:
    assert "still" not in said(fresh(cause))
    assert "This is still open." in said(fresh(cause, 2))
    assert "last reminder" not in said(fresh(cause, 2))
    assert "This is my last reminder." in said(replace(fresh(cause, 5), is_last=True, snooze=None))


@pytest.mark.parametrize("cause", [*BY_LINK, *BY_MENUS])
def test_a_reminder_can_be_put_off_quietly(cause: Cause) -> None:
    (later,) = elements(render(fresh(cause)).blocks, "remind_tomorrow")
    assert (later["text"]["text"], later["value"]) == ("Remind me tomorrow", "outage-1")
    assert "style" not in later
    assert not elements(render(replace(fresh(cause), snooze=None)).blocks, "remind_tomorrow")


@pytest.mark.parametrize("cause", Cause)
def test_a_reminder_that_is_put_off_keeps_everything_but_that_button_and_says_until_when(cause: Cause) -> None:
    sent = render(fresh(cause)).payload
    told = troubles.snoozed(sent, NOW)
    if not elements(sent["blocks"], "remind_tomorrow"):
        assert told is None
        return
    assert told is not None
    put_off = message(told[0], *told[1])
    check_message(put_off.payload)
    assert elements(put_off.blocks) == [each for each in elements(sent["blocks"]) if each not in later(sent)]
    assert "*Put off*: I will remind you again <!date^" in "\n".join(texts(put_off.payload))
    assert troubles.snoozed(put_off.payload, NOW) is None


def later(sent: object) -> list[dict[str, Any]]:
    return elements(sent, "remind_tomorrow")
