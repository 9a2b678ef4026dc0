"""The sandbox page in Chromium, with a gallery of blocks for a bot."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.sandbox.clock import SandboxClock
from tests.sandbox.google.standin import GoogleStandIn
from tests.sandbox.page.page import SandboxPage
from tests.sandbox.personas import TEAM, populate
from tests.sandbox.server import Faulty, Served
from tests.sandbox.slack.serving import SCOPES
from tests.sandbox.slack.standin import SlackStandIn
from tests.standins.gallery import Gallery


@dataclass
class Sandbox:
    clock: SandboxClock
    slack: SlackStandIn
    google: GoogleStandIn
    gallery: Gallery
    url: str


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """The stand-ins with everybody in them, the gallery bot, and the page."""
    clock = SandboxClock()
    slack, google = SlackStandIn(clock), GoogleStandIn(clock)
    with ExitStack() as stack:

        def serve(app: Any) -> str:
            served = Served(app)
            stack.callback(served.stop)
            return served.url

        slack.base_url = serve(Faulty(slack.app, slack.script))
        google.base_url = serve(Faulty(google.app, google.script))
        gallery = Gallery(slack, populate(slack, google, clock, SCOPES))
        slack.point_at(serve(gallery.app))
        page = SandboxPage(slack, google, clock, TEAM)
        url = serve(page.app)
        stack.callback(slack.close)
        stack.callback(page.close)
        yield Sandbox(clock, slack, google, gallery, url)


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    context = chromium.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    context.set_default_timeout(8000)
    yield context
    context.close()


@pytest.fixture
def window(context: BrowserContext, sandbox: Sandbox) -> Iterator["Window"]:
    """A tab with the page in it. What its console complains of fails the test."""
    window = Window(context.new_page(), sandbox.url)
    yield window
    assert window.complaints == []


class Window:
    """The page in a tab, and the few things tests do to it over and over."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.complaints: list[str] = []
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda line: self.complaints.append(line.text) if line.type == "error" else None)

    def open(self, person: str = "U0ANA", tab: str = "messages", **more: str) -> Page:
        query = "&".join(f"{name}={value}" for name, value in {"person": person, "tab": tab, **more}.items())
        self.page.goto(f"{self.url}/?{query}")
        self.page.wait_for_selector("html[data-ready]")
        return self.page

    def forgive(self) -> None:
        """The test meant what the console complained of."""
        self.complaints.clear()
