"""A connection is watched: what breaks is noticed, told once with the button that mends it, and heals by itself."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from tests.journeys.attacking import is_connected, rows
from tests.journeys.outages import (
    ANA,
    CLEO,
    CONFIRM_AFTER,
    FIRST_LOOK,
    MINUTE,
    MONDAY,
    Letters,
    at_noon_on,
    buttons,
    cause_of,
    falls_ill,
    health_of,
    leaps_to,
    passes_until,
    reads,
    reconnects,
)
from tests.sandbox.world import World

HOUR = timedelta(hours=1)
LISBON = ZoneInfo("Europe/Lisbon")


def test_a_revoked_grant_is_told_once_and_the_message_is_edited_when_it_is_mended(world: World) -> None:
    world.ana.connects_google(ANA)
    world.ana.picks(ANA)
    letters = Letters(world.ana)
    world.google.revoke(ANA)
    world.hours_pass(3)
    reads(letters.only, "Reconnect your calendar")
    world.ana.types("/calendar status")
    assert "Google no longer accepts our access" in world.ana.answer
    reconnects(world.ana, ANA)
    assert "*Reconnected*" in letters.new[0].text
    world.time_leaps(timedelta(days=2))
    world.hours_pass(3)
    assert not [message for message in letters.new[1:] if "Reconnect your calendar" in message.text]


def test_who_asks_is_offered_the_button_at_the_first_refusal_and_nothing_else_happens(world: World) -> None:
    world.ana.connects_google(ANA)
    world.ana.picks(ANA)
    world.time_passes(MINUTE)
    letters = Letters(world.ana)
    world.google.revoke(ANA)
    world.google.expire_access_tokens()
    world.ana.types("/calendar status")
    assert "Google no longer accepts our access" in world.ana.answer
    world.ana.opens_home()
    assert "Reconnect" in world.ana.home
    assert (letters.new, health_of(world, ANA)) == ([], "connected")
    asked_at = world.clock.now()
    passes_until(world, lambda: letters.new != [], CONFIRM_AFTER + 2 * MINUTE)
    assert letters.only.at >= asked_at + CONFIRM_AFTER, "what they saw is looked at soon, and confirmed like any other"


def test_who_mends_it_before_anybody_told_them_is_never_told(world: World) -> None:
    world.ana.connects_google(ANA)
    world.ana.picks(ANA)
    world.google.revoke(ANA)
    falls_ill(world, ANA)
    world.ana.connects_google(ANA)
    letters = Letters(world.ana)
    world.hours_pass(1)
    assert (letters.new, health_of(world, ANA)) == ([], "connected")


def test_a_refusal_that_passes_is_forgotten(world: World) -> None:
    world.ana.connects_google(ANA)
    world.ana.picks(ANA)
    letters = Letters(world.ana)
    for _ in range(3):
        world.google.set_account_state(ANA, "disabled")
        falls_ill(world, ANA)
        world.google.set_account_state(ANA, "ok")
        passes_until(world, lambda: health_of(world, ANA) == "connected", CONFIRM_AFTER + MINUTE)
    assert letters.new == []
    assert rows(world, "SELECT count(*) FROM outage") == [0]


def test_a_suspect_is_asked_again_when_the_time_to_confirm_has_come_and_not_at_the_next_look(
    world_set_up: Callable[[Mapping[str, str]], World],
) -> None:
    world = world_set_up({"PROBE_EVERY": "21600", "CONFIRM_AFTER": "900"})
    world.ana.connects_google(ANA)
    world.ana.picks(ANA)
    letters = Letters(world.ana)
    world.google.revoke(ANA)
    world.time_leaps(timedelta(hours=6))
    world.jobs_run()
    assert health_of(world, ANA) == "suspect"
    struck_at = world.clock.now()
    passes_until(world, lambda: letters.new != [], timedelta(minutes=16))
    assert letters.only.at - struck_at >= timedelta(minutes=14, seconds=59)


def test_an_employee_who_fails_keeps_nobody_else_from_being_looked_at(world: World) -> None:
    for person, account in ((world.ana, ANA), (world.cleo, CLEO)):
        person.connects_google(account)
        person.picks(account)
    letters = Letters(world.cleo)
    world.google.revoke(ANA)
    world.google.revoke(CLEO)
    world.hours_pass(1)
    assert [health_of(world, account) for account in (ANA, CLEO)] == ["needs_reconnect"] * 2
    reads(letters.only, "*cleo@acme.example*")


def test_the_end_of_a_permission_is_told_three_days_and_one_day_before_and_when_it_has_come(world: World) -> None:
    ends_at = connected_for_ten_days(world)
    letters = Letters(world.ana)
    leaps_to(world, ends_at - timedelta(days=3) - FIRST_LOOK)
    assert letters.new == []
    world.time_passes(2 * FIRST_LOOK)
    first = letters.only
    assert timedelta(0) <= first.at - (ends_at - timedelta(days=3)) <= FIRST_LOOK
    reads(first, "Renew your calendar connection", "Google has set an end to our access to *ana@acme.example*")
    assert buttons(first) == ["connect_open", "remind_tomorrow"]
    assert (health_of(world, ANA), cause_of(world, ANA)) == ("expiring", "expiring")
    world.ana.types("/calendar status")
    assert "Google has set an end" in world.ana.answer
    assert "Google has set an end" in world.ana.home

    leaps_to(world, ends_at - timedelta(days=1) - MINUTE)
    assert letters.only.edited is None
    world.time_passes(2 * MINUTE)
    assert [buttons(message) for message in letters.new] == [[], ["connect_open"]]
    reads(letters.new[1], "This is my last reminder")

    leaps_to(world, ends_at + MINUTE)
    world.time_passes(FIRST_LOOK + CONFIRM_AFTER)
    assert [message.text.split(" about")[0] for message in letters.new[:2]] == ["This message"] * 2
    reads(letters.new[2], "Reconnect your calendar")
    reconnects(world.ana, ANA)
    assert "*Reconnected*" in letters.new[2].text
    assert is_connected(world.ana, ANA)


def test_who_renews_before_the_end_is_not_told_again(world: World) -> None:
    ends_at = connected_for_ten_days(world)
    letters = Letters(world.ana)
    leaps_to(world, ends_at - timedelta(days=3) + HOUR)
    world.google.set_refresh_lifetime(None, email=ANA)
    reconnects(world.ana, ANA)
    told = letters.new[0]
    reads(told, "*Renewed*: ana@acme.example. There is nothing to do.")
    leaps_to(world, ends_at + HOUR)
    assert health_of(world, ANA) == "connected"
    assert not [message for message in letters.new if "Renew your calendar" in message.text]


def connected_for_ten_days(world: World) -> datetime:
    """Ana gives access for a time. When it ends: on a Thursday, at noon in Lisbon."""
    at_noon_on(world, MONDAY, LISBON)
    world.google.set_refresh_lifetime(timedelta(days=10), email=ANA)
    world.ana.connects_google(ANA)
    world.ana.picks("Family", "Team")
    (ends_at,) = rows(world, "SELECT refresh_expires_at FROM connection")
    return datetime.fromisoformat(f"{ends_at}+00:00")
