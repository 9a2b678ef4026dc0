"""The sandbox page in one tab, and what a person does and sees there: the browser journeys' language."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from playwright.sync_api import Browser, Locator, Page, expect

from tests.sandbox.page.page import SandboxPage
from tests.sandbox.server import Served
from tests.sandbox.world import TEAM, World


@dataclass
class Screen:
    """One tab. ``world`` is what stands behind it."""

    world: World
    url: str
    page: Page

    # --- acting ---

    def becomes(self, user_id: str, tab: str = "messages") -> None:
        self.page.goto(f"{self.url}/?person={user_id}&tab={tab}")
        self.page.wait_for_selector("html[data-ready]")

    def goes_to(self, tab: str) -> None:
        self.page.get_by_test_id(f"tab-{tab}").click()

    def types(self, command: str) -> None:
        self.page.get_by_test_id("composer").click()
        self.page.keyboard.type(command)
        self.page.keyboard.press("Escape")  # closes the list of commands
        self.page.keyboard.press("Enter")

    def connects(self, account: str, *, signs_in: bool = False) -> None:
        self.types("/calendar connect")
        button = self.page.get_by_role("link", name="Connect Google Calendar")
        tab = self.opened_by(button.last)
        tab.get_by_role("button", name="Continue to Google").click()
        if signs_in:
            tab.get_by_role("button", name="Allow").click()
        tab.get_by_role("button", name=account).click()
        self.consents_in(tab)

    def reconnects(self, button: Locator) -> None:
        """The whole way from the message's button: our page, and Google's, which knows the account."""
        tab = self.opened_by(button)
        tab.get_by_role("button", name="Continue to Google").click()
        self.consents_in(tab)

    def consents_in(self, tab: Page) -> None:
        tab.get_by_role("button", name="Select all").click()
        tab.get_by_role("button", name="Continue").click()
        expect(tab.get_by_role("heading", name="Connected")).to_be_visible()
        tab.close()
        self.page.bring_to_front()

    def opened_by(self, button: Locator) -> Page:
        with self.page.context.expect_page() as opened:
            button.click()
        return opened.value

    def agrees(self, button: str) -> None:
        """In the question that an act at Google asks first."""
        self.page.get_by_role("alertdialog").get_by_role("button", name=button).click()

    def turns(self, switch: str, position: str) -> None:
        """A switch of Google's console."""
        part = self.page.get_by_test_id(switch).get_by_label(position, exact=True)
        with self.page.expect_response("**/console/*"):
            part.click()

    def lets_pass(self, leap: str) -> None:
        """A button of the clock, until that time has passed with all that happened in it."""
        with self.page.expect_response("**/clock") as answered:
            self.page.get_by_test_id(f"clock-{leap}").click()
        assert answered.value.ok, answered.value.text()

    # --- seeing ---

    @property
    def newest(self) -> Locator:
        return self.page.get_by_test_id("message").last

    def message(self, text: str) -> Locator:
        """The messages that say so."""
        return self.page.get_by_test_id("message").filter(has_text=text)

    def answer(self) -> Locator:
        return self.page.get_by_test_id("ephemeral").last

    def home(self) -> Locator:
        return self.page.locator("#home")


@contextmanager
def screen_of(world: World, chromium: Browser) -> Iterator[Screen]:
    """A desktop's window. What the page's console complains of fails the journey."""
    sandbox = SandboxPage(world.slack, world.google, world.clock, TEAM, world.time_passes)
    served = Served(sandbox.app)
    context = chromium.new_context(viewport={"width": 1280, "height": 860}, reduced_motion="reduce")
    context.set_default_timeout(15_000)
    tab, complaints = context.new_page(), list[str]()
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    tab.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
    yield Screen(world, served.url, tab)
    context.close()
    sandbox.close()
    served.stop()
    assert complaints == []
