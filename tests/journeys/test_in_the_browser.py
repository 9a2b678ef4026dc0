"""The whole story as a person sees it: the sandbox page, Google's pages and ours, in Chromium."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.sandbox.page.page import SandboxPage
from tests.sandbox.server import Served
from tests.sandbox.world import TEAM, World

pytestmark = pytest.mark.browser


@dataclass
class Screen:
    """The sandbox page in one tab, and what a person does there."""

    world: World
    url: str
    page: Page

    def becomes(self, user_id: str) -> None:
        self.page.goto(f"{self.url}/?person={user_id}&tab=messages")

    def types(self, command: str) -> None:
        self.page.get_by_test_id("composer").click()
        self.page.keyboard.type(command)
        self.page.keyboard.press("Escape")  # closes the list of commands
        self.page.keyboard.press("Enter")

    def connects(self, account: str, *, signs_in: bool = False) -> None:
        self.types("/calendar connect")
        button = self.page.get_by_role("link", name="Connect Google Calendar").or_(
            self.page.get_by_role("button", name="Connect Google Calendar")
        )
        with self.page.context.expect_page() as opened:
            button.last.click()
        tab = opened.value
        tab.get_by_role("button", name="Continue to Google").click()
        if signs_in:
            tab.get_by_role("button", name="Allow").click()
        tab.get_by_role("button", name=account).click()
        tab.get_by_role("button", name="Select all").click()
        tab.get_by_role("button", name="Continue").click()
        expect(tab.get_by_role("heading", name="Connected")).to_be_visible()
        tab.close()
        self.page.bring_to_front()

    @property
    def newest(self) -> Locator:
        return self.page.get_by_test_id("message").last

    def answer(self) -> Locator:
        return self.page.get_by_test_id("ephemeral").last


@pytest.fixture
def screen(world: World, chromium: Browser) -> Iterator[Screen]:
    sandbox = SandboxPage(world.slack, world.google, world.clock, TEAM)
    served = Served(sandbox.app)
    context: BrowserContext = chromium.new_context(viewport={"width": 1280, "height": 860}, reduced_motion="reduce")
    context.set_default_timeout(15_000)
    yield Screen(world, served.url, context.new_page())
    context.close()
    sandbox.close()
    served.stop()


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
