"""The whole story as a person sees it: the sandbox page, Google's pages and ours, in Chromium."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.screen import Screen, screen_of
from tests.sandbox.world import World

pytestmark = pytest.mark.browser


@pytest.fixture
def screen(world: World, chromium: Browser) -> Iterator[Screen]:
    with screen_of(world, chromium) as made:
        yield made


def test_an_employee_connects_picks_looks_and_disconnects(screen: Screen) -> None:
    screen.becomes("U0ANA")
    screen.connects("ana@acme.example")
    expect(screen.newest).to_contain_text("Linked calendar")
    screen.newest.get_by_role("button", name="Save").click()
    expect(screen.newest).to_contain_text("Write to ana@acme.example and tidy up")
    screen.types("/calendar status")
    expect(screen.answer()).to_contain_text("ana@acme.example is connected")
    screen.page.get_by_test_id("tab-home").click()
    expect(screen.page.get_by_text("What we never store")).to_be_visible()
    screen.page.get_by_test_id("tab-messages").click()
    screen.types("/calendar disconnect")
    expect(screen.answer()).to_contain_text("Disconnect ana@acme.example?")
    screen.answer().get_by_role("button", name="Disconnect").click()
    expect(screen.answer()).to_contain_text("is disconnected")
    assert screen.world.google.grants("ana@acme.example") == []


def test_three_hundred_calendars_are_searched_by_typing(screen: Screen) -> None:
    screen.becomes("U0BEN")
    screen.connects("ben@acme.example")
    screen.types("/calendar calendars")
    modal = screen.page.get_by_test_id("modal")
    menu = modal.locator("[data-block-id=conflicts]").get_by_role("combobox")
    menu.click()
    menu.press_sequentially("oslo")
    screen.page.get_by_role("option", name="Oslo").first.click()
    screen.page.keyboard.press("Escape")
    modal.get_by_role("button", name="Save").click()
    expect(modal).to_contain_text("Saved")
    expect(modal).to_contain_text("Oslo")


def test_a_guest_signs_in_to_slack_on_the_way(screen: Screen) -> None:
    screen.becomes("U0GUS")
    screen.connects("gus@partner.example", signs_in=True)
    expect(screen.newest).to_contain_text("gus@partner.example")
    screen.newest.get_by_role("button", name="Save").click()
    expect(screen.newest).to_contain_text("Change calendars")
