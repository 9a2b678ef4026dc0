"""An outage that lasts: its owner is reminded less and less, in their own working hours, and of no step twice."""

from datetime import datetime, timedelta
from functools import partial
from typing import Literal
from zoneinfo import ZoneInfo

import pytest

from bot.domain.people import Who
from bot.services.reminders import Snoozed
from tests.journeys.outages import (
    ANA,
    BEN,
    CLEO,
    CONFIRM_AFTER,
    DAY,
    FIRST_LOOK,
    FRIDAY,
    MINUTE,
    MONDAY,
    Letters,
    at_noon_on,
    buttons,
    leaps_to,
    loses_the_grant,
    reads,
    reconnects,
)
from tests.journeys.single_faults import TEAM
from tests.sandbox.faults import Fault
from tests.sandbox.world import Persona, World, said

HOUR = timedelta(hours=1)
SEOUL, NEW_YORK, LISBON = ZoneInfo("Asia/Seoul"), ZoneInfo("America/New_York"), ZoneInfo("Europe/Lisbon")
WITH_THE_BUTTON = ["connect_open", "remind_tomorrow"]


@pytest.mark.parametrize(
    ("who", "account", "zone"), [("cleo", CLEO, SEOUL), ("ben", BEN, NEW_YORK)], ids=["Seoul", "New York"]
)
def test_the_whole_ladder_by_the_clock_of_whoever_is_reminded(
    world: World, who: str, account: str, zone: ZoneInfo
) -> None:
    person: Persona = getattr(world, who)
    person.connects_google(account)
    person.picks(account)
    noon = at_noon_on(world, MONDAY, zone)
    letters, to_operators = Letters(person), Letters(world.ada)
    leaps_to(world, noon + timedelta(hours=14))
    loses_the_grant(world, account)
    night = letters.only.at.astimezone(zone)
    assert (night.weekday(), night.hour) == (MONDAY + 1, 2), "at once, at any hour"

    thursday, mondays = noon + timedelta(days=3), [noon + timedelta(weeks=week) for week in (1, 2, 3, 4)]
    for step, day in enumerate([thursday, *mondays], start=1):
        nine = day.replace(hour=9)
        leaps_to(world, nine - 2 * MINUTE)
        assert len(letters.new) == step, f"nothing before nine o'clock on {nine:%A}"
        leaps_to(world, nine + MINUTE)
        assert len(letters.new) == step + 1
        *older, newest = letters.new
        assert [buttons(message) for message in older] == [[]] * step
        assert all("The button is in my newest message." in said(message) for message in older)
        assert "This is still open." in newest.text
    assert buttons(letters.new[-1]) == ["connect_open"]
    reads(letters.new[-1], "This is my last reminder. `/calendar connect` works whenever you like.")

    leaps_to(world, mondays[-1] + timedelta(days=6))
    assert to_operators.new == []
    leaps_to(world, mondays[-1] + timedelta(days=7))
    reads(to_operators.only, f"<@{person.user_id}>", account, "no more reminders are sent")
    leaps_to(world, mondays[-1] + timedelta(days=60))
    assert (len(letters.new), len(to_operators.new)) == (6, 1), "and that is all"
    person.types("/calendar connect")
    reconnects(person, account)
    assert [message.text for message in letters.new[:6]] == [
        f":white_check_mark: *Reconnected*: {account}. There is nothing to do."
    ] * 6


def test_a_chosen_calendar_is_reminded_of_twice(world: World) -> None:
    letters, to_operators = ana_is_connected(world), Letters(world.ada)
    monday = at_noon_on(world, MONDAY, LISBON)
    world.google.delete_calendar(TEAM)
    leaps_to(world, monday + FIRST_LOOK)
    leaps_to(world, monday + FIRST_LOOK + CONFIRM_AFTER + MINUTE)
    assert buttons(letters.only) == ["save_picks", "remind_tomorrow"]
    next_monday = (monday + 7 * DAY).replace(hour=9)
    for moment, written in ((monday + 2 * DAY, 1), (monday + 2 * DAY + HOUR, 2), (next_monday - MINUTE, 2)):
        leaps_to(world, moment)
        assert len(letters.new) == written
    leaps_to(world, next_monday + MINUTE)
    assert [buttons(message) for message in letters.new] == [[], [], ["save_picks"]]
    reads(letters.new[2], "This is my last reminder. `/calendar calendars` works whenever you like.")
    leaps_to(world, next_monday + 60 * DAY)
    reads(to_operators.only, "a chosen calendar is gone", "`/calendar calendars` mends it at any time")
    assert len(letters.new) == 3


def test_remind_me_tomorrow_is_the_next_working_day(world: World) -> None:
    letters = ana_is_connected(world)
    friday = at_noon_on(world, FRIDAY, LISBON)
    loses_the_grant(world, ANA)
    world.ana.clicks("Remind me tomorrow", on="dm")
    monday = (friday + timedelta(days=3)).replace(hour=9)
    reads(
        letters.only, "Reconnect your calendar", f"*Put off*: I will remind you again <!date^{int(monday.timestamp())}"
    )
    assert buttons(letters.only) == ["connect_open"], "and its link still works"
    assert "I will remind you" not in world.ana.answer
    leaps_to(world, monday - MINUTE)
    assert len(letters.new) == 1, "day 2 was a Sunday"
    leaps_to(world, monday + MINUTE)
    assert [buttons(message) for message in letters.new] == [[], WITH_THE_BUTTON]
    world.ana.clicks("Remind me tomorrow", on="dm")
    leaps_to(world, monday + DAY + MINUTE)
    assert len(letters.new) == 3


def test_remind_me_tomorrow_of_what_is_over_reminds_of_nothing(world: World) -> None:
    letters = ana_is_connected(world)
    loses_the_grant(world, ANA)
    (row,) = [block["elements"] for block in letters.only.blocks if block["type"] == "actions"]
    (reminder_id,) = [each["value"] for each in row if each["action_id"] == "remind_tomorrow"]
    told: set[datetime] = set()
    snooze = partial(world.bot.watching.reminders.snooze, reminder_id=reminder_id, show=partial(shown_in, told))
    assert snooze(Who("T0ACME", "U0CLEO")) is None, "nor can anybody put off what is not theirs"
    assert snooze(Who("T0ACME", "U0ANA")) == Snoozed(min(told), is_shown=True)
    reconnects(world.ana, ANA)
    assert snooze(Who("T0ACME", "U0ANA")) is None
    assert len(told) == 1


def shown_in(told: set[datetime], until: datetime) -> bool:
    told.add(until)
    return True


def test_where_slack_refuses_the_edit_one_short_message_says_until_when(world: World) -> None:
    letters = ana_is_connected(world)
    loses_the_grant(world, ANA)
    world.slack.script.add(Fault("/response/", status=500, times=-1))
    world.ana.clicks("Remind me tomorrow", on="dm")
    assert buttons(letters.new[0]) == WITH_THE_BUTTON
    assert len(letters.new) == 2
    reads(letters.new[1], "All right. I will remind you again: <!date^")


def test_reminders_end_with_the_outage(world: World) -> None:
    letters, to_operators = ana_is_connected(world), Letters(world.ada)
    loses_the_grant(world, ANA)
    leaps_to(world, world.clock.now() + 4 * DAY)
    assert len(letters.new) == 2
    reconnects(world.ana, ANA)
    assert all("*Reconnected*" in message.text for message in letters.new[:2])
    count = len(letters.new)
    leaps_to(world, world.clock.now() + 60 * DAY)
    assert (len(letters.new), to_operators.new) == (count, [])


def test_whoever_disconnects_is_reminded_of_nothing_and_the_messages_say_so(world: World) -> None:
    letters, to_operators = ana_is_connected(world), Letters(world.ada)
    loses_the_grant(world, ANA)
    leaps_to(world, world.clock.now() + 4 * DAY)
    world.ana.types("/calendar disconnect")
    world.ana.clicks("Disconnect", on="ephemeral")
    for message in letters.new[:2]:
        reads(message, "This is over: *ana@acme.example* is no longer connected, and that is all right.")
        assert buttons(message) == []
    count = len(letters.new)
    leaps_to(world, world.clock.now() + 60 * DAY)
    assert (len(letters.new), to_operators.new) == (count, [])


@pytest.mark.parametrize("code", ["cant_update_message", "edit_window_closed", "message_not_found"])
def test_where_slack_refuses_the_edit_one_short_message_says_it(world: World, code: str) -> None:
    letters = ana_is_connected(world)
    loses_the_grant(world, ANA)
    leaps_to(world, world.clock.now() + 4 * DAY)
    world.slack.script.add(refusing("chat.update", code))
    reconnects(world.ana, ANA)
    world.time_passes(2 * MINUTE)
    short = [message for message in letters.new if "*Reconnected*" in message.text]
    assert [buttons(message) for message in short] == [[]]
    world.slack.script.clear()
    world.time_passes(timedelta(hours=1))
    assert [message.ts for message in letters.new if "*Reconnected*" in message.text] == [short[0].ts]


def test_what_was_due_while_slack_was_down_is_said_once_afterwards(world: World) -> None:
    letters = ana_is_connected(world)
    world.slack.script.add(Fault("/api/", status=503, body="<html>Service Unavailable</html>", times=-1))
    loses_the_grant(world, ANA)
    world.time_passes(timedelta(minutes=30))
    assert letters.new == []
    world.slack.script.clear()
    world.time_passes(timedelta(minutes=30))
    assert buttons(letters.only) == WITH_THE_BUTTON


def test_what_healed_while_slack_was_down_is_not_told_afterwards(world: World) -> None:
    letters = ana_is_connected(world)
    world.slack.script.add(Fault("/api/", status=503, body="<html>Service Unavailable</html>", times=-1))
    world.google.set_account_state(ANA, "disabled")
    world.time_passes(FIRST_LOOK + CONFIRM_AFTER)
    world.google.set_account_state(ANA, "ok")
    world.time_passes(FIRST_LOOK)
    world.slack.script.clear()
    world.time_passes(timedelta(minutes=30))
    assert letters.new == []


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_message_whose_fate_is_unknown_is_looked_for_and_not_sent_twice(
    world: World, when: Literal["before", "after"]
) -> None:
    letters = ana_is_connected(world)
    world.slack.script.add(Fault("/api/chat.postMessage", kind="drop", when=when))
    loses_the_grant(world, ANA)
    assert len(letters.new) == (when == "after")
    world.time_passes(timedelta(minutes=5))
    assert buttons(letters.only) == WITH_THE_BUTTON
    reconnects(world.ana, ANA)
    assert "*Reconnected*" in letters.new[0].text, "it is known where it stands"


def ana_is_connected(world: World) -> Letters:
    """What she is written to from then on."""
    world.ana.connects_google(ANA)
    world.ana.picks("Family", "Team")
    return Letters(world.ana)


def refusing(method: str, code: str) -> Fault:
    return Fault(f"/api/{method}", status=200, body={"ok": False, "error": code}, times=-1)
