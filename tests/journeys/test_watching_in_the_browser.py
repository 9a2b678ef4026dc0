"""What breaks and heals as people see it: the sandbox page's Slack, Google, console and clock, in Chromium."""

from collections.abc import Iterator
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, expect

from bot.domain.reminders import tomorrow
from tests.journeys.screen import Screen, screen_of
from tests.sandbox.world import World

pytestmark = pytest.mark.browser

ANA, CLEO = "ana@acme.example", "cleo@acme.example"
LISBON = ZoneInfo("Europe/Lisbon")
DEAD = f"Google no longer accepts our access to {ANA}"


@pytest.fixture
def screen(world: World, chromium: Browser) -> Iterator[Screen]:
    """Ana has connected and picked, a while ago."""
    world.ana.connects_google(ANA)
    world.ana.picks(ANA, "Team")
    world.time_leaps(timedelta(minutes=1))
    with screen_of(world, chromium) as made:
        yield made


def test_access_taken_away_at_google_is_told_at_once_and_the_message_changes_when_it_is_given_back(
    screen: Screen,
) -> None:
    screen.world.google.risc.register(f"{screen.world.bot_url}/google/risc")
    screen.becomes("U0ANA", "google")
    screen.page.get_by_test_id("revoke").click()
    screen.agrees("Remove access")
    screen.goes_to("slack")
    told = screen.message("Reconnect your calendar")
    expect(told).to_contain_text(f"{DEAD}, and does not tell us why.")
    expect(told).to_contain_text("Bookings for you are paused until you reconnect")
    expect(told).to_contain_text(f"{ANA} · since")
    expect(told.get_by_role("button")).to_have_text(["Remind me tomorrow", ""])  # and the menu of every message
    screen.types("/calendar status")
    expect(screen.answer()).to_contain_text(DEAD)
    expect(screen.answer().get_by_role("button", name="Reconnect")).to_be_visible()
    screen.goes_to("home")
    expect(screen.home().get_by_text(DEAD)).to_have_count(1)
    expect(screen.home().get_by_text("Reconnect your calendar")).to_have_count(1)
    screen.goes_to("messages")
    screen.reconnects(told.get_by_role("link", name="Reconnect"))
    expect(screen.message(f"Reconnected: {ANA}. There is nothing to do.")).to_contain_text("(edited)")
    expect(told).to_have_count(0)
    expect(screen.newest).to_contain_text("Your calendar choices are all back.")
    expect(screen.newest).to_contain_text("Team")
    screen.goes_to("home")
    expect(screen.home()).to_contain_text(f"{ANA} is connected")


def test_without_security_events_it_is_told_within_the_hour_and_put_off_by_a_button(screen: Screen) -> None:
    screen.becomes("U0ANA", "google")
    screen.page.get_by_test_id("revoke").click()
    screen.agrees("Remove access")
    screen.goes_to("slack")
    screen.lets_pass("1h")
    told = screen.message(DEAD)
    expect(told).to_have_count(1)
    told.get_by_role("button", name="Remind me tomorrow").click()
    expect(told).to_contain_text("Put off: I will remind you again tomorrow")
    expect(told.get_by_role("button", name="Remind me tomorrow")).to_have_count(0)
    now = screen.world.clock.now()
    screen.world.time_leaps(tomorrow(now, LISBON) - now)
    screen.world.jobs_run()
    expect(told).to_have_count(2)
    expect(told.first).to_contain_text("The button is in my newest message.")
    expect(told.first.get_by_role("link")).to_have_count(0)
    expect(told.last.get_by_role("link")).to_have_text(["Reconnect"])


def test_a_deleted_calendar_is_replaced_in_the_message_that_tells_of_it(screen: Screen) -> None:
    world = screen.world
    world.ana.opens_home()
    world.ana.picks("Family", "Team", on="home")
    screen.becomes("U0ANA", "google")
    screen.page.get_by_role("button", name="Options for Family").click()
    screen.page.get_by_role("menu", name="Family").get_by_text("Delete the calendar").click()
    screen.agrees("Delete")
    screen.goes_to("slack")
    screen.lets_pass("1h")
    told = screen.message("Choose another calendar")
    expect(told).to_contain_text(f"Family is no longer among the calendars of {ANA}")
    told.get_by_role("combobox").first.click()
    screen.page.get_by_role("option", name=ANA).click()
    told.get_by_role("button", name="Save").click()
    expect(told).to_have_count(0)
    mended = screen.message("Your calendars are in order again.")
    expect(mended).to_contain_text(f"Appointments go to {ANA} now. There is nothing to do.")
    screen.types("/calendar status")
    expect(screen.answer()).to_contain_text(f"{ANA} is connected")


def test_a_fault_of_the_operators_is_told_to_them_alone_and_once(screen: Screen) -> None:
    world = screen.world
    world.cleo.connects_google(CLEO)
    world.cleo.picks(CLEO)
    before = [len(each.messages()) for each in (world.ana, world.cleo)]
    screen.becomes("U0ADA", "console")
    screen.turns("secret", "Was rotated")
    for _ in range(3):
        screen.lets_pass("10m")
    screen.goes_to("slack")
    alert = screen.message("Google rejects our client id or secret.")
    expect(alert).to_contain_text("It touches 2 people.")
    expect(alert).to_contain_text("To mend it: Check GOOGLE_CLIENT_ID and GOOGLE_CLIENT_SECRET")
    expect(screen.page.get_by_test_id("message")).to_have_count(1)
    screen.types("/calendar doctor")
    expect(screen.answer()).to_contain_text("Google rejects our client id or secret.")
    expect(screen.answer()).to_contain_text("2 connected")
    screen.goes_to("console")
    screen.turns("secret", "Works")
    screen.lets_pass("10m")
    screen.goes_to("slack")
    expect(alert).to_contain_text("Resolved")
    expect(screen.page.get_by_test_id("message")).to_have_count(1)
    screen.types("/calendar doctor")
    expect(screen.answer()).to_contain_text("Nothing is wrong.")
    assert [len(each.messages()) for each in (world.ana, world.cleo)] == before
