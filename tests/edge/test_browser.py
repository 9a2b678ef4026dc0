"""The pages in a real browser: on a phone, without JavaScript, light and dark, for everybody."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from bot.domain.journey import PENDING, Result, TicketPage
from bot.domain.permissions import PERMISSIONS
from bot.domain.reasons import REASONS
from tests.edge.conftest import Edge, build_edge, settings_for
from tests.edge.consent import COOKIE, STATE, TICKET
from tests.sandbox.server import Served

pytestmark = pytest.mark.browser

PHONE, DESKTOP = {"width": 320, "height": 640}, {"width": 1280, "height": 900}
ENDINGS = {
    "connected": Result("connected", account="ana@acme.example", person_name="Ana Lima"),
    "pending": Result(PENDING),
    **{
        key: Result(
            key,
            account="a.very.long.address.indeed@subsidiary.of.acme.example",
            expected_email="ana@acme.example",
            missing=PERMISSIONS if key == "permission_missing" else (),
            can_retry=reason.can_try_again,
            can_prove=key == "other_account",
        )
        for key, reason in REASONS.items()
    },
}


@dataclass
class Provider:
    """An authorisation server that agrees to everything, and remembers where people said they came from."""

    comes_back_to: str = ""

    def __post_init__(self) -> None:
        self.referers: list[str | None] = []
        self.app = Starlette(routes=[Route("/auth", self.ask), Route("/hop", self.hop), Route("/trap", self.trap)])

    async def ask(self, request: Request) -> Response:
        self.referers.append(request.headers.get("referer"))
        return RedirectResponse(f"/hop?{request.url.query}", 302)

    async def hop(self, request: Request) -> Response:
        state = request.query_params["state"]
        return RedirectResponse(f"{self.comes_back_to}/oauth/google/callback?state={state}&code=4/0abc", 302)

    async def trap(self, request: Request) -> Response:
        self.referers.append(request.headers.get("referer"))
        return HTMLResponse("<p>trap</p>")


@dataclass
class Site:
    edge: Edge
    url: str
    provider: Provider
    provider_url: str

    def visit(self, browser: Browser, viewport: dict[str, int], scheme: str = "light") -> Page:
        context = browser.new_context(
            java_script_enabled=True,
            color_scheme="dark" if scheme == "dark" else "light",
            viewport={"width": viewport["width"], "height": viewport["height"]},
        )
        context.add_cookies([{"name": "flow", "value": COOKIE, "url": self.url}])
        return context.new_page()


@pytest.fixture
def site() -> Iterator[Site]:
    provider = Provider()
    elsewhere = Served(provider.app)
    edge = build_edge(settings_for("http://127.0.0.1:3000", GOOGLE_AUTH_URI=f"{elsewhere.url}/auth"))
    served = Served(edge.http)
    provider.comes_back_to = served.url
    yield Site(edge, served.url, provider, elsewhere.url)
    served.stop()
    elsewhere.stop()
    edge.background.stop()


def test_a_plain_browser_without_javascript_walks_the_whole_way(site: Site, chromium: Browser) -> None:
    context = chromium.new_context(java_script_enabled=False, viewport={"width": 320, "height": 640})
    page = context.new_page()
    page.goto(f"{site.url}/connect/{TICKET}")
    page.get_by_role("button", name="Continue to Google").click()
    page.wait_for_url(f"{site.url}/connected")
    assert page.get_by_role("heading", level=1).inner_text() == "Connected"
    page.get_by_role("button", name="Disconnect").click()
    page.wait_for_url(f"{site.url}/disconnected")
    assert site.edge.consent.changes == ["start prove=False", "google returned 4/0abc", "disconnect"]
    assert site.provider.referers == [None], "nobody outside learns the link"
    assert context.cookies() == []
    context.close()


@pytest.mark.parametrize(("button", "change"), [("Choose another account", "False"), ("Confirm with Slack", "True")])
def test_every_other_form_works_from_a_real_page(site: Site, chromium: Browser, button: str, change: str) -> None:
    site.edge.consent.ending = ENDINGS["other_account"]
    page = site.visit(chromium, DESKTOP)
    page.goto(f"{site.url}/connected")
    page.get_by_role("button", name=button).click()
    page.wait_for_url(f"{site.url}/connected")
    assert site.edge.consent.changes[0] == f"again prove={change}"
    page.context.close()


def test_a_form_on_another_site_starts_nothing(site: Site, chromium: Browser) -> None:
    page = site.visit(chromium, DESKTOP)
    foreign = site.provider_url.replace("127.0.0.1", "localhost")
    page.goto(f"{foreign}/trap")
    page.set_content(f'<form method="post" action="{site.url}/connect/{TICKET}/start"><button>Win</button></form>')
    page.get_by_role("button").click()
    page.wait_for_url(f"{site.url}/connect/**")
    assert page.get_by_role("heading").inner_text() == "That did not come from our page"
    assert site.edge.consent.changes == []
    page.context.close()


def test_no_page_can_be_framed(site: Site, chromium: Browser) -> None:
    page = site.visit(chromium, DESKTOP)
    page.goto(f"{site.provider_url}/trap")
    with page.expect_response(f"**/connect/{TICKET}"):
        page.set_content(f'<iframe src="{site.url}/connect/{TICKET}"></iframe>')
    frame = page.frames[-1]
    frame.wait_for_load_state()
    assert "Ana Lima" not in frame.content()
    page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_every_page_is_accessible_and_fits(
    site: Site, chromium: Browser, viewport: dict[str, int], scheme: str
) -> None:
    site.edge.consent.page = TicketPage("Maximiliane von Donaudampfschifffahrt", "Acme", account="ana@acme.example")
    page = site.visit(chromium, viewport, scheme)
    problems = page_problems(site, page)
    page.context.close()
    assert problems == []


def page_problems(site: Site, page: Page) -> list[str]:
    problems = list[str]()
    page.on("console", lambda message: problems.append(message.text) if "Content Security" in message.text else None)
    fixed = [
        f"/connect/{TICKET}",
        "/connect/dead-dead-dead-dead",
        "/oauth/google/callback",
        "/disconnected",
        "/nowhere",
    ]
    for target in [*fixed, *ENDINGS]:
        site.edge.consent.ending = ENDINGS.get(target, ENDINGS["connected"])
        page.goto(site.url + (target if target in fixed else "/connected"))
        problems += [f"{target}: {each['id']}" for each in Axe().run(page).response["violations"]]
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            problems.append(f"{target}: wider than the window")
        if page.locator("script, [onclick], [style]").count():
            problems.append(f"{target}: holds a script or a style")
    return problems


def test_the_button_can_be_reached_by_keyboard_and_seen_on_a_phone(site: Site, chromium: Browser) -> None:
    page = site.visit(chromium, PHONE)
    page.goto(f"{site.url}/connect/{TICKET}")
    button = page.get_by_role("button", name="Continue to Google")
    assert button.is_visible()
    box = button.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= PHONE["height"], "in sight without scrolling"
    assert box["height"] >= 44
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{site.url}/connected")
    page.context.close()


def test_the_address_at_the_end_holds_no_secret_and_neither_does_history(site: Site, chromium: Browser) -> None:
    page = site.visit(chromium, DESKTOP)
    page.goto(f"{site.url}/connect/{TICKET}")
    page.get_by_role("button", name="Continue to Google").click()
    page.wait_for_url(f"{site.url}/connected")
    assert STATE not in page.url
    page.go_back()
    assert page.url == f"{site.url}/connect/{TICKET}", "the callback left no trace"
    page.context.close()
