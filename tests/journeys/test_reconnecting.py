"""Out of an outage in as few clicks as there can be: the same account, the same choices, and what is lost by name."""

from datetime import timedelta

import pytest

from tests.journeys.attacking import is_connected, rows
from tests.journeys.outages import (
    ANA,
    CONFIRM_AFTER,
    DAY,
    FIRST_LOOK,
    MINUTE,
    Letters,
    buttons,
    health_of,
    leaps_to,
    loses_the_grant,
    reads,
    reconnects,
)
from tests.journeys.single_faults import EVENTS, FAMILY, TEAM
from tests.sandbox.slack.block_types import elements_of
from tests.sandbox.slack.messages import Message
from tests.sandbox.world import World, said

HOLIDAYS = "Holidays in Portugal"


def test_two_clicks_after_the_buttons_own_and_all_is_as_it_was(world: World) -> None:
    letters = ana_is_connected(world)
    picks = rows(world, "SELECT purpose || calendar_id FROM pick ORDER BY 1")
    loses_the_grant(world, ANA)
    at = world.ana.opens_link()
    at.presses("Continue")
    assert at.address.startswith(world.google.base_url), "nothing in between"
    assert ANA in at.page, "straight to the consent: the account is not asked for"
    at.presses("Continue")
    assert "Connected" in at.page
    world.settles()
    assert [button for message in letters.new for button in buttons(message) if button == "save_picks"] == []
    assert "Your calendar choices are all back. There is nothing left to do." in said(letters.new[-1])
    assert rows(world, "SELECT purpose || calendar_id FROM pick ORDER BY 1") == picks
    assert is_connected(world.ana, ANA)
    assert "Appointments go to Family, 2 more" in world.ana.answer
    assert "*ana@acme.example* is connected" in world.ana.home
    world.hours_pass(1)
    assert health_of(world, ANA) == "connected"


def test_the_command_mends_it_as_well(world: World) -> None:
    letters = ana_is_connected(world)
    loses_the_grant(world, ANA)
    world.ana.connects_google(ANA)
    assert "*Reconnected*" in letters.new[0].text


def test_what_did_not_come_back_is_named_with_menus_and_choosing_ends_it(world: World) -> None:
    letters = ana_is_connected(world)
    loses_the_grant(world, ANA)
    world.google.delete_calendar(TEAM)
    reconnects(world.ana, ANA)
    card = letters.new[-1]
    reads(card, "2 of 3 calendars are back. Not in this account: Team.")
    assert "save_picks" in buttons(card)
    assert health_of(world, ANA) == "calendar_gone"
    assert "*Team* is no longer among the calendars" in world.ana.home
    count = len(letters.new)
    world.time_passes(2 * FIRST_LOOK)
    assert len(letters.new) == count, "they are looking at it already"
    world.ana.picks("Family", HOLIDAYS)
    assert health_of(world, ANA) == "connected"
    assert is_connected(world.ana, ANA)
    assert "*Team*" not in world.ana.home


def test_who_leaves_the_menus_alone_is_reminded_of_what_is_lost(world: World) -> None:
    letters = ana_is_connected(world)
    loses_the_grant(world, ANA)
    world.google.delete_calendar(FAMILY)
    reconnects(world.ana, ANA)
    reads(letters.new[-1], "2 of 3 calendars are back. Not in this account: Family.")
    count = len(letters.new)
    leaps_to(world, world.clock.now() + 5 * DAY)
    reads(letters.new[count], "Choose another calendar", "This is still open.", "*Family* is no longer among")
    world.ana.picks(ANA, "Team")
    assert "*Your calendars are in order again.*" in letters.new[count].text


def test_a_refused_choice_is_shown_in_the_message_it_was_made_in(world: World) -> None:
    letters = ana_is_connected(world)
    world.google.delete_calendar(TEAM)
    world.time_passes(FIRST_LOOK + CONFIRM_AFTER)
    told = letters.only
    world.ana.chooses("pick_linked", ANA, on="dm")
    world.ana.chooses("pick_conflicts", "Family", HOLIDAYS, on="dm")
    world.google.unshare(FAMILY, ANA)
    world.ana.clicks("Save", on="dm", message_ts=told.ts)
    redrawn = letters.only
    assert redrawn.ts == told.ts
    reads(redrawn, "Family is no longer in your Google account. Take it out and save again.", "Choose another calendar")
    assert chosen(redrawn, "pick_linked") == [ANA], "what was chosen still stands there"
    assert health_of(world, ANA) == "calendar_gone"
    world.ana.picks(ANA, HOLIDAYS)
    reads(letters.new[0], "*Your calendars are in order again.* Appointments go to *ana@acme.example* now.")
    assert health_of(world, ANA) == "connected"


def test_a_permission_left_out_once_more_leaves_the_button_good(world: World) -> None:
    letters = ana_is_connected(world)
    world.google.remove_scope(ANA, EVENTS)
    world.time_passes(FIRST_LOOK + CONFIRM_AFTER)
    told = letters.only
    world.ana.opens_link().presses("Continue")
    page = world.ana.consents(ANA, untick=["calendar.events"]).page
    assert "A permission is missing" in page
    assert (health_of(world, ANA), letters.new[0].edited) == ("needs_permission", None)
    reconnects(world.ana, ANA)
    assert letters.new[0].ts == told.ts
    assert "*Allowed again*" in letters.new[0].text
    assert is_connected(world.ana, ANA)


@pytest.mark.parametrize("mended", [True, False])
def test_the_grant_of_an_outage_is_replaced_and_looked_at_anew(world: World, mended: bool) -> None:
    """A new grant is judged by itself: nothing of the old one's trouble counts against it."""
    letters = ana_is_connected(world)
    loses_the_grant(world, ANA)
    reconnects(world.ana, ANA)
    count = len(letters.new)
    if not mended:
        world.google.revoke(ANA)
    world.time_passes(CONFIRM_AFTER - MINUTE)
    assert len(letters.new) == count, "one refusal proves nothing of the new one either"
    world.time_passes(FIRST_LOOK + timedelta(minutes=2))
    assert (health_of(world, ANA), len(letters.new)) == (
        ("connected", count) if mended else ("needs_reconnect", count + 1)
    )


def ana_is_connected(world: World) -> Letters:
    """What she is written to from then on."""
    world.ana.connects_google(ANA)
    world.ana.picks("Family", "Team", HOLIDAYS)
    return Letters(world.ana)


def chosen(message: Message, action_id: str) -> list[str]:
    """What a menu shows as chosen."""
    (menu,) = [each for each in elements_of(message.blocks) if each.get("action_id") == action_id]
    options = menu.get("initial_options") or [menu["initial_option"]]
    return [option["text"]["text"] for option in options]
